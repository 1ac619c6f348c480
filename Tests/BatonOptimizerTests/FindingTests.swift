import BatonCore
import BatonOptimizer
import Testing

@Suite struct FindingTests {
    @Test("a request of ten times the need is found, and what is measured to be needed is asked for instead")
    func overRequest() throws {
        let subject = try Fixture.subject(
            (0..<8).map { Fixture.task("t\($0)") { $0.request.memoryBytes = .exactly(8_000_000_000) } }
        ) { _ in
            TaskKnowledge(
                nanoseconds: 1_000_000_000, spread: 0.1, peakMemoryBytes: 700_000_000, memorySpread: 0.05,
                suggestedMemoryBytes: 800_000_000, sampleCount: 10)
        }
        let priced = Fixture.priced(subject)
        let proposal = try #require(priced.proposals.first)
        #expect(proposal.finding.id == "over-request:t0")
        #expect(proposal.finding.tasks.count == 8)
        #expect(proposal.verdict == .worthIt)
        let promise = try #require(proposal.promise)
        #expect(promise.completionTime.mean > 0.4, "four run at a time instead of two")
        #expect(promise.memoryHours.mean > 0.85)
        #expect(priced.together?.ids == ["over-request:t0"])
    }

    @Test("a request that is below what attempts take is found") func underRequest() throws {
        let subject = try Fixture.subject([Fixture.task("t") { $0.request.memoryBytes = .exactly(500_000_000) }]) { _ in
            TaskKnowledge(
                nanoseconds: 10_000_000_000, peakMemoryBytes: 700_000_000, memorySpread: 0.05,
                suggestedMemoryBytes: 800_000_000, sampleCount: 10)
        }
        let proposal = try #require(Fixture.priced(subject).proposals.first)
        #expect(proposal.finding.kind == .underRequest)
        #expect(proposal.finding.edits == [.setMemory(task: "t", bytes: 800_000_000)])
        #expect(try #require(proposal.promise).completionTime.mean > 0, "no attempt is killed any more")
    }

    @Test("what was killed for memory is asked for, though a usual attempt takes less") func kills() throws {
        for (needed, isFound) in [(Int64(800_000_000), true), (400_000_000, false)] {
            let subject = try Fixture.subject([Fixture.task("t") { $0.request.memoryBytes = .exactly(500_000_000) }]) {
                _ in
                TaskKnowledge(
                    nanoseconds: 10_000_000_000, peakMemoryBytes: 300_000_000, memorySpread: 0.05,
                    suggestedMemoryBytes: needed, sampleCount: 10,
                    failures: FailureHistory(instances: 9, outOfMemory: 2))
            }
            let found = Analysis(subject).findings.first { $0.kind == .underRequest }
            #expect((found != nil) == isFound)
            if let found { #expect(found.evidence[0].hasSuffix("some are killed and run again, as 2 were lately.")) }
        }
    }

    @Test("of what was measured too rarely nothing is said") func fewSamples() throws {
        let subject = try Fixture.subject([Fixture.task("t") { $0.request.memoryBytes = .exactly(8_000_000_000) }]) {
            _ in
            TaskKnowledge(
                nanoseconds: 1_000_000_000, peakMemoryBytes: 1_000_000, suggestedMemoryBytes: 2_000_000, sampleCount: 2)
        }
        #expect(Analysis(subject).findings.isEmpty)
    }

    @Test("a chain of tasks that take as long to start as to run becomes one task") func smallTasks() throws {
        let chain = [Fixture.task("a"), Fixture.task("b", needs: ["a"]), Fixture.task("c", needs: ["b"])]
        let known = { (_: String) in TaskKnowledge(nanoseconds: 2_000_000) }
        let subject = try Fixture.subject(chain, overhead: .nanoseconds(2_000_000), known: known)
        let proposal = try #require(Fixture.priced(subject).proposals.first)
        #expect(proposal.finding.edits == [.fuse(tasks: ["a", "b", "c"])])
        #expect(abs(try #require(proposal.promise).completionTime.mean - 1.0 / 3) < 0.01, "8 ms instead of 12")
        // Where starting costs nothing, there is nothing to gain.
        #expect(Analysis(try Fixture.subject(chain, known: known)).findings.filter { $0.kind != .order }.isEmpty)
    }

    @Test("more tiny tasks than run at once are done in batches, as many as keep all cores busy") func smallSiblings()
        throws
    {
        func subject(count: Int, milliseconds: Int64 = 2) throws -> Subject {
            let names = (0..<count).map { "t\($0)" }
            let tasks = [Fixture.task("split")] + names.map { Fixture.task($0, needs: ["split"]) }
            return try Fixture.subject(
                tasks + [Fixture.task("join", needs: names)], cores: 4, overhead: .milliseconds(2)
            ) { name in
                TaskKnowledge(nanoseconds: name.hasPrefix("t") ? milliseconds * 1_000_000 : 1_000_000_000)
            }
        }
        let priced = Fixture.priced(try subject(count: 16))
        let proposal = try #require(priced.proposals.first { $0.finding.kind == .smallTasks })
        #expect(
            proposal.finding.edits
                == (0..<4).map { batch in .fuse(tasks: (0..<4).map { "t\(4 * batch + $0)" }) })
        #expect(
            proposal.finding.evidence == [
                "'t0' and what is like it run 16 times, for 2ms each; starting each takes another 2ms."
            ])
        #expect(proposal.verdict == .worthIt && priced.together?.ids == ["small-tasks:t0"])
        // A batch is no longer than it has to be for its start not to count.
        let many = Analysis(try subject(count: 400)).findings.first { $0.kind == .smallTasks }
        #expect(many?.edits.count == 16)
        #expect(!Analysis(try subject(count: 4)).findings.contains { $0.kind == .smallTasks }, "they start at once")
        #expect(!Analysis(try subject(count: 16, milliseconds: 20)).findings.contains { $0.kind == .smallTasks })
    }

    @Test("the instances of a fan-out of tiny tasks do several values each; where that can't be, it is advice")
    func smallFanOut() throws {
        func proposal(_ change: @escaping (inout Workflow.Task) -> Void = { _ in }) throws -> PricedFinding? {
            let task = Fixture.task("t") { task in
                let values = (0..<40).map { Value.string("v\($0)") }
                task.fanOut = .init(axes: [.init(name: "x", values: .list(values))])
                change(&task)
            }
            let subject = try Fixture.subject([task], overhead: .milliseconds(2)) { _ in
                TaskKnowledge(nanoseconds: 1_000_000)
            }
            return Fixture.priced(subject).proposals.first { $0.finding.kind == .smallTasks }
        }
        let found = try #require(try proposal())
        #expect(found.finding.edits == [.setBatch(task: "t", size: 10)])
        #expect(found.finding.rewrite == "Let each instance do 10 values, one after the other.")
        #expect(found.verdict == .worthIt)
        // 10 rounds of 3 ms on 4 cores are one of 12 ms.
        #expect(abs(try #require(found.promise).completionTime.mean - 0.6) < 0.01)
        let own = try #require(
            try proposal { $0.environment = [.init(name: "T", value: Template(literal: "$BATON_TASK"))] })
        #expect(own.verdict == .advice)
        #expect(own.finding.rewrite == "Give each instance about 10 values, over which its script goes in a loop.")
        #expect(try proposal { $0.fanOut?.batch = 4 } == nil, "somebody has chosen")
        let long = try #require(
            try proposal { $0.action = .shell(Template(literal: String(repeating: "x", count: 30_000))) })
        #expect(long.finding.edits == [.setBatch(task: "t", size: 3)], "more make no command")
    }

    @Test("the same command on the same inputs is done once") func repeatedWork() throws {
        let tasks = ["a", "b"].map { name in
            Fixture.task(name, run: "index ref.fa") { $0.inputs = [Template(literal: "ref.fa")] }
        }
        let subject = try Fixture.subject(
            tasks + [Fixture.task("x", needs: ["a"]), Fixture.task("y", needs: ["b"])], cores: 1)
        let proposal = try #require(Fixture.priced(subject).proposals.first)
        #expect(proposal.finding.kind == .repeatedWork)
        #expect(proposal.finding.edits == [.merge(task: "b", into: "a")])
        #expect(abs(try #require(proposal.promise).completionTime.mean - 0.25) < 0.01)
        // The same command without any sign of what it reads may do something else each time.
        let silent = ["a", "b"].map { Fixture.task($0, run: "date") }
        #expect(Analysis(try Fixture.subject(silent)).findings.isEmpty)
    }

    @Test("what several tasks fetch or install first is done once, but not what any script begins with")
    func repeatedSetup() throws {
        func tasks(_ line: String) -> [Workflow.Task] {
            (1...3).map { Fixture.task("t\($0)", run: "\(line)\nwork \($0) repo\n") }
        }
        let finding = try #require(
            Analysis(try Fixture.subject(tasks("git clone https://host/repo"))).findings.first {
                $0.kind == .repeatedSetup
            })
        #expect(finding.edits == [.share(tasks: ["t1", "t2", "t3"], lines: 1, name: "setup")])
        for line in ["mkdir -p out", "cd repo", "git clone r && cd r"] {
            let findings = Analysis(try Fixture.subject(tasks(line))).findings
            #expect(!findings.contains { $0.kind == .repeatedSetup }, "\(line)")
        }
    }

    @Test("a limit that everything waits for is found, and is raised only when that is permitted") func tightLimit()
        throws
    {
        let tasks = (0..<6).map { Fixture.task("t\($0)") { $0.request.slots = [.init(limit: "db")] } }
        let subject = try Fixture.subject(tasks, limits: [.init(name: "db", capacity: 1)])
        let refused = Fixture.priced(subject)
        #expect(refused.proposals.first?.finding.id == "tight-limit:t0")
        #expect(refused.together == nil)
        let permitted = Fixture.priced(subject, permissions: [.changeLimits])
        #expect(permitted.together?.edits == [.setLimit(name: "db", capacity: 4)])
        #expect(abs(try #require(permitted.together).promise.completionTime.mean - 2.0 / 3) < 0.01)
    }

    /// The rule that a finding of retries proposes for a task that is tried again three times.
    private func proposed(_ history: FailureHistory, for rule: RetryRule = RetryRule(limit: 3)) throws -> RetryRule? {
        let subject = try Fixture.subject([Fixture.task("t") { $0.retry = rule }]) { _ in
            TaskKnowledge(nanoseconds: 1_000_000_000, failures: history)
        }
        guard let finding = Analysis(subject).findings.first(where: { $0.kind == .retryStorm }),
            case .setRetries("t", let proposed) = finding.edits.first
        else { return nil }
        return proposed
    }

    @Test("retries that never helped are given up, those that did are kept") func retryStorm() throws {
        let storm = FailureHistory(instances: 10, failedFirst: 3, wastedAttempts: 9, exitCode: 2)
        let fewer = RetryRule(limit: 3, triggers: [.outOfMemory, .timeout, .signal])
        #expect(try proposed(storm) == fewer)
        #expect(try proposed(storm, for: fewer) == nil, "it was before that")
        #expect(try proposed(FailureHistory(instances: 10, failedFirst: 3, wastedAttempts: 3, exitCode: 2)) == nil)
        #expect(try proposed(FailureHistory(instances: 10, failedFirst: 3, saved: 3, usefulRetries: 1)) == nil)
    }

    @Test("retries beyond those that ever helped are given up, but for one") func surplusRetries() throws {
        let many = RetryRule(limit: 9, triggers: [.exitCode(75)])
        var history = FailureHistory(instances: 10, failedFirst: 5, saved: 3, wastedAttempts: 18, usefulRetries: 2)
        #expect(try proposed(history, for: many) == RetryRule(limit: 3, triggers: [.exitCode(75)]))
        history.usefulRetries = 8
        #expect(try proposed(history, for: many) == nil)
        history = FailureHistory(instances: 10, failedFirst: 4, saved: 3, wastedAttempts: 9, usefulRetries: 2)
        #expect(try proposed(history, for: many) == nil, "one may be chance")
    }

    @Test("priorities pay under a policy that looks at nothing else, and are not mentioned where they don't")
    func order() throws {
        // By their places the short ones come first, and then the long chain is alone.
        let tasks =
            (0..<6).map { Fixture.task("short\($0)") } + [Fixture.task("a"), Fixture.task("b", needs: ["a"])]
        let subject = try Fixture.subject(tasks, cores: 2) { name in
            TaskKnowledge(nanoseconds: name.hasPrefix("short") ? 1_000_000_000 : 2_000_000_000)
        }
        let fifo = Fixture.priced(subject, fifo: true)
        #expect(fifo.proposals.map(\.finding.kind) == [.order])
        #expect(try #require(fifo.together).promise.completionTime.mean > 0.2)
        #expect(Fixture.priced(subject).proposals.isEmpty)
    }
}
