/// How many machines of one kind keep a promise, with the risk at the numbers around that one.
public struct CapacityPlan: Hashable, Sendable {
    /// Nil when even the most are too few.
    public let count: Int?
    /// Ascending in the number of machines; tried in full.
    public let tried: [Trial]

    public struct Trial: Hashable, Sendable {
        public var count: Int
        public var risk: ServiceRisk
    }

    /// - Parameter most: machines that may be proposed.
    /// - Complexity: a number of trials that grows with the logarithm of the count: one more machine is taken to make the
    ///   risk no higher.
    public init(_ trial: CapacityTrial, of kind: Machine, risk: Double, most: Int) {
        var known: [Int: ServiceRisk] = [:]
        func suffices(_ count: Int) -> Bool {
            let found = known[count] ?? trial.risk(of: Array(repeating: kind, count: count), limit: risk)
            known[count] = found
            return found.isWhole && found.share <= risk
        }
        var high = 1
        while high < most, !suffices(high) { high = min(high * 2, most) }
        guard suffices(high) else {
            count = nil
            tried = [Trial(count: high, risk: trial.risk(of: Array(repeating: kind, count: high)))]
            return
        }
        var low = high / 2  // does not suffice, or is no machine at all
        while high - low > 1 {
            let middle = (low + high) / 2
            if suffices(middle) { high = middle } else { low = middle }
        }
        count = high
        let around = [high - 2, high - 1, high, high + 1, high + 2].filter { (1...max(most, 1)).contains($0) }
        tried = around.map { Trial(count: $0, risk: trial.risk(of: Array(repeating: kind, count: $0))) }
    }
}
