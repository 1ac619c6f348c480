import BatonCore

/// How much longer attempts take that share something, by how many of them run at once.
///
/// ```
/// let disk = SlowDown(contention: 0, coherency: 0.05, least: 1, most: 16)
/// disk.factor(8)   // 3.8: eight at once get done in the time what two get done one after the other
/// ```
/// - Source: the universal scalability law of Gunther 2008, arXiv:0808.1431.
public struct SlowDown: Hashable, Sendable {
    /// What each other attempt adds, as a share of the time that one takes alone: they wait in one queue.
    public var contention: Double
    /// What each pair of attempts adds: they are in each other's way.
    public var coherency: Double
    /// Attempts at once with which one takes its usual time; fewer make nothing faster.
    public var least: Double
    /// Beyond this number no more is done at once, and no less.
    public var most: Double
    /// To which the law's factor is raised; other than 1 where it may be off.
    public var power: Double

    public init(contention: Double, coherency: Double, least: Double = 1, most: Double, power: Double = 1) {
        let isSlower = contention >= 0 && coherency >= 0 && power >= 0
        precondition(isSlower && least >= 1 && most >= least, "more never make it faster")
        self.contention = contention
        self.coherency = coherency
        self.least = least
        self.most = most
        self.power = power
    }

    /// How many times as long one takes while so many run, itself included; 1 or more.
    public func factor(_ count: Double) -> Double {
        guard count > least else { return 1 }
        let law = raw(min(count, most)) / raw(least)
        return (power == 1 ? law : PortableMath.exp(power * PortableMath.log(law))) * max(count / most, 1)
    }

    /// What so many get done at once, where one alone with its usual time would do 1.
    public func throughput(_ count: Double) -> Double { count / factor(count) }

    private func raw(_ count: Double) -> Double {
        1 + contention * (count - 1) + coherency * count * (count - 1)
    }
}
