/// A small regression tree over the features that explain most: what has steps or levels off is no line.
///
/// Its leaf's attempts, as they are, are the distribution: a quantile regression tree.
/// - Source: Meinshausen 2006 (quantile regression forests; here one tree, for there are at most 48 attempts).
enum TreeMember {
    private static let leastInLeaf = 4
    private static let depth = 3

    static func belief(_ evidence: Evidence) -> Belief? {
        guard evidence.measured.count >= 2 * leastInLeaf, !evidence.lines.isEmpty else { return nil }
        let features = evidence.lines.prefix(3).map { evidence.table.features[$0.feature] }
        var rows = evidence.y.indices.filter { row in
            !evidence.y[row].isNaN && features.allSatisfy { !evidence.table.values[$0.start + row].isNaN }
        }
        guard rows.count >= 2 * leastInLeaf else { return nil }
        for _ in 0..<depth {
            guard let leaf = split(rows, features, evidence) else { break }
            rows = leaf
        }
        return Belief(points: rows.map { evidence.y[$0] }.sorted())
    }

    /// The side on which the task in question lies of the split that leaves the least squares.
    private static func split(
        _ rows: [Int], _ features: [FeatureTable.Feature], _ evidence: Evidence
    ) -> [Int]? {
        var best: (gain: Double, rows: ArraySlice<Int>)?
        let total = rows.reduce(0) { $0 + evidence.y[$1] }
        let count = Double(rows.count)
        for feature in features {
            func x(_ row: Int) -> Double { evidence.table.values[feature.start + row] }
            let sorted = rows.sorted { (x($0), $0) < (x($1), $1) }
            var sum = 0.0
            for place in 0..<sorted.count - 1 {
                sum += evidence.y[sorted[place]]
                let left = Double(place + 1)
                guard place + 1 >= leastInLeaf, sorted.count - place - 1 >= leastInLeaf else { continue }
                guard x(sorted[place]) < x(sorted[place + 1]) else { continue }
                let rest = total - sum
                let gain = sum * sum / left + rest * rest / (count - left) - total * total / count
                guard gain > (best?.gain ?? 1e-9) else { continue }
                let border = (x(sorted[place]) + x(sorted[place + 1])) / 2
                best = (gain, feature.query <= border ? sorted[...place] : sorted[(place + 1)...])
            }
        }
        return best.map { Array($0.rows) }
    }
}
