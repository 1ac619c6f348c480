import BatonCore
import BatonTesting
import Testing

@testable import BatonPolicies

/// The planners on the examples that their authors published: ten tasks on three unrelated processors, each of which
/// runs one task at a time and gets its data while it computes.
@Suite struct PlannerTests {
    /// - Parameters:
    ///   - costs: a row for each task.
    ///   - edges: from, to, and how long the data takes between two processors.
    private static func problem(_ costs: [[Int64]], _ edges: [(Int, Int, Int64)]) -> PlanningProblem {
        let graph = Graph(count: costs.count, edges: edges.map { .init(Int32($0.1), dependsOn: Int32($0.0)) })
        return PlanningProblem(
            graph: graph, isGroup: costs.map { _ in false }, costs: costs.flatMap { $0 },
            demands: costs.flatMap { $0.map { _ in Resources(milliCPU: 1000) } }, kinds: [0, 1, 2], usable: [0, 1, 2],
            inputBytes: costs.indices.map { task in
                graph.dependencies(of: task).map { dependency in
                    edges.first { $0.0 == Int(dependency) && $0.1 == task }!.2
                }
            },
            rates: [1_000_000_000, 1_000_000_000, 1_000_000_000], tasksFetch: false
        )
    }

    private func plan(_ problem: PlanningProblem, _ planner: some Planner) -> Schedule {
        let timeline = Timeline(capacity: Resources(milliCPU: 1000))
        var schedule = Schedule(taskCount: problem.graph.count, timelines: [timeline, timeline, timeline], now: 0)
        planner.plan(Array(0..<problem.graph.count), of: problem, into: &schedule)
        return schedule
    }

    /// Figure 2 and table 1 of Topcuoglu, Hariri, Wu 2002, doi:10.1109/71.993206.
    private static let topcuoglu = problem(
        [
            [14, 16, 9], [13, 19, 18], [11, 13, 19], [13, 8, 17], [12, 13, 10], [13, 16, 9], [7, 15, 11], [5, 11, 14],
            [18, 12, 20], [21, 7, 16],
        ],
        [
            (0, 1, 18), (0, 2, 12), (0, 3, 9), (0, 4, 11), (0, 5, 14), (1, 7, 19), (1, 8, 16), (2, 6, 23), (3, 7, 27),
            (3, 8, 23), (4, 8, 13), (5, 7, 15), (6, 9, 17), (7, 9, 11), (8, 9, 13),
        ]
    )

    /// Figure 1 and table 1 of Arabnejad, Barbosa 2014, doi:10.1109/TPDS.2013.57.
    private static let arabnejad = problem(
        [
            [22, 21, 36], [22, 18, 18], [32, 27, 43], [7, 10, 4], [29, 27, 35], [26, 17, 24], [14, 25, 30],
            [29, 23, 36], [15, 21, 8], [13, 16, 33],
        ],
        [
            (0, 1, 17), (0, 2, 31), (0, 3, 29), (0, 4, 13), (0, 5, 7), (1, 7, 3), (1, 8, 30), (2, 6, 16), (3, 7, 11),
            (3, 8, 7), (4, 8, 57), (5, 7, 5), (6, 9, 9), (7, 9, 42), (8, 9, 7),
        ]
    )

    @Test("HEFT ranks and plans its paper's example as published: it ends at 80")
    func heft() {
        let ranks = Averages(Self.topcuoglu).upwardRanks(Self.topcuoglu)
        let published = [108, 77, 80, 80, 69, 63.333, 42.667, 35.667, 44.333, 14.667]
        for (rank, expected) in zip(ranks, published) { #expect(abs(rank - expected) < 0.001) }
        let schedule = plan(Self.topcuoglu, EarliestFinishPlanner())
        #expect(schedule.ends.max() == 80)
        #expect(schedule.processors == [2, 0, 2, 1, 2, 1, 2, 0, 1, 1])
    }

    @Test("CPoP plans the same example as published: it ends at 86, its critical path on the second processor")
    func cpop() {
        let schedule = plan(Self.topcuoglu, CriticalPathPlanner())
        #expect(schedule.ends.max() == 86)
        for task in [0, 1, 8, 9] { #expect(schedule.processors[task] == 1) }
    }

    @Test("PEFT's table of optimistic costs is the published one, and its plan ends at 122 where HEFT's ends at 133")
    func peft() {
        let table = LookaheadPlanner().optimisticCosts(Self.arabnejad)
        let published: [Double] = [
            64, 68, 86, 42, 39, 42, 27, 41, 43, 42, 39, 50, 28, 37, 28, 42, 39, 44, 13, 16, 22, 13, 16, 33, 13, 16, 20,
            0, 0, 0,
        ]
        #expect(table == published)
        #expect(plan(Self.arabnejad, LookaheadPlanner()).ends.max() == 122)
        #expect(plan(Self.arabnejad, EarliestFinishPlanner()).ends.max() == 133)
    }

    @Test(
        "a timeline finds the first and the last time that a wall of minutes would find", arguments: Seed.range(0..<100)
    )
    func timeline(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func number(_ range: ClosedRange<Int64>) -> Int64 {
            range.lowerBound + Int64(generator.next() % UInt64(range.count))
        }
        var timeline = Timeline(capacity: Resources(milliCPU: 4))
        var wall = Array(repeating: Int64(4), count: 300)
        func isFree(_ amount: Int64, _ from: Int64, _ lasting: Int64) -> Bool {
            (from..<from + lasting).allSatisfy { wall[Int($0)] >= amount }
        }
        for _ in 0..<40 {
            let (amount, lasting, instant) = (number(1...4), number(1...12), number(0...80))
            let need = Resources(milliCPU: amount)
            let start = timeline.earliestStart(of: need, lasting: lasting, notBefore: instant)
            #expect(start == (instant..<250).first { isFree(amount, $0, lasting) }, "\(Seed.replay(seed, "timeline"))")
            let last = timeline.latestStart(of: need, lasting: lasting, notAfter: instant + 100)
            let expected = (0...instant + 100 - lasting).reversed().first { isFree(amount, $0, lasting) }
            if let expected { #expect(last == expected, "\(Seed.replay(seed, "timeline"))") }
            guard let start else { continue }
            timeline.book(need, from: start, to: start + lasting)
            for minute in start..<start + lasting { wall[Int(minute)] -= amount }
        }
    }
}
