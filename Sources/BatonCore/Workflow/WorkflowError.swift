/// Everything that is wrong with a workflow, at once.
public struct WorkflowError: Error, Hashable, Sendable {
    /// At least one; in the order of the file.
    public var problems: [Problem]

    public init(_ problems: [Problem]) {
        self.problems = problems
    }

    public struct Problem: Hashable, Sendable {
        public var severity: Severity
        /// Where in the definition, such as `["tasks", "load", "needs", "0"]`; a format turns it into a location.
        public var path: [String]
        public var location: Location?
        /// What was expected and what was found.
        public var message: String
        /// What to do about it.
        public var hint: String?

        public init(
            severity: Severity = .error, path: [String], location: Location? = nil, message: String,
            hint: String? = nil
        ) {
            self.severity = severity
            self.path = path
            self.location = location
            self.message = message
            self.hint = hint
        }
    }

    public enum Severity: String, Hashable, Sendable {
        case error, warning
    }

    /// One-based, as editors count; `file` as the user named it.
    public struct Location: Hashable, Sendable, Codable {
        public var file: String
        public var line: Int
        public var column: Int

        public init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }
    }
}
