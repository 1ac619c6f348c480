public import BatonCore

/// A notation of workflow files.
public protocol WorkflowFormat {
    /// In lower case, without the dot.
    static var fileExtensions: [String] { get }

    /// - Parameters:
    ///   - text: the file's content.
    ///   - file: its path, as problems shall name it; used files and globs are looked up beside it.
    /// - Throws: everything that is wrong, in the order of the file, each with its place.
    static func decode(_ text: String, file: String) throws(WorkflowError) -> WorkflowFile
}

/// Baton's own notation.
public enum YAMLFormat: WorkflowFormat {
    public static let fileExtensions = ["yaml", "yml"]

    public static func decode(_ text: String, file: String) throws(WorkflowError) -> WorkflowFile {
        try WorkflowFile(text, file: file, as: .yaml)
    }
}

/// The same keys in JSON: what programs write.
public enum JSONFormat: WorkflowFormat {
    public static let fileExtensions = ["json"]

    public static func decode(_ text: String, file: String) throws(WorkflowError) -> WorkflowFile {
        try WorkflowFile(text, file: file, as: .json)
    }
}

/// How a file's text becomes a document.
enum DocumentFormat {
    case yaml, json

    /// Files with another extension are read as YAML, of which JSON is nearly a part.
    init(file: String) {
        self = JSONFormat.fileExtensions.contains { file.lowercased().hasSuffix(".\($0)") } ? .json : .yaml
    }

    func read(_ text: String) throws(DocumentProblem) -> Document? {
        switch self {
        case .yaml: try YAMLReader.read(text)
        case .json: try JSONReader.read(text)
        }
    }
}
