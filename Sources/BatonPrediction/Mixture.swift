/// What all members together expect: logarithms with their weights, in order.
struct Mixture: Sendable {
    private(set) var points: [(value: Double, weight: Double)]
    private let total: Double

    /// - Parameter beliefs: with weights of any positive sum; at least one.
    init(_ beliefs: [(belief: Belief, weight: Double)]) {
        precondition(!beliefs.isEmpty, "a mixture of nothing")
        points = []
        points.reserveCapacity(beliefs.count * 10)
        for (belief, weight) in beliefs {
            let share = weight / Double(belief.points.count)
            for point in belief.points { points.append((point, share)) }
        }
        points.sort { $0.value < $1.value }
        total = points.reduce(0) { $0 + $1.weight }
    }

    /// Interpolated between the centres of the points' weights.
    func quantile(_ level: Double) -> Double {
        Self.quantile(level, total: total, points: points)
    }

    /// The value whose expected error, relative to what will be measured, is least: the median when each point counts
    /// in inverse proportion to its value.
    ///
    /// - Parameter limit: how much more than the median the smallest point may count. Without one, a member that
    ///   is not quite certain of its scale would decide alone.
    func leastRelativeError(limit: Double) -> Double {
        let centre = quantile(0.5)
        var weighted = points
        var sum = 0.0
        for index in weighted.indices {
            weighted[index].weight *= min(Logarithm.value(centre - weighted[index].value), limit)
            sum += weighted[index].weight
        }
        return Self.quantile(0.5, total: sum, points: weighted)
    }

    private static func quantile(
        _ level: Double, total: Double, points: [(value: Double, weight: Double)]
    ) -> Double {
        let wanted = level * total
        var before = 0.0
        var previous: (value: Double, centre: Double)?
        for point in points {
            let centre = before + point.weight / 2
            if centre >= wanted {
                guard let previous, centre > previous.centre else { return point.value }
                let share = (wanted - previous.centre) / (centre - previous.centre)
                return previous.value + (point.value - previous.value) * share
            }
            previous = (point.value, centre)
            before += point.weight
        }
        return points[points.count - 1].value
    }
}
