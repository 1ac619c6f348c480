/// The four attempts that were most alike in the three features that explain most.
enum NeighbourMember {
    static func belief(_ evidence: Evidence) -> Belief? {
        guard evidence.measured.count >= 3, !evidence.lines.isEmpty else { return nil }
        let features = evidence.lines.prefix(3).map { evidence.table.features[$0.feature] }
        var candidates: [(distance: Double, y: Double)] = []
        for row in evidence.y.indices {
            var distance = 0.0
            for feature in features { distance += abs(evidence.table.values[feature.start + row] - feature.query) }
            if !(distance + evidence.y[row]).isNaN {
                candidates.append((distance / Double(features.count), evidence.y[row]))
            }
        }
        guard candidates.count >= 3 else { return nil }
        candidates.sort { ($0.distance, $0.y) < ($1.distance, $1.y) }
        let nearest = candidates.prefix(4)
        // 3 % apart is as good as equal.
        let weights = nearest.map { 1 / ($0.distance + 0.03) }
        let total = weights.reduce(0, +)
        var mean = 0.0
        for (neighbour, weight) in zip(nearest, weights) { mean += neighbour.y * weight / total }
        var variance = evidence.noise * evidence.noise / 2 + 0.3 * candidates[0].distance * candidates[0].distance
        for (neighbour, weight) in zip(nearest, weights) {
            variance += (neighbour.y - mean) * (neighbour.y - mean) * weight / total
        }
        return Belief(mean: mean, variance: variance)
    }
}
