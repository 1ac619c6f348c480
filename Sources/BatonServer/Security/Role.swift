/// What somebody may do; each may do what those before it may.
public enum Role: String, Hashable, Sendable, CaseIterable, Comparable {
    /// Read everything but keys, secrets and the audit log.
    case viewer
    /// Start, cancel, retry, pause; everything that makes this machine work.
    case `operator`
    /// Keys, secrets, audit.
    case admin

    public static func < (left: Role, right: Role) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// Who makes a request.
struct Principal: Hashable, Sendable {
    /// The id of the key, for limits and the audit log; `local` without authentication.
    var id: String
    var name: String
    var role: Role

    static let local = Principal(id: "local", name: "local", role: .admin)
}
