import BatonCore
import Testing

/// Drives engines at random and compares the steps that tasks and runs take with the tables.
@Suite("Transitions")
struct TransitionTests {
    private static let seeds: UInt64 = 1000

    @Test("tasks and runs take every step of the tables, and no other")
    func tablesMatchTheEngine() {
        var taken = Steps()
        for seed in 1...Self.seeds {
            var scenario = Scenario(seed: seed)
            let steps = scenario.play()
            for step in steps.tasks.subtracting(Steps.legal.tasks) {
                Issue.record("seed \(seed): a task went \(step), which is not in TransitionTable.tasks")
            }
            for step in steps.runs.subtracting(Steps.legal.runs) {
                Issue.record("seed \(seed): a run went \(step), which is not in TransitionTable.runs")
            }
            taken.tasks.formUnion(steps.tasks)
            taken.runs.formUnion(steps.runs)
        }
        for step in Steps.legal.tasks.subtracting(taken.tasks) {
            Issue.record("no task ever went \(step): remove the row, or add a scenario that takes it")
        }
        for step in Steps.legal.runs.subtracting(taken.runs) {
            Issue.record("no run ever went \(step): remove the row, or add a scenario that takes it")
        }
    }

    @Test("each pair of states stands in a table once")
    func rowsAreUnique() {
        #expect(Steps.legal.tasks.count == TransitionTable.tasks.count)
        #expect(Steps.legal.runs.count == TransitionTable.runs.count)
    }
}

/// Steps without their causes.
private struct Steps {
    struct Step<State: Hashable & Sendable>: Hashable, CustomStringConvertible {
        var from: State?
        var to: State
        var description: String { "from \(from.map { "\($0)" } ?? "nothing") to \(to)" }
    }

    var tasks: Set<Step<TaskState.Label>> = []
    var runs: Set<Step<Run.Status>> = []

    static let legal = Steps(
        tasks: Set(TransitionTable.tasks.map { Step(from: $0.from, to: $0.to) }),
        runs: Set(TransitionTable.runs.map { Step(from: $0.from, to: $0.to) })
    )
}

/// One run of one workflow that has a task of every sort, through events picked by a seed.
private struct Scenario {
    private var random: SeededGenerator
    private var engine = Engine()
    private var now = Instant(nanoseconds: 0)
    private var workerCount = 0
    private var alarms: [Alarm] = []
    private var recalls: [TaskReference] = []
    private var labels: [TaskReference: TaskState.Label] = [:]
    private var status: Run.Status?
    private var steps = Steps()
    /// Without the task whose condition has no value, so that the run can succeed.
    private let isSound: Bool
    private let run = Run.ID(rawValue: 7)

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isSound = seed % 2 == 0
    }

    mutating func play() -> Steps {
        joinWorker()
        do {
            handle(try engine.validate(.submit(try submission())))
        } catch {
            Issue.record("the scenario's workflow was refused: \(error)")
        }
        for _ in 0..<80 { takeStep() }
        return steps
    }

    /// Tasks of every sort: tried again, conditional, wrong, fanned out, known only during the run, asking a person, at
    /// the end.
    private func submission() throws -> Run.Submission {
        func task(
            _ name: String, needs: [String] = [], over list: String? = nil, when condition: String? = nil,
            asking question: String? = nil, isFinally: Bool = false
        ) throws -> Workflow.Task {
            Workflow.Task(
                name: name, action: .shell(Template(literal: "true")), needs: needs.map { Template(literal: $0) },
                fanOut: try list.map {
                    Workflow.FanOut(axes: [.init(name: "item", values: .expression(try Expression(parsing: $0)))])
                },
                condition: try condition.map { try Expression(parsing: $0) },
                approval: try question.map { try Template(parsing: $0) }, retry: RetryRule(limit: 1),
                timeout: .seconds(5), speculation: name == "list" ? .seconds(2) : nil, isCached: question != nil,
                isFinally: isFinally
            )
        }
        let workflow = Workflow(
            name: "scenario",
            tasks: [
                try task("list"),
                try task("known", over: "[1, 2]"),
                try task("unknown", over: "tasks.list.lines"),
                try task("no", needs: ["list"], when: "tasks.list.stdout == \"c\""),
                try task("wrong", needs: ["list"], when: isSound ? "true" : "tasks.list.stdout > 1"),
                try task("ask", needs: ["list"], asking: "after ${{ tasks.list.stdout }}?"),
                try task("end", needs: ["known", "unknown"]),
                try task("cleanup", isFinally: true),
            ])
        return Run.Submission(
            run: run, workflow: workflow, parameters: [],
            carriedOver: [Run.CarriedOver(instance: "known[1]", from: Run.ID(rawValue: 6), values: nil)]
        )
    }

    private mutating func takeStep() {
        now = now.advanced(by: .seconds(Int64(random.next() % 3)))
        switch random.next() % 32 {
        case 0: wish(.pause(run))
        case 1...2: wish(.unpause(run))
        case 3: wish(.cancel(run, force: random.next() % 2 == 0))
        case 4...5: wish(.retry(run))
        case 6:
            handle(.workerLost(Worker.ID(workerCount - 1)))
            joinWorker()
        case 7...12:
            if let alarm = alarms.randomElement(using: &random) {
                alarms.removeAll { $0 == alarm }
                handle(.alarmRang(alarm))
            }
        case 13...18: decide()
        case 19...20: answer()
        default:
            if let attempt = engine.runningAttempts.randomElement(using: &random) {
                handle(.attemptEnded(attempt, outcome(), nil))
            }
        }
    }

    private mutating func outcome() -> Outcome {
        switch random.next() % 16 {
        case 0...1: .failed(.exitCode(1))
        case 2: .failed(.outOfMemory)
        case 3: .lost
        case 4: .stopped
        case 5: .reused(TaskValues(stdout: "a"), from: Run.ID(rawValue: 6))
        default: .succeeded(TaskValues(stdout: "a\nb"))
        }
    }

    private mutating func decide() {
        let observation = engine.observe(at: now)
        var builder = PlacementBuilder(observation)
        for number in (0..<observation.readiedCount).shuffled(using: &random) {
            guard let task = observation.ready(number) else { continue }
            _ = builder.place(task, reason: "at random")
        }
        do throws(Rejection) {
            handle(try engine.admit(Decision(policy: "random", placements: builder.placements)))
        } catch {
            Issue.record("a placement that fits was rejected: \(error)")
        }
    }

    private mutating func answer() {
        let asking = engine.instances(of: run).indices.map { TaskReference(run: run, task: TaskInstance.ID($0)) }
            .filter { engine.state(of: $0)?.label == .awaitingApproval }
        guard let task = asking.randomElement(using: &random) else { return }
        if recalls.contains(task), random.next() % 4 == 0 {
            handle(.recalled(task, nil, from: Run.ID(rawValue: 6)))
        } else {
            wish(.review(task, Review(isApproved: random.next() % 4 != 0, reviewer: "anna")))
        }
    }

    private mutating func wish(_ command: Command) {
        guard let event = try? engine.validate(command) else { return }  // not now
        handle(event)
    }

    private mutating func joinWorker() {
        let capacity = Resources(milliCPU: 2000, memoryBytes: 8 << 30)
        handle(.workerJoined(Worker(id: Worker.ID(workerCount), name: "w", capacity: capacity)))
        workerCount += 1
    }

    private mutating func handle(_ event: Event) {
        for effect in engine.handle(event, at: now) {
            switch effect {
            case .decide, .start, .stop: continue
            case .wake(at: _, let alarm): alarms.append(alarm)
            case .recall(let task): recalls.append(task)
            case .announce(.runStatus(_, let next, at: _)):
                steps.runs.insert(Steps.Step(from: status, to: next))
                status = next
            case .announce(.tasksAdded(_, let first, let instances, _)):
                for index in instances.indices {
                    let task = TaskReference(run: run, task: TaskInstance.ID(Int(first.index) + index))
                    labels[task] = .blocked
                    steps.tasks.insert(Steps.Step(from: nil, to: .blocked))
                }
            case .announce(.taskState(let task, let state, at: _)):
                steps.tasks.insert(Steps.Step(from: labels[task], to: state.label))
                labels[task] = state.label
            }
        }
    }
}
