/// What a workload file turned out to be.
struct WorkloadContent {
    var format: WorkloadFile.Format
    /// Of formats that are JSON.
    var root: DocumentNode?

    /// - Parameter forced: the user's word for it; nil: recognised by the file's name and what it begins with.
    /// - Returns: nil when it looks like no workload.
    /// - Throws: what is not JSON, where it should be.
    init?(_ text: String, path: String, as forced: WorkloadFile.Format?) throws(DocumentProblem) {
        let isJSON = forced.map(\.isJSON) ?? (Self.fileExtension(of: path) == "json" || Self.begins(text, with: "{"))
        if isJSON {
            root = try JSONReader.read(text)?.root
            guard let format = forced ?? root.flatMap(Self.format(of:)) else { return nil }
            self.format = format
        } else {
            if let forced {
                format = forced
            } else {
                guard let recognised = try Self.format(of: text, path: path) else { return nil }
                format = recognised
            }
        }
    }

    /// Extensions of files that may be workloads, without the `.gz` behind them.
    static let fileExtensions = ["json", "yaml", "yml", "csv", "tsv", "txt", "rcp", "sm", "stg", "dax", "xml"]

    private static func format(of root: DocumentNode) -> WorkloadFile.Format? {
        if root["stages"] != nil, root["edges"] != nil { return .tpch }
        if root["schemaVersion"] != nil, root["workflow"] != nil { return .wfformat }
        return root["tasks"] != nil ? .baton : nil
    }

    private static func format(of text: String, path: String) throws(DocumentProblem) -> WorkloadFile.Format? {
        switch fileExtension(of: path) {
        case "rcp": return .patterson
        case "stg": return .stg
        case "yaml", "yml": return try YAMLReader.read(text)?.root["tasks"] != nil ? .baton : nil
        default: break
        }
        if begins(text, with: "<") { return text.prefix(100_000).contains("<adag") ? .dax : nil }
        let columns = DelimitedText.columns(of: text)
        if AlibabaFormat.recognises(columns) { return .alibaba }
        if NextflowTrace.recognises(columns) { return .nextflow }
        return text.prefix(100_000).contains(ProGenFormat.precedences) ? .progen : nil
    }

    private static func begins(_ text: String, with mark: String) -> Bool {
        text.prefix(1_000).drop { $0.isWhitespace || $0 == "\u{FEFF}" }.hasPrefix(mark)
    }

    /// In lower case; of `a.csv.gz` it is `csv`.
    static func fileExtension(of path: String) -> String {
        let name = uncompressedName(of: path).lowercased()
        guard let dot = name.lastIndex(of: ".") else { return "" }
        return String(name[name.index(after: dot)...])
    }

    /// The file's name without its extensions.
    static func stem(of path: String) -> String {
        Files.stem(of: uncompressedName(of: path))
    }

    private static func uncompressedName(of path: String) -> String {
        let name = Files.name(of: path)
        return name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
    }
}

extension WorkloadFile.Format {
    fileprivate var isJSON: Bool {
        switch self {
        case .wfformat, .tpch: true
        case .alibaba, .nextflow, .patterson, .progen, .dax, .stg, .baton: false
        }
    }
}
