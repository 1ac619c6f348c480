import BatonCore
import BatonPolicies

/// A way to share a cluster as four numbers without limits, which can be searched and learned.
struct SharingChoice: Hashable, Sendable {
    var candidate: RuleTrial.Candidate

    /// What `RuleTrial` begins with.
    static let standard: [Double] = [-1.1, 0, 2.5, -1]

    /// - Parameter numbers: of the reserve, a logit; of what is long, a logarithm; of the cap, a logarithm; and whether what
    ///   is left is counted in time of tasks rather than in time of the cluster.
    init(_ numbers: [Double]) {
        let reserve = 0.6 / (1 + PortableMath.exp(-numbers[0]))
        let cap = 1 + PortableMath.exp(min(max(numbers[2], -3), 5))
        candidate = RuleTrial.Candidate(
            reserve: reserve < 0.05 ? 0 : reserve, longFactor: PortableMath.exp(min(max(numbers[1], -3), 3)),
            cap: cap > 8 ? nil : cap, order: numbers[3] > 0 ? .leastTime : .leastArea)
    }

    /// The place of each task when the highest scores come first.
    static func places(_ scores: [Double]) -> [Int32] {
        var places = [Int32](repeating: 0, count: scores.count)
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        for (place, task) in order.enumerated() { places[task] = Int32(place) }
        return places
    }

    /// - Parameter bid: a logarithm.
    static func weight(_ bid: Double) -> Double { PortableMath.exp(min(max(bid, -3), 3)) }
}
