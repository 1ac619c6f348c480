import Glibc

/// Seeds of a property test: each is one reproducible case.
public enum Seed {
    /// - Returns: the value of `BATON_SEED` alone when that is set, so that one case can be looked at by itself.
    public static func range(_ range: Range<UInt64>) -> [UInt64] {
        if let text = getenv("BATON_SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        return Array(range)
    }

    /// The line that brings a failing seed back.
    public static func replay(_ seed: UInt64, _ test: String) -> String {
        "seed \(seed); again: BATON_SEED=\(seed) swift test --filter \(test)"
    }
}
