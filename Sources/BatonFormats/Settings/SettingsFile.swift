public import BatonCore

/// A file of settings: sections, each a map of names to text or lists of text, with variables of the environment filled in.
///
/// ```yaml
/// server:
///   port: ${PORT:-8722}
///   allowed_origins: [https://baton.example.org]
/// ```
public struct SettingsFile: Sendable {
    public let path: String
    /// In the order of the file.
    public let entries: [Entry]

    public struct Entry: Sendable {
        /// With its section: `server.port`.
        public var name: String
        public var content: Content
        fileprivate var namePosition: Position
        fileprivate var position: Position
    }

    public enum Content: Hashable, Sendable {
        case text(String)
        case list([String])
    }

    /// - Parameter variable: the value of a variable of the environment; nil where it is not set.
    /// - Throws: everything that is wrong with the form of the file, with its place.
    public static func read(_ path: String, variable: (String) -> String?) throws(WorkflowError) -> SettingsFile {
        let entries = try ScenarioDocument.decode(path) { decoder, root in
            var entries: [Entry] = []
            guard let sections = root.entries else {
                decoder.report(
                    root.position, "expected sections, found \(root.summary)", hint: "Write 'server: {port: 8722}'.")
                return entries
            }
            for section in sections {
                // A section whose settings are all commented out.
                if section.value.text == nil, section.value.elements == nil, section.value.entries == nil { continue }
                guard let settings = section.value.entries else {
                    decoder.report(
                        section.value.position,
                        "expected the settings of '\(section.key)', found \(section.value.summary)",
                        hint: "Write them below it, each as 'name: value'.")
                    continue
                }
                for setting in settings {
                    do throws(DocumentProblem) {
                        entries.append(
                            Entry(
                                name: "\(section.key).\(setting.key)",
                                content: try content(of: setting.value, variable),
                                namePosition: setting.keyPosition, position: setting.value.position))
                    } catch {
                        decoder.report(error.position, error.message, hint: error.hint)
                    }
                }
            }
            return entries
        }
        return SettingsFile(path: path, entries: entries)
    }

    /// The problem of a name that stands for nothing.
    public func problem(ofNameIn entry: Entry, _ message: String, hint: String?) -> WorkflowError.Problem {
        problem(entry.namePosition, message, hint)
    }

    /// The problem of a value that can't be.
    public func problem(ofValueIn entry: Entry, _ message: String, hint: String? = nil) -> WorkflowError.Problem {
        problem(entry.position, message, hint)
    }

    private func problem(_ position: Position, _ message: String, _ hint: String?) -> WorkflowError.Problem {
        let location = WorkflowError.Location(file: path, line: Int(position.line), column: Int(position.column))
        return WorkflowError.Problem(path: [], location: location, message: message, hint: hint)
    }

    private static func content(
        of node: DocumentNode, _ variable: (String) -> String?
    ) throws(DocumentProblem) -> Content {
        if let text = node.text { return .text(try filled(text, at: node.position, variable)) }
        guard let elements = node.elements else {
            throw DocumentProblem(
                node.position, "expected a value, found \(node.summary)",
                hint: "Leave the line out for the usual value.")
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.text else {
                throw DocumentProblem(element.position, "expected a value, found \(element.summary)")
            }
            texts.append(try filled(text, at: element.position, variable))
        }
        return .list(texts)
    }

    /// Puts variables into their places: `${NAME}`, or `${NAME:-text}` with what stands for one that is not set. `$$` is a dollar.
    private static func filled(
        _ text: String, at position: Position, _ variable: (String) -> String?
    ) throws(DocumentProblem) -> String {
        guard text.contains("$") else { return text }
        var filled = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            filled += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if rest.first == "$" {
                filled += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    throw DocumentProblem(
                        position, "'${' without '}' in '\(text.shortened)'", hint: "Write '$$' for a dollar.")
                }
                filled += try value(of: rest[rest.index(after: rest.startIndex)..<end], at: position, variable)
                rest = rest[rest.index(after: end)...]
            } else {
                filled += "$"
            }
        }
        return filled + rest
    }

    private static func value(
        of reference: Substring, at position: Position, _ variable: (String) -> String?
    ) throws(DocumentProblem) -> String {
        let parts = reference.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let letters = name.utf8
        guard let first = letters.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            letters.allSatisfy({ isPartOfName($0) })
        else {
            throw DocumentProblem(
                position, "'${\(String(reference).shortened)}' names no variable of the environment",
                hint: "Write '${NAME}' or '${NAME:-text}', and '$$' for a dollar.")
        }
        if let value = variable(name) { return value }
        if parts.count == 2 { return String(parts[1]) }
        throw DocumentProblem(
            position, "the environment has no '\(name)'",
            hint: "Set it, or write '${\(name):-text}' for where it is not.")
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
