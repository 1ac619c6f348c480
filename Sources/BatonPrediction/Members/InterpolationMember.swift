/// Between the next smaller and the next larger in size, on a straight line; beyond them, along the nearest third.
enum InterpolationMember {
    private typealias Point = (x: Double, y: Double)

    static func belief(_ evidence: Evidence) -> Belief? {
        let general = evidence.table.features.firstIndex { $0.kind.isGeneral }
        guard let general else { return nil }
        let points = evidence.points(of: general)
        guard points.count >= 2 else { return nil }
        let feature = evidence.table.features[general]
        let slope = evidence.slopes[feature.kind.pool]
        let below = points.filter { $0.x <= feature.query }
        let above = points.filter { $0.x > feature.query }
        let noise = evidence.noise * evidence.noise
        guard !below.isEmpty, !above.isEmpty else {
            let end = nearest(below.isEmpty ? above : below, feature.query)
            let distance = feature.query - end.x
            let mean = end.y + localSlope(points, feature.query, expected: slope.mean) * distance
            let doubt = slope.deviation * distance / 2
            return Belief(mean: evidence.bounded(mean), variance: 1.5 * noise + doubt * doubt)
        }
        let (left, right) = (nearest(below, feature.query), nearest(above, feature.query))
        let share = (feature.query - left.x) / max(right.x - left.x, 1e-6)
        let gap = min(feature.query - left.x, right.x - feature.query)
        let doubt = slope.deviation * gap / 2
        return Belief(mean: left.y + (right.y - left.y) * share, variance: noise + doubt * doubt)
    }

    /// The two nearest as one.
    private static func nearest(_ points: [Point], _ x: Double) -> Point {
        let two = points.sorted { abs($0.x - x) < abs($1.x - x) }.prefix(2)
        let weights = two.map { 1 / (abs($0.x - x) + 0.05) }
        let total = weights.reduce(0, +)
        var centre = (x: 0.0, y: 0.0)
        for (point, weight) in zip(two, weights) {
            centre.x += point.x * weight / total
            centre.y += point.y * weight / total
        }
        return centre
    }

    private static func localSlope(_ points: [Point], _ x: Double, expected: Double) -> Double {
        let local = points.sorted { abs($0.x - x) < abs($1.x - x) }.prefix(max(4, points.count / 3))
        let count = Double(local.count)
        let centreX = local.reduce(0) { $0 + $1.x } / count
        let centreY = local.reduce(0) { $0 + $1.y } / count
        var (product, square) = (0.0, 0.1)
        for point in local {
            let dx = point.x - centreX
            product += dx * (point.y - centreY - expected * dx)
            square += dx * dx
        }
        return expected + product / square
    }
}
