/// What a cluster is to keep, and how often it may fail to.
public struct ServiceTarget: Hashable, Sendable {
    public var promise: Promise
    /// Share of tasks, or of runs, for which the promise may be broken, 0 to 1.
    public var risk: Double

    public enum Promise: Hashable, Sendable {
        /// A task starts at most so long after all that it waits for has ended.
        case wait(Duration)
        /// A run ends at most so long after its arrival.
        case completion(Duration)
    }

    public init(_ promise: Promise, risk: Double) {
        self.promise = promise
        self.risk = risk
    }
}

/// How often a cluster broke a promise in the futures that it was tried on.
public struct ServiceRisk: Hashable, Sendable {
    public var broken: Int
    /// Tasks or runs in all futures.
    public var count: Int
    /// False when the trial was given up, for more than was allowed were broken already.
    public var isWhole: Bool

    public var share: Double { count == 0 ? 0 : Double(broken) / Double(count) }
}
