/// Why the store could not do what it was asked; nothing of the refused call is kept.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    public var code: Code
    /// What was expected, what was found and what to do.
    public var message: String
    /// The database file, or the run that was asked for.
    public var location: String
    /// The words of the system below, where it had any.
    public var cause: String?

    public init(_ code: Code, _ message: String, location: String, cause: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
        self.cause = cause
    }

    public enum Code: String, Hashable, Sendable {
        case diskFull = "disk_full"
        /// The file is damaged, or is no database.
        case corrupt
        case notPermitted = "not_permitted"
        /// Written by a later version of Baton.
        case newerSchema = "newer_schema"
        /// Another process held the database for longer than the busy timeout.
        case busy
        /// The device failed. After a failed `flush` every later one fails too: the kernel may have dropped the data.
        case device
        /// An entry of the log cannot be read back.
        case unreadableEntry = "unreadable_entry"
        case unknownRun = "unknown_run"
        case ambiguousRun = "ambiguous_run"
        case other
    }

    public var description: String {
        "\(location): \(message)" + (cause.map { " (\($0))" } ?? "")
    }
}
