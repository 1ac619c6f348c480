import BatonCore
import BatonPolicies
import BatonTesting
import Testing

/// What both list policies share: which ready tasks start, in which order, and who may overtake whom.
@Suite struct ReadyQueueTests {
    private let run = Run.ID(rawValue: 1)
    private let worker = Worker.ID(0)

    private func engine(_ workflow: Workflow, cores: Int64) -> Engine {
        var engine = Engine()
        let capacity = Resources(milliCPU: cores * 1000, memoryBytes: 8 << 30)
        _ = engine.handle(.workerJoined(Worker(id: worker, name: "local", capacity: capacity)), at: .zero)
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [])
        _ = engine.handle(.runSubmitted(submission), at: .zero)
        return engine
    }

    /// Decides, checks that the engine admits it, and carries it out.
    ///
    /// - Returns: names of the tasks started.
    private func start(_ engine: inout Engine, _ policy: inout some Policy, at now: Instant = .zero) -> [String] {
        let decision = policy.decide(engine.observe(at: now))
        do {
            _ = engine.handle(try engine.admit(decision), at: now)
        } catch {
            Issue.record("\(policy.name) was rejected: \(error.reason)")
        }
        return decision.placements.map { engine.instances(of: run)[Int($0.task.task.index)].name }
    }

    private func end(_ task: Int, _ outcome: Outcome = .succeeded(nil), in engine: inout Engine, number: Int32 = 1) {
        let attempt = Attempt.ID(run: run, task: TaskInstance.ID(task), number: number)
        _ = engine.handle(.attemptEnded(attempt, outcome, nil), at: .zero)
    }

    private static func cores(_ count: Int64) -> (inout Workflow.Task) -> Void {
        { $0.request.milliCPU = .exactly(count * 1000) }
    }

    @Test("FIFO starts in the order of the workflow; the critical path goes first where that is asked for")
    func order() {
        let graph = workflow("short, a -> b -> c, x -> y")
        var engine = engine(graph, cores: 2)
        var fifo = FIFO()
        #expect(start(&engine, &fifo) == ["short", "a"])
        engine = self.engine(graph, cores: 2)
        var criticalPath = CriticalPathFirst()
        #expect(start(&engine, &criticalPath) == ["a", "x"])
    }

    @Test("a known duration counts more than the number of tasks")
    func knownDurations() {
        let graph = workflow(
            "a -> b, long",
            [
                "a": { $0.expectedDuration = .seconds(1) }, "b": { $0.expectedDuration = .seconds(1) },
                "long": { $0.expectedDuration = .seconds(60) },
            ]
        )
        var engine = engine(graph, cores: 1)
        var policy = CriticalPathFirst()
        #expect(start(&engine, &policy) == ["long"])
    }

    @Test("higher priority goes before a longer path")
    func priority() {
        var engine = engine(workflow("a -> b -> c, urgent", ["urgent": { $0.priority = 90 }]), cores: 1)
        var policy = CriticalPathFirst()
        #expect(start(&engine, &policy) == ["urgent"])
    }

    @Test("a task that became ready twice is placed once, also after priorities have changed")
    func readyTwice() {
        for var policy in [FIFO() as any Policy, CriticalPathFirst()] {
            var engine = engine(workflow("a, b"), cores: 4)
            _ = start(&engine, &policy)
            end(0, .lost, in: &engine)
            _ = engine.handle(.estimated(run, []), at: .zero)
            #expect(start(&engine, &policy) == ["a"])
            #expect(start(&engine, &policy) == [])
        }
    }

    @Test("a task that is cancelled while it waits and then retried is placed once")
    func cancelledAndRetried() {
        var engine = engine(workflow("a, b"), cores: 1)
        var policy = FIFO()
        #expect(start(&engine, &policy) == ["a"])
        _ = engine.handle(.runCancelled(run, force: true), at: .zero)
        end(0, .stopped, in: &engine)
        _ = engine.handle(.runRetried(run), at: .zero)
        _ = engine.handle(.workerResized(worker, capacity: Resources(milliCPU: 4000, memoryBytes: 32 << 30)), at: .zero)
        #expect(start(&engine, &policy) == ["a", "b"])
    }

    @Test("smaller tasks pass one that has no room")
    func backfilling() {
        let graph = workflow(
            "a, big, small, tiny", ["a": Self.cores(2), "big": Self.cores(4), "small": Self.cores(1)]
        )
        var engine = engine(graph, cores: 4)
        var policy = FIFO()
        #expect(start(&engine, &policy) == ["a", "small", "tiny"])
    }

    @Test("after a minute nothing passes a task without room")
    func noStarvation() {
        var engine = engine(workflow("a, big, a -> later", ["a": Self.cores(2), "big": Self.cores(4)]), cores: 4)
        var policy = CriticalPathFirst()
        let minute = Instant.zero.advanced(by: .seconds(60))
        #expect(start(&engine, &policy) == ["a"])
        _ = engine.handle(.workerResized(worker, capacity: Resources(milliCPU: 3000, memoryBytes: 8 << 30)), at: .zero)
        end(0, in: &engine)
        #expect(start(&engine, &policy, at: minute) == [])
        _ = engine.handle(.workerResized(worker, capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30)), at: minute)
        #expect(start(&engine, &policy, at: minute) == ["big"])
    }

    @Test("a task that no living worker could ever take holds up nobody")
    func hopeless() {
        let graph = workflow("big, a -> later", ["big": Self.cores(8)])
        var engine = engine(graph, cores: 8)
        _ = engine.handle(.workerLost(worker), at: .zero)
        let capacity = Resources(milliCPU: 4000, memoryBytes: 8 << 30)
        _ = engine.handle(.workerJoined(Worker(id: Worker.ID(1), name: "small", capacity: capacity)), at: .zero)
        var policy = FIFO()
        #expect(start(&engine, &policy, at: Instant.zero.advanced(by: .seconds(3600))) == ["a"])
    }

    @Test("many tasks that wait for one limit hold up nobody else, however long they wait")
    func limitsHoldUpNobody() {
        let names = (0..<200).map { "t\($0)" }
        var graph = workflow(names.joined(separator: ",") + ",other", limits: [.init(name: "one", capacity: 1)])
        for index in names.indices {
            graph.tasks[index].request.slots = [.init(limit: "one")]
            graph.tasks[index].priority = 60
        }
        var engine = engine(graph, cores: 4)
        var policy = CriticalPathFirst()
        let hour = Instant.zero.advanced(by: .seconds(3600))
        #expect(start(&engine, &policy, at: hour) == ["t0", "other"])
        end(0, in: &engine)
        #expect(start(&engine, &policy, at: hour) == ["t1"])
        #expect(start(&engine, &policy, at: hour) == [])
    }

    @Test("policies can be found by name")
    func catalog() {
        for name in PolicyCatalog.names { #expect(PolicyCatalog.policy(named: name)?.name == name) }
        #expect(PolicyCatalog.policy(named: "dice") == nil)
    }
}
