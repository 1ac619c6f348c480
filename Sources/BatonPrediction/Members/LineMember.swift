/// Straight lines between logarithms: a power of the input's size, of a sample's size, or of what another task took.
enum LineMember {
    /// The one with the least leave-one-out error.
    static func best(_ evidence: Evidence) -> Belief? {
        evidence.lines.first.map { Belief(mean: evidence.bounded($0.mean), variance: $0.variance) }
    }

    /// The five best, by the fourth power of their errors.
    static func average(_ evidence: Evidence) -> Belief? {
        guard !evidence.lines.isEmpty else { return nil }
        let lines = evidence.lines.prefix(5)
        let weights = lines.map { 1 / ($0.score * $0.score * $0.score * $0.score) }
        let total = weights.reduce(0, +)
        var mean = 0.0
        for (line, weight) in zip(lines, weights) { mean += line.mean * weight / total }
        var variance = 0.0
        for (line, weight) in zip(lines, weights) {
            variance += (line.variance + (line.mean - mean) * (line.mean - mean)) * weight / total
        }
        return Belief(mean: evidence.bounded(mean), variance: variance)
    }
}
