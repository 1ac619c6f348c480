/// Which of several clusters are worth their cost: those than which none is faster and none as fast is cheaper.
public struct ParetoFront: Hashable, Sendable {
    /// Places of the points on the front, the cheapest, and slowest, first.
    public let places: [Int]
    /// Of them, the place of the point that bends the front the most: before it a little more cost saves much time, after it
    /// much more saves little. Nil with fewer than three points.
    public let knee: Int?

    /// - Parameter points: time and cost of each.
    /// - Source: the knee is the point farthest from the line between the ends, both axes scaled to the ends; Das 1999,
    ///   doi:10.1007/BF01195985.
    public init(_ points: [(time: Double, cost: Double)]) {
        let sorted = points.indices.sorted {
            (points[$0].cost, points[$0].time, $0) < (points[$1].cost, points[$1].time, $1)
        }
        var front: [Int] = []
        for place in sorted where front.last.map({ points[place].time < points[$0].time }) ?? true {
            front.append(place)
        }
        places = front
        guard front.count > 2, let first = front.first.map({ points[$0] }), let last = front.last.map({ points[$0] })
        else {
            knee = nil
            return
        }
        /// Below the line from (0, 1) to (1, 0).
        func depth(_ place: Int) -> Double {
            let cost = (points[place].cost - first.cost) / (last.cost - first.cost)
            let time = (points[place].time - last.time) / (first.time - last.time)
            return 1 - cost - time
        }
        let deepest = front.max { depth($0) < depth($1) }
        knee = deepest.flatMap { depth($0) > 0 ? $0 : nil }
    }
}
