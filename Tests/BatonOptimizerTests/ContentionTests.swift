import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

@testable import BatonOptimizer

@Suite("Tasks that slow each other down") struct ContentionTests {
    private static let second: Int64 = 1_000_000_000
    /// Four at once get most done.
    private static let disk = SlowDown(contention: 0, coherency: 0.1, most: 8)

    /// Earlier runs of twelve tasks of one sort, and of four others.
    private struct Record {
        /// Of the sort at once, by run.
        var counts = [8.0, 2, 4, 8, 2, 4, 8, 2]
        /// What company makes of a run time.
        var factor: (Company) -> Double = { ContentionTests.disk.factor(1 + $0.siblings) }
        /// How slow the machine was, by run.
        var machine: (Int) -> Double = { _ in 1 }
        /// What there is to do, by place among the twelve.
        var size: (Int) -> Double = { _ in 1 }
        /// By place and run.
        var company: (Int, Int) -> Company
        var others = ["fetch", "index", "merge", "report"]
        /// How many times as long as usual 'fetch' took, by run.
        var late: [Int: Double] = [:]
        var noise = 0.03
        var seed: UInt64 = 1

        init() {
            let counts = self.counts
            company = { _, run in Company(siblings: counts[run] - 1) }
        }

        init(counts: [Double]) {
            self.init()
            self.counts = counts
            company = { _, run in Company(siblings: counts[run] - 1) }
        }

        func subject(
            limits: [Workflow.Limit] = [], cores: Int64 = 8, _ change: (inout Workflow.Task) -> Void = { _ in }
        ) throws -> Subject {
            let names = (0..<12).map { "t\($0)" }
            let tasks = names.map { Fixture.task($0, change) } + others.map { Fixture.task($0, needs: names) }
            var generator = SeededGenerator(seed: seed)
            return try Fixture.subject(tasks, limits: limits, cores: cores, memory: 64_000_000_000) { name in
                let place = Int(name.dropFirst())
                let usual = 10 * Double(ContentionTests.second) * (place.map(size) ?? 1)
                let durations = counts.indices.map { run in
                    let normal = PortableMath.normal(1 - generator.unit(), generator.unit())
                    let company = place.map { self.company($0, run) } ?? Company(siblings: 0)
                    let hung = name == "fetch" ? late[run] ?? 1 : 1
                    let slower = machine(run) * hung * (place == nil ? 1 : factor(company))
                    let time = usual * slower * PortableMath.exp(noise * normal)
                    return PastDuration(run: run, nanoseconds: Int64(time), company: company)
                }
                let median = durations.map(\.nanoseconds).sorted()[durations.count / 2]
                return TaskKnowledge(
                    nanoseconds: median, spread: 0.1, doubt: 0.05, sampleCount: 8, durations: durations)
            }
        }
    }

    private func finding(_ subject: Subject) -> Finding? {
        Analysis(subject).findings.first { $0.kind == .contention }
    }

    @Test("what hangs in runs in which another sort of tasks slowed itself down is found all the same")
    func besideStragglers() throws {
        var record = Record(counts: [8, 2, 4, 8, 2, 4, 8, 2, 4, 2])
        record.factor = { 1 + $0.siblings * $0.siblings }
        record.late = [0: 30, 3: 40]
        let kinds = Analysis(try record.subject()).findings.filter { $0.tasks.contains("fetch") }.map(\.kind)
        #expect(kinds.contains(.straggler), "\(kinds)")
        #expect(finding(try record.subject()) != nil)
    }

    @Test("more at once that get less done are held to the number that gets most done, without a permission")
    func found() throws {
        let priced = Fixture.priced(try Record().subject())
        let proposal = try #require(priced.proposals.first)
        #expect(proposal.finding.id == "contention:t0")
        #expect(proposal.finding.tasks == (0..<12).map { "t\($0)" })
        let evidence = proposal.finding.evidence[0]
        #expect(evidence.hasPrefix("With 8 at once each of 't0' and 11 tasks like it took "), "\(evidence)")
        #expect(evidence.contains(" times as long as with 4, by 96 attempts in 8 runs: "), "\(evidence)")
        #expect(evidence.hasSuffix("4 at once get 1.5 times as much done."), "\(evidence)")
        var edits: [WorkflowEdit] = [.addLimit(name: "w-t", capacity: 4)]
        edits += (0..<12).map { .addSlot(task: "t\($0)", limit: "w-t") }
        #expect(proposal.finding.edits == edits)
        #expect(proposal.finding.permission == nil)
        #expect(proposal.verdict == .worthIt)
        // 8 at once and then 4, at 6.6 and 2.2 times as long as alone, or three times 4 at 2.2; and then the others.
        let time = try #require(proposal.promise).completionTime
        #expect(time.mean > 0.12 && time.mean < 0.3 && time.interval.low > 0, "\(time)")
        #expect(priced.together?.ids.contains("contention:t0") == true)
    }

    @Test("a limit that only these tasks hold is lowered, by as many units as each holds; another is left as it is")
    func limits() throws {
        func subject(capacity: Int64, units: Int64 = 1) throws -> Subject {
            try Record().subject(limits: [.init(name: "disk", capacity: capacity)]) {
                $0.request.slots = [.init(limit: "disk", units: units)]
            }
        }
        #expect(finding(try subject(capacity: 8))?.edits == [.setLimit(name: "disk", capacity: 4)])
        #expect(finding(try subject(capacity: 16, units: 2))?.edits == [.setLimit(name: "disk", capacity: 8)])
        #expect(finding(try subject(capacity: 4)) == nil, "no more run at once as it is")
        let own = try subject(capacity: 8)
        var workflow = own.workflow
        for task in workflow.tasks.indices { workflow.tasks[task].request.slots = [.init(limit: "disk")] }
        let shared = Subject(
            workflow, expansion: try workflow.expand(parameters: []), knowledge: own.knowledge, machines: own.machines)
        #expect(finding(shared)?.edits.first == .addLimit(name: "w-t", capacity: 4), "others hold it too")
    }

    @Test("nothing is found on machines that run no more at once than is good") func fewCores() throws {
        #expect(finding(try Record().subject(cores: 4)) == nil)
        #expect(finding(try Record().subject(cores: 6))?.edits.first == .addLimit(name: "w-t", capacity: 4))
    }

    @Test("what makes all tasks of a run slow is the machine") func machine() throws {
        var record = Record()
        let counts = record.counts
        record.factor = { _ in 1 }
        record.machine = { Self.disk.factor(counts[$0]) }
        #expect(finding(try record.subject()) == nil)
        // On a machine that was slow for a while they slow each other down all the same.
        record = Record()
        record.machine = { $0 < 4 ? 3 : 1 }
        #expect(finding(try record.subject()) != nil)
    }

    @Test("without other tasks to tell by, it is no matter of time: runs of few and of many have to alternate")
    func alone() throws {
        var record = Record()
        record.others = []
        #expect(finding(try record.subject()) != nil)
        record = Record(counts: [2, 2, 2, 4, 4, 8, 8, 8])
        #expect(finding(try record.subject()) != nil, "others tell")
        record.others = []
        #expect(finding(try record.subject()) == nil)
    }

    @Test("one run alone says nothing, nor do two levels, nor one") func levels() throws {
        func isFound(_ counts: [Double]) throws -> Bool { finding(try Record(counts: counts).subject()) != nil }
        #expect(try isFound([2, 4, 8, 2, 4, 8, 4, 2]))
        #expect(try !isFound([2, 4, 8, 2, 4, 2, 4, 2]), "8 at once were seen in one run")
        #expect(try !isFound([2, 8, 2, 8, 2, 8, 2, 8]))
        #expect(try !isFound([8, 8, 8, 8, 8, 8, 8, 8]))
    }

    @Test("larger inputs that run together are no contention") func sizes() throws {
        var record = Record()
        record.factor = { _ in 1 }
        record.size = { Self.disk.factor($0 < 4 ? 2 : $0 < 8 ? 4 : 8) * 3 }
        record.company = { place, _ in Company(siblings: place < 4 ? 1 : place < 8 ? 3 : 7) }
        #expect(finding(try record.subject()) == nil)
        // The same where their company differs from run to run.
        let counts = record.counts
        record.company = { place, run in
            Company(siblings: (place < 4 ? 0.5 : place < 8 ? 1 : 2) * counts[run] / 2 - 0.5)
        }
        #expect(finding(try record.subject()) == nil)
    }

    @Test("cold caches and tasks of other sorts are no contention") func warmUp() throws {
        var record = Record()
        let counts = record.counts
        record.factor = { $0.isFirst ? 5 : 1 }
        record.company = { place, run in Company(siblings: counts[run] - 1, isFirst: place < Int(counts[run])) }
        #expect(finding(try record.subject()) == nil)
        record.factor = { Self.disk.factor(1 + $0.others) * 2 }
        record.company = { _, run in Company(siblings: counts[run] - 1, others: 2 * counts[run] - 1) }
        #expect(finding(try record.subject()) == nil)
    }

    @Test("what is shared fairly is no reason to wait: as many get as much done") func fair() throws {
        var record = Record()
        record.factor = { 1 + $0.siblings }
        #expect(finding(try record.subject()) == nil)
    }

    @Test("attempts that were slow in company do not hang") func stragglers() throws {
        var record = Record(counts: Array(repeating: 2, count: 13) + [4, 4, 8, 8])
        record.others = "abcdefghijklmn".map { String($0) }
        record.factor = { SlowDown(contention: 0, coherency: 0.5, most: 8).factor(1 + $0.siblings) }
        let subject = try record.subject()
        #expect(finding(subject) != nil)
        #expect(!Analysis(subject).findings.contains { $0.kind == .straggler })
    }

    @Test("of run times that vary by chance nothing is found", arguments: Seed.range(0..<40))
    func noise(_ seed: UInt64) throws {
        var record = Record()
        record.seed = seed
        record.noise = 0.47
        record.factor = { _ in 1 }
        #expect(finding(try record.subject()) == nil, "\(Seed.replay(seed, "ContentionTests"))")
        record.factor = { 1 + $0.siblings }
        #expect(finding(try record.subject()) == nil, "\(Seed.replay(seed, "ContentionTests"))")
    }

    @Test(
        "the same work in an order that was allowed, and never more at once than the limit says",
        arguments: Seed.range(0..<20))
    func equivalence(_ seed: UInt64) throws {
        let context = Comment(rawValue: Seed.replay(seed, "ContentionTests"))
        var record = Record()
        record.seed = seed
        record.size = { Double($0 % 3 + 1) }
        let subject = try record.subject()
        let analysis = Analysis(subject)
        let finding = try #require(analysis.findings.first { $0.kind == .contention }, context)
        let edited = try subject.workflow.applying(finding.edits)
        let expansion = try edited.expand(parameters: [])
        #expect(expansion.graph.edges == subject.graph.edges, context)
        #expect(expansion.instances.map(\.name) == subject.expansion.instances.map(\.name), context)
        for (old, new) in zip(subject.workflow.tasks, edited.tasks) {
            var same = new
            same.request.slots = old.request.slots
            #expect(same == old, context)
        }
        let trial = PairedTrial(analysis) { FIFO() }
        let report = trial.outcome(
            of: try trial.edited(finding.edits), in: trial.world(Int(seed)), recordsSpans: true)
        #expect(report.spans.count == subject.workflow.tasks.count, context)
        let fan = report.spans.filter { $0.attempt.task.index < 12 }
        for span in fan {
            let count = fan.count { $0.start <= span.start && span.start < $0.end }
            #expect(count <= 4, context)
        }
        let last = try #require(fan.map(\.end).max(), context)
        #expect(report.spans.filter { $0.attempt.task.index >= 12 }.allSatisfy { $0.start >= last }, context)
    }
}
