public import BatonCore
public import BatonSimulator
import Testing

/// What every policy has to keep to, whatever it thinks of order and place.
public enum PolicyConformance {
    /// Runs a scenario twice under fresh policies, with all checks of the world and the engine.
    ///
    /// Every answer is admitted, every run comes to its end, nothing breaks, and the second time everything happens as
    /// the first time.
    ///
    /// - Parameters:
    ///   - isWorkConserving: no task that fits somewhere is left waiting after a decision.
    ///   - replay: how to see the same again.
    public static func check(
        _ scenario: Scenario, isWorkConserving: Bool, replay: String, _ makePolicy: () -> any Policy
    ) {
        var scenario = scenario
        scenario.isChecked = true
        scenario.recordsSpans = true
        let first = play(scenario, isWorkConserving, makePolicy)
        let second = play(scenario, false, makePolicy)
        #expect(first.report.counts.rejections == 0, "\(replay): \(first.rejection.map { "\($0)" } ?? "")")
        #expect(first.report.violations.first == nil, "\(replay)")
        #expect(first.report.isComplete, "\(replay)")
        #expect(first.leftWaiting == nil, "\(replay)")
        let isSame = first.report.spans == second.report.spans
        #expect(isSame, "another schedule the second time; \(replay)")
    }

    /// Starts one task of each answer only, as an orchestrator does that may not use more of its machine: the others are
    /// proposed again, until all have been started.
    ///
    /// - Parameter runs: that the four tasks belong to; 1, 2 or 4.
    public static func checkReturns(_ policy: any Policy, runs: Int = 1, replay: String) throws {
        var policy = policy
        var engine = Engine()
        let count = 4
        let capacity = Resources(milliCPU: Int64(count) * 1000, memoryBytes: 8 << 30)
        _ = engine.handle(.workerJoined(Worker(id: Worker.ID(0), name: "w", capacity: capacity)), at: .zero)
        let tasks = (0..<count / runs).map {
            Workflow.Task(name: "t\($0)", action: .arguments([Template(literal: "true")]))
        }
        for run in 1...runs {
            let submission = Run.Submission(
                run: Run.ID(rawValue: UInt64(run)), workflow: Workflow(name: "w", tasks: tasks), parameters: [])
            _ = engine.handle(try engine.validate(.submit(submission)), at: .zero)
        }
        var started = 0
        while started < count {
            var decision = policy.decide(engine.observe(at: .zero))
            guard !decision.placements.isEmpty else {
                Issue.record("\(replay): \(count - started) ready tasks with room are never proposed again")
                return
            }
            decision.placements.removeSubrange(1...)
            _ = engine.handle(try engine.admit(decision), at: .zero)
            engine.offerAgain()
            started += 1
        }
    }

    /// On a single core a task asks for approval that would go before another: the other does not wait for the answer.
    public static func checkApproval(_ makePolicy: () -> any Policy) {
        var workflow = workflow("ask -> next -> last, other")
        for index in workflow.tasks.indices { workflow.tasks[index].expectedDuration = .seconds(10) }
        workflow.tasks[0].approval = Template(literal: "go?")
        workflow.tasks[0].priority = 100
        let run = Run.ID(rawValue: 1)
        let (asking, other) = (
            TaskReference(run: run, task: TaskInstance.ID(0)), TaskReference(run: run, task: TaskInstance.ID(3))
        )
        var engine = Engine()
        func handle(_ event: Event) { _ = engine.handle(event, at: .zero) }
        let capacity = Resources(milliCPU: 1000, memoryBytes: 8 << 30)
        handle(.workerJoined(Worker(id: Worker.ID(0), name: "w", capacity: capacity)))
        handle(.runSubmitted(Run.Submission(run: run, workflow: workflow, parameters: [])))
        var policy = makePolicy()
        let decision = policy.decide(engine.observe(at: .zero))
        #expect(decision.placements.map(\.task) == [other], "\(policy.name)")
        guard let decided = try? engine.admit(decision) else {
            Issue.record("\(policy.name) decided what is not admitted")
            return
        }
        handle(decided)
        handle(.reviewed(asking, Review(isApproved: true, reviewer: "anna")))
        #expect(policy.decide(engine.observe(at: .zero)).placements.isEmpty, "\(policy.name)")
        handle(.attemptEnded(Attempt.ID(run: run, task: other.task, number: 1), .succeeded(nil), nil))
        let next = policy.decide(engine.observe(at: .zero)).placements.map(\.task)
        #expect(next == [asking], "\(policy.name)")
    }

    /// More tasks than it can take may run on one of two workers only, and stand before those that may run on the other: each
    /// goes where it may, and none waits for a worker that is no use to it.
    public static func checkKinds(_ makePolicy: () -> any Policy) throws {
        func tasks(_ kinds: [String], _ names: Range<Int>) -> [Workflow.Task] {
            names.map { number in
                var task = Workflow.Task(name: "t\(number)", action: .arguments([Template(literal: "true")]))
                task.request.milliCPU = .exactly(1000)
                task.request.workerKinds = kinds
                task.expectedDuration = .seconds(10)
                return task
            }
        }
        var policy = makePolicy()
        let workflow = Workflow(name: "w", tasks: tasks(["small"], 0..<3) + tasks(["large", "huge"], 3..<5))
        var engine = Engine()
        for (index, kind) in ["large", "small"].enumerated() {
            let worker = Worker(
                id: Worker.ID(index), name: "w\(index)", kind: kind,
                capacity: Resources(milliCPU: 1000, memoryBytes: 8 << 30))
            _ = engine.handle(.workerJoined(worker), at: .zero)
        }
        let run = Run.ID(rawValue: 1)
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [])
        _ = engine.handle(try engine.validate(.submit(submission)), at: .zero)
        var places: [Int32: Int32] = [:]
        for round in 0..<3 {
            let now = Instant.zero.advanced(by: .seconds(10 * round))
            let decision = policy.decide(engine.observe(at: now))
            let busy = Set(decision.placements.map(\.worker.index))
            #expect(busy == (round < 2 ? [0, 1] : [1]), "\(policy.name), round \(round)")
            _ = engine.handle(try engine.admit(decision), at: now)
            for placement in decision.placements {
                places[placement.task.task.index] = placement.worker.index
                let attempt = Attempt.ID(run: run, task: placement.task.task, number: 1)
                _ = engine.handle(.attemptEnded(attempt, .succeeded(nil), nil), at: now.advanced(by: .seconds(10)))
            }
        }
        #expect((0..<5).map { places[$0] } == [1, 1, 1, 0, 0], "\(policy.name)")
        #expect(engine.status(of: run) == .succeeded, "\(policy.name)")
    }

    private struct Outcome {
        var report: Report
        var rejection: Rejection?
        /// A sentence about a task that could have started and did not.
        var leftWaiting: String?
    }

    private static func play(
        _ scenario: Scenario, _ isWorkConserving: Bool, _ makePolicy: () -> any Policy
    ) -> Outcome {
        var simulation = Simulation(scenario)
        var policy = makePolicy()
        var restarts = 0
        var leftWaiting: String?
        while true {
            switch simulation.advance() {
            case .finished(let report):
                return Outcome(report: report, rejection: simulation.rejection, leftWaiting: leftWaiting)
            case .decision(let observation):
                if restarts != simulation.counts.restarts {
                    restarts = simulation.counts.restarts
                    policy = makePolicy()
                }
                let decision = policy.decide(observation)
                if isWorkConserving, leftWaiting == nil {
                    leftWaiting = taskLeftWaiting(observation, decision, policy.name)
                }
                simulation.apply(decision)
            }
        }
    }

    private static func taskLeftWaiting(
        _ observation: Observation, _ decision: Decision, _ policy: String
    ) -> String? {
        var builder = PlacementBuilder(observation)
        let ready = (0..<observation.readiedCount).compactMap(observation.ready)
        for placement in decision.placements {
            guard let task = ready.first(where: { $0.reference == placement.task }) else { return nil }
            _ = builder.place(task, on: placement.worker, reason: "")
        }
        let placed = decision.placements.map(\.task)
        for task in ready where !placed.contains(task.reference) {
            if case .placed(let worker, _) = builder.place(task, reason: "") {
                return "\(policy) left \(task.reference) waiting at \(observation.now) with room on \(worker)"
            }
        }
        return nil
    }
}
