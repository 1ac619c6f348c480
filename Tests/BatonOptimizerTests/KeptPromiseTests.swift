import BatonCore
import BatonOptimizer
import BatonPolicies
import BatonSimulator
import Testing

@Suite struct KeptPromiseTests {
    private static let nothing = Gain(mean: 0, interval: Interval(0, 0))
    private static let third = Gain(mean: 0.34, interval: Interval(0.2, 0.43))

    /// Seconds before and after; memory is granted for as long.
    private func promise(
        _ before: [Double], _ after: [Double], memory: Gain = nothing
    ) -> KeptPromise {
        KeptPromise(
            completionTime: Self.third, memoryHours: memory,
            before: before.map { RunCost(seconds: $0, allocatedGBHours: 1) },
            after: after.map { RunCost(seconds: $0, allocatedGBHours: 1) })
    }

    @Test("three runs that took no less break a promise, in figures") func broken() {
        let kept = promise([100, 100], [101, 102, 103])
        #expect(kept.verdict == .broken)
        #expect(kept.sentence == "promised 34 % less time [20, 43]; 3 runs took 2 % more")
    }

    @Test("two runs can't break a promise, and one can keep it for now") func fewRuns() {
        #expect(promise([100], [102, 102]).verdict == .open)
        let kept = promise([100], [66])
        #expect(kept.verdict == .keptSoFar)
        #expect(kept.sentence == "promised 34 % less time [20, 43]; 1 run took 34 % less")
        #expect(promise([100], [50]).verdict == .keptSoFar, "more than was promised is no breach")
        #expect(promise([100], [66, 180]).verdict == .keptSoFar, "one was as promised")
        #expect(promise([], [50]).verdict == .open)
        #expect(promise([], [50]).cameWords == "there is no earlier run to compare with")
    }

    @Test("less than promised, but less for sure, is kept in part") func inPart() {
        let kept = promise([100, 101], [90, 91, 90])
        #expect(kept.verdict == .keptInPart)
        #expect(kept.cameWords == "3 runs took 10 % less")
    }

    @Test("runs that differ more than the promise are no proof against it") func noise() {
        #expect(promise([100, 160, 70], [90, 150, 80]).verdict == .undecided)
        // With more runs it can be told.
        #expect(promise([100, 110, 90, 100, 100], [100, 110, 90, 100, 100]).verdict == .broken)
    }

    @Test("no more than five runs of each side count") func mostRuns() {
        let kept = promise([100], [66, 66, 66, 66, 66, 900, 900])
        #expect(kept.verdict == .kept)
        #expect(kept.runsAfter == 5)
    }

    @Test("a gain in memory that costs time breaks the promise that it takes no longer") func harm() {
        func memory(_ seconds: [Double]) -> KeptPromise {
            KeptPromise(
                completionTime: Self.nothing, memoryHours: Gain(mean: 0.9, interval: Interval(0.88, 0.92)),
                before: [RunCost(seconds: 100, allocatedGBHours: 10), RunCost(seconds: 101, allocatedGBHours: 10)],
                after: seconds.map { RunCost(seconds: $0, allocatedGBHours: 1) })
        }
        let same = memory([100, 101, 102])
        #expect(same.verdict == .kept)
        #expect(same.sentence == "promised 90 % less memory-hours [88, 92]; 3 runs took 90 % less")
        let slower = memory([150, 151, 152])
        #expect(slower.verdict == .broken)
        #expect(
            slower.sentence
                == "promised no more time and 90 % less memory-hours [88, 92]; "
                + "3 runs took 50 % more time and 90 % less memory-hours")
        #expect(memory([101.5, 101.5, 101.5]).verdict == .kept, "one percent is chance")
    }

    @Test("what is promised to become more is told as more") func more() {
        let kept = promise([100], [66], memory: Gain(mean: -0.2, interval: Interval(-0.25, 0.03)))
        #expect(kept.promisedWords == "34 % less time [20, 43] and 20 % more memory-hours [-3, 25]")
        #expect(kept.cameWords == "1 run took 34 % less time and as much memory-hours")
    }

    @Test("work keeps its name through edits") func names() {
        let names = InstanceNames([
            .setMemory(task: "a", bytes: 1), .fuse(tasks: ["fetch", "turn"]), .merge(task: "turn", into: "done"),
            .share(tasks: ["x", "y"], lines: 2, name: "set-up"),
        ])
        #expect(names["a[1]", of: "a"] == "a[1]")
        #expect(names["fetch[1]", of: "fetch"] == "done[1]")
        #expect(names["done[1]", of: "done"] == "done[1]")
        #expect(names.added == ["set-up"])
    }

    @Test("values that became a batch go by its name") func batchNames() throws {
        let task = Fixture.task("t") { task in
            task.fanOut = .init(axes: [.init(name: "x", values: .list([1, 2, 3].map { .number($0) }))])
        }
        let edits = [WorkflowEdit.setBatch(task: "t", size: 2)]
        let edited = try Workflow(name: "w", tasks: [task]).applying(edits).expand(parameters: [])
        let names = InstanceNames(edits, edited: edited)
        #expect(["t[1]", "t[2]", "t[3]"].map { names[$0, of: "t"] } == ["t[1..2]", "t[1..2]", "t[3]"])
    }

    @Test("what broke its promise before is refused, unless it is named") func distrust() throws {
        let tasks = (0..<6).map { Fixture.task("t\($0)") { $0.request.slots = [.init(limit: "db")] } }
        let subject = try Fixture.subject(tasks, limits: [.init(name: "db", capacity: 1)])
        let reason = "it was made on 2026-01-01 and did not keep its promise"
        let priced = PricedAnalysis(
            Analysis(subject), permissions: [.changeLimits], distrusted: ["tight-limit:t0": reason],
            workforce: OneByOne()
        ) { CriticalPathFirst() }
        let proposal = try #require(priced.proposals.first)
        #expect(proposal.verdict == .refused(reason))
        #expect(priced.together == nil)
        let promise = priced.promise(of: proposal.finding.edits, workforce: OneByOne()) { CriticalPathFirst() }
        #expect(promise == proposal.promise, "it can still be made, and promises the same")
    }
}
