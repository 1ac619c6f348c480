/// Does many things that do not depend on each other.
public protocol Workforce: Sendable {
    /// - Returns: what each came to, in the order of places.
    func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result]
}

/// One after the other.
public struct OneByOne: Workforce {
    public init() {}

    public func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        (0..<count).map(body)
    }
}
