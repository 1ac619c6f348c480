import BatonCore
import BatonPolicies

/// The ways of the published planners to lay out a run, and blends of them.
struct PlaceProposals {
    /// In the order in which they are worth a try.
    private(set) var ways: [PlaceSearch.Way] = []
    private let lists: TaskLists

    init(_ problem: PlanningProblem, _ shape: RunShape, _ lists: TaskLists) {
        self.lists = lists
        let upward = problem.upwardRanks
        let table = problem.optimisticCosts
        let members = problem.members
        let optimistic = (0..<shape.count).map { task in
            (0..<shape.kindCount).reduce(0.0) { $0 + table[task * shape.kindCount + $1] * Double(members[$1]) }
                / Double(max(problem.usable.count, 1))
        }
        let ahead = table.map { Int64($0) }
        let halfAhead = ahead.map { $0 / 2 }
        add("heft", upward, [])
        add("peft", optimistic, ahead)
        add("heft, looking half ahead", upward, halfAhead)
        add("heft, looking ahead", upward, ahead)
        add("peft, not looking ahead", optimistic, [])
        let priorities = zip(upward, problem.downwardRanks).map { $0 + $1 }
        add("cpop", priorities, Self.onePlace(for: Self.path(priorities, problem), shape))
        let paths = problem.graph.upwardRanks(nanoseconds: Self.shortest(shape, members)).map { Double($0) }
        add("longest path first", paths, [])
        add("longest path first, looking half ahead", paths, halfAhead)
    }

    private mutating func add(_ proposer: String, _ keys: [Double], _ handicaps: [Int64]) {
        ways.append(PlaceSearch.Way(list: lists.byKey(keys), handicaps: handicaps, proposer: proposer))
    }

    /// Execution times on the fastest kind, by task.
    private static func shortest(_ shape: RunShape, _ members: [Int]) -> [Int64] {
        (0..<shape.count).map { task in
            let kinds = (0..<shape.kindCount).filter { members[$0] > 0 }
            return kinds.map { shape.costs[task * shape.kindCount + $0] }.min() ?? 0
        }
    }

    /// From the task with the highest priority, each time on to the successor with the highest.
    private static func path(_ priorities: [Double], _ problem: PlanningProblem) -> [Int] {
        var path: [Int] = []
        var next = priorities.indices.filter { problem.graph.dependencies(of: $0).isEmpty }
            .max { priorities[$0] < priorities[$1] }
        while let task = next {
            path.append(task)
            next = problem.graph.successors(of: task).map(Int.init).max { priorities[$0] < priorities[$1] }
        }
        return path
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
