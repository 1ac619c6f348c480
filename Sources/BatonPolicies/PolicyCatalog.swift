public import BatonCore

/// The policies that a user can name.
public enum PolicyCatalog {
    /// In the order of help texts; the first is the default.
    public static let names = ["critical-path", "fifo"]

    /// - Returns: nil for a name that is not in `names`.
    public static func policy(named name: String) -> (any Policy)? {
        switch name {
        case "critical-path": CriticalPathFirst()
        case "fifo": FIFO()
        default: nil
        }
    }
}
