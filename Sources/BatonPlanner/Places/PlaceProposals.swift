import BatonCore
import BatonPolicies

/// The ways of the published planners to lay out a run, and blends of them.
struct PlaceProposals {
    /// In the order in which they are worth a try.
    enum Proposer: String, CaseIterable {
        case heft, peft
        case heftHalfAhead = "heft, looking half ahead"
        case heftAhead = "heft, looking ahead"
        case peftNearby = "peft, not looking ahead"
        case cpop
        case longestPath = "longest path first"
        case longestPathHalfAhead = "longest path first, looking half ahead"
    }

    private let problem: PlanningProblem
    private let shape: RunShape
    private let lists: TaskLists
    private let upward: [Double]
    /// What is left at best after each task on each kind.
    private let ahead: [Int64]

    init(_ problem: PlanningProblem, _ shape: RunShape, _ lists: TaskLists) {
        self.problem = problem
        self.shape = shape
        self.lists = lists
        upward = problem.upwardRanks
        ahead = problem.optimisticCosts.map { Int64($0) }
    }

    func way(of proposer: Proposer) -> PlaceSearch.Way {
        let keys: [Double]
        var handicaps: [Int64] = []
        switch proposer {
        case .heft, .heftHalfAhead, .heftAhead: keys = upward
        case .peft, .peftNearby: keys = averageAhead
        case .cpop:
            keys = zip(upward, problem.downwardRanks).map { $0 + $1 }
            handicaps = Self.onePlace(for: problem.criticalPath(keys), shape)
        case .longestPath, .longestPathHalfAhead:
            let shortest = Self.shortest(shape, problem.members)
            keys = problem.graph.upwardRanks(nanoseconds: shortest).map { Double($0) }
        }
        switch proposer {
        case .heft, .peftNearby, .longestPath, .cpop: break
        case .peft, .heftAhead: handicaps = ahead
        case .heftHalfAhead, .longestPathHalfAhead: handicaps = ahead.map { $0 / 2 }
        }
        return PlaceSearch.Way(list: lists.byKey(keys), handicaps: handicaps, proposer: proposer.rawValue)
    }

    /// Over the usable workers, by task: PEFT's rank.
    private var averageAhead: [Double] {
        let members = problem.members
        return (0..<shape.count).map { task in
            var sum = 0.0
            for kind in 0..<shape.kindCount {
                sum += Double(ahead[task * shape.kindCount + kind]) * Double(members[kind])
            }
            return sum
        }
    }

    /// Execution times on the fastest kind, by task.
    private static func shortest(_ shape: RunShape, _ members: [Int]) -> [Int64] {
        (0..<shape.count).map { task in
            let kinds = (0..<shape.kindCount).filter { members[$0] > 0 }
            return kinds.map { shape.costs[task * shape.kindCount + $0] }.min() ?? 0
        }
    }

    /// Handicaps that keep the path on the kind of workers that is fastest for all of it.
    private static func onePlace(for path: [Int], _ shape: RunShape) -> [Int64] {
        func time(_ kind: Int) -> Int64 { path.reduce(0) { $0 + shape.costs[$1 * shape.kindCount + kind] } }
        var handicaps = [Int64](repeating: 0, count: shape.costs.count)
        guard let fastest = shape.usable.map({ Int(shape.kinds[Int($0)]) }).min(by: { time($0) < time($1) }) else {
            return handicaps
        }
        let all = time(fastest) * 4
        for task in path {
            for kind in 0..<shape.kindCount where kind != fastest { handicaps[task * shape.kindCount + kind] = all }
        }
        return handicaps
    }
}
