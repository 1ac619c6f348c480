import BatonCore
import BatonSimulator
import BatonTesting
import Testing

@testable import BatonOptimizer

@Suite struct StragglerTests {
    private static let second: Int64 = 1_000_000_000

    /// Ten runs of each task of ten seconds, of which some took as many times as long.
    private func subject(
        slow: [String: [Int: Double]], count: Int = 4, isBusy: Bool = false,
        _ change: (inout Workflow.Task) -> Void = { _ in }
    ) throws -> Subject {
        let tasks = (0..<count).map { Fixture.task("t\($0)", change) } + [Fixture.task("end", needs: ["t0"])]
        return try Fixture.subject(tasks) { name in
            let durations = (0..<10).map { run in
                let usual = Double(10 * Self.second + Int64(run) * Self.second / 20)
                let time = Int64(usual * (slow[name]?[run] ?? 1))
                return PastDuration(
                    run: run, nanoseconds: time, cpuNanoseconds: isBusy ? time : 9 * Self.second)
            }
            return TaskKnowledge(nanoseconds: 10 * Self.second, spread: 0.3, sampleCount: 10, durations: durations)
        }
    }

    @Test("attempts that hang are ended and tried again, where that is permitted") func found() throws {
        let subject = try subject(slow: ["t0": [3: 30], "t2": [1: 40, 7: 50]])
        let proposal = try #require(Fixture.priced(subject).proposals.first { $0.finding.kind == .straggler })
        let finding = proposal.finding
        #expect(finding.id == "straggler:t0")
        #expect(finding.evidence[0].hasPrefix("3 of 40 attempts of 't0' and 3 tasks like it took about 39 times"))
        #expect(finding.permission == .stopStragglers)
        let rule = RetryRule(limit: 4, triggers: [.timeout])
        #expect(finding.edits.prefix(2) == [.setTimeout(task: "t0", .seconds(41)), .setRetries(task: "t0", rule)])
        #expect(finding.edits.count == 8)
        // In a third of the worlds one of them hangs.
        let time = try #require(proposal.promise).completionTime
        #expect(time.mean > 0.1 && time.interval.high > 0.8 && time.interval.low >= 0)
        #expect(proposal.verdict == .worthIt, "no run takes longer")
        #expect(Fixture.priced(subject).together == nil)
        let permitted = Fixture.priced(subject, permissions: [.stopStragglers])
        #expect(permitted.together?.ids == ["straggler:t0"])
    }

    @Test("a second attempt beside a late one is priced beside the timeout, and needs a word of its own")
    func copied() throws {
        let subject = try subject(slow: ["t0": [3: 30], "t2": [1: 40, 7: 50]])
        let proposals = Fixture.priced(subject).proposals
        let proposal = try #require(proposals.first { $0.finding.kind == .stragglerCopy })
        #expect(proposal.finding.id == "straggler-copy:t0")
        #expect(proposal.finding.permission == .speculate)
        let edits = (0..<4).map { WorkflowEdit.setSpeculation(task: "t\($0)", .seconds(21)) }
        #expect(proposal.finding.edits == edits, "half the timeout")
        #expect(proposal.verdict == .worthIt)
        let timeout = try #require(proposals.first { $0.finding.kind == .straggler }?.promise)
        let time = try #require(proposal.promise).completionTime
        #expect(time.mean > 0.1 && time.interval.high > 0.8 && time.interval.low > -0.002)
        func together(_ permissions: Set<Finding.Permission>) -> [String] {
            Fixture.priced(subject, permissions: permissions).together?.ids ?? []
        }
        #expect(together([.speculate]) == ["straggler-copy:t0"])
        #expect(together([.stopStragglers]) == ["straggler:t0"])
        // The one that saves more comes first: a copy starts earlier, but there is no third attempt when it hangs as well.
        let first = time.mean > timeout.completionTime.mean ? "straggler-copy:t0" : "straggler:t0"
        #expect(together([.stopStragglers, .speculate]).first == first)
    }

    @Test("no second attempt is proposed that would come too late, that a task has, or of what was approved")
    func uncopied() throws {
        func isProposed(_ change: @escaping (inout Workflow.Task) -> Void) throws -> Bool {
            let analysis = Analysis(try subject(slow: ["t0": [3: 30, 4: 30]], change))
            return analysis.findings.contains { $0.kind == .stragglerCopy }
        }
        #expect(try isProposed { _ in })
        #expect(try isProposed { $0.timeout = .seconds(60) })
        #expect(try !isProposed { $0.timeout = .seconds(21) })
        #expect(try isProposed { $0.speculation = .seconds(300) })
        #expect(try !isProposed { $0.speculation = .seconds(25) })
        #expect(try !isProposed { $0.approval = Template(literal: "really?") })
    }

    @Test("a task that may fail already is still tried again for what it was") func rules() throws {
        func rule(_ change: @escaping (inout Workflow.Task) -> Void) throws -> RetryRule? {
            let analysis = Analysis(try subject(slow: ["t0": [3: 30, 4: 30]], change))
            for case .setRetries("t0", let rule) in analysis.findings.flatMap(\.edits) { return rule }
            return nil
        }
        #expect(
            try rule { $0.retry = RetryRule(limit: 1, triggers: [.exitCode(75)]) }
                == RetryRule(limit: 3, triggers: [.exitCode(75), .timeout]))
        #expect(try rule { $0.retry = RetryRule(limit: 9) } == nil, "enough already")
        // Ended about as early already.
        #expect(try rule { $0.timeout = .seconds(50) } == nil)
        #expect(try rule { $0.timeout = .seconds(500) } != nil)
    }

    @Test("nothing is found where a task is always slow, where all of a run was slow, or where it is chance")
    func clean() throws {
        func kinds(_ subject: Subject) -> [Finding] { Analysis(subject).findings.filter { $0.kind == .straggler } }
        #expect(kinds(try subject(slow: [:])).isEmpty)
        let always = Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, 30.0) })
        #expect(kinds(try subject(slow: ["t1": always])).isEmpty)
        let all = ["t0", "t1", "t2", "t3", "end"].map { ($0, [2: 30.0]) }
        #expect(kinds(try subject(slow: Dictionary(uniqueKeysWithValues: all))).isEmpty)
        #expect(kinds(try subject(slow: ["t0": [1: 30]])).isEmpty, "once is no sort")
        #expect(kinds(try subject(slow: ["t0": [2: 30], "t1": [2: 30]])).isEmpty, "one cause for both")
        #expect(kinds(try subject(slow: ["t0": [1: 3.5, 2: 3.5]])).isEmpty, "not by much")
        let hangs = ["t0": [1: 30.0, 2: 30]]
        #expect(!kinds(try subject(slow: hangs)).isEmpty)
        #expect(kinds(try subject(slow: hangs, isBusy: true)).isEmpty, "there was more to do")
        let unknown = try Fixture.subject([Fixture.task("t")])
        #expect(kinds(unknown).isEmpty)
    }

    @Test("of run times that vary alone none is a straggler", arguments: Seed.range(0..<40))
    func noise(_ seed: UInt64) throws {
        let subject = try Self.random(seed, stragglers: 0)
        #expect(
            !Analysis(subject).findings.contains { $0.kind == .straggler }, "\(Seed.replay(seed, "StragglerTests"))")
    }

    @Test(
        "the same work in the same order, and no attempt is ended that takes what is usual",
        arguments: Seed.range(0..<40))
    func equivalence(_ seed: UInt64) throws {
        let context = Comment(rawValue: Seed.replay(seed, "StragglerTests"))
        let subject = try Self.random(seed, stragglers: 6)
        let finding = try #require(Analysis(subject).findings.first { $0.kind == .straggler }, context)
        let edited = try subject.workflow.applying(finding.edits)
        let expansion = try edited.expand(parameters: [])
        #expect(expansion.graph.edges == subject.graph.edges, context)
        for (index, (old, new)) in zip(subject.workflow.tasks, edited.tasks).enumerated() {
            #expect(old.action == new.action, context)
            guard let timeout = new.timeout else { continue }
            #expect(new.retry.limit > 0 && new.retry.triggers == [.timeout], context)
            for member in subject.members[index] {
                let usual = subject.knowledge[member].durations.map(\.nanoseconds).sorted()[4]
                #expect(timeout.nanoseconds >= 4 * usual, context)
            }
        }
    }

    @Test(
        "with second attempts all stays the same, and none starts beside one that takes what is usual",
        arguments: Seed.range(0..<40))
    func copiesAreEquivalent(_ seed: UInt64) throws {
        let context = Comment(rawValue: Seed.replay(seed, "StragglerTests"))
        let subject = try Self.random(seed, stragglers: 6)
        let finding = try #require(Analysis(subject).findings.first { $0.kind == .stragglerCopy }, context)
        let edited = try subject.workflow.applying(finding.edits)
        for (index, (old, new)) in zip(subject.workflow.tasks, edited.tasks).enumerated() {
            var same = new
            same.speculation = old.speculation
            #expect(same == old, context)
            guard let patience = new.speculation else { continue }
            for member in subject.members[index] {
                let usual = subject.knowledge[member].durations.map(\.nanoseconds).sorted()[4]
                #expect(patience.nanoseconds >= 2 * usual, context)
            }
        }
    }

    /// Fans of some tasks that differ in size, with a coefficient of variation of about one half.
    private static func random(_ seed: UInt64, stragglers: Int) throws -> Subject {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 3...30, using: &generator)
        var slow: Set<[Int]> = []
        while slow.count < stragglers {
            slow.insert([Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<10, using: &generator)])
        }
        let tasks = (0..<count).map { Fixture.task("t\($0)") } + [Fixture.task("end", needs: ["t0", "t1"])]
        var index = -1
        return try Fixture.subject(tasks) { _ in
            index += 1
            let usual = 1e10 * PortableMath.exp(4 * generator.unit())
            let durations = (0..<10).map { run in
                let normal = PortableMath.normal(1 - generator.unit(), generator.unit())
                let factor = PortableMath.exp(0.47 * normal) * (slow.contains([index, run]) ? 200 : 1)
                return PastDuration(run: run, nanoseconds: Int64(usual * factor))
            }
            return TaskKnowledge(nanoseconds: Int64(usual), spread: 0.47, sampleCount: 10, durations: durations)
        }
    }
}
