public import BatonCore

/// A run of a few tasks, told as the engine would tell it.
public struct Script: Sendable {
    public let run: Run.ID
    private let workflow: String

    public init(_ number: UInt64 = 1, workflow: String = "flow") {
        run = Run.ID(rawValue: number)
        self.workflow = workflow
    }

    /// Seconds after the beginning of all scripts.
    public func time(_ seconds: Int64) -> Instant { Instant(nanoseconds: (1_700_000_000 + seconds) * 1_000_000_000) }

    let parameters = [Workflow.Binding(name: "threads", value: .number(2))]

    /// Differs from run to run.
    var usage: Usage {
        Usage(
            wall: .seconds(Int64(run.rawValue)), userCPU: .milliseconds(10), systemCPU: .milliseconds(20),
            peakMemoryBytes: 3, readBytes: 4, writtenBytes: 5, meter: .sampling)
    }

    let estimate = Estimate(
        durationP50Nanoseconds: 1, durationP90Nanoseconds: 2, peakMemoryP50Bytes: 3, peakMemoryP99Bytes: 4,
        largestSeenMemoryBytes: 5, sampleCount: 6, model: "median-1", requestMilliCPU: 2000)

    public func recorded(_ event: Event, _ changes: [Change], at seconds: Int64 = 10) -> Recorded {
        Recorded(event: event, at: time(seconds), changes: changes)
    }

    func status(_ status: Run.Status) -> Change { .runStatus(run, status, at: time(90)) }

    func change(_ task: Int, _ state: TaskState) -> Change {
        .taskState(TaskReference(run: run, task: TaskInstance.ID(task)), state, at: time(10))
    }

    /// A first attempt is ended for want of memory.
    public func killed(_ task: Int, _ usage: Usage? = nil) -> Recorded {
        recorded(.attemptEnded(attempt(task), .failed(.outOfMemory), usage ?? self.usage), [])
    }

    func attempt(_ task: Int, _ number: Int32 = 1) -> Attempt.ID {
        Attempt.ID(run: run, task: TaskInstance.ID(task), number: number)
    }

    /// One task of the workflow for each name.
    ///
    /// - Parameter needs: what each waits for; nothing when empty.
    public func submitted(_ names: [String], needs: [[Int32]] = [], changes: [Change] = []) -> Recorded {
        let definitions = names.map { name in
            Workflow.Task(name: name, action: .arguments([try! Template(parsing: "true")]))
        }
        let submission = Run.Submission(
            run: run, workflow: Workflow(name: workflow, tasks: definitions), parameters: parameters,
            directory: "/work", source: "\(workflow).yaml")
        let instances = names.indices.map { TaskInstance(name: names[$0], task: Int32($0)) }
        let graph = Graph(dependencies: needs.isEmpty ? names.map { _ in [] } : needs)
        let added = Change.tasksAdded(run, first: TaskInstance.ID(0), instances, graph)
        return recorded(.runSubmitted(submission), [.runStatus(run, .running, at: time(0)), added] + changes, at: 0)
    }

    /// More instances of the workflow's second task, after its first has ended.
    ///
    /// - Parameter needs: as `submitted` was given, and of the new ones.
    public func added(_ names: [String], first: Int, needs: [[Int32]] = []) -> Recorded {
        let instances = names.map {
            TaskInstance(name: $0, task: 1, bindings: [Workflow.Binding(name: "item", value: .string($0))])
        }
        return recorded(
            .attemptEnded(attempt(0), .succeeded(nil), nil),
            [
                .tasksAdded(
                    run, first: TaskInstance.ID(first), instances,
                    Graph(dependencies: needs.isEmpty ? Array(repeating: [], count: first + names.count) : needs))
            ])
    }

    /// Two tasks that join a run of one, of the second of which something is known.
    public func joined(_ name: String, second estimate: Estimate) -> Recorded {
        let task = Workflow.Task(name: name, action: .shell(Template(literal: "true")))
        let instances = [TaskInstance(name: name, task: 1), TaskInstance(name: "\(name)#2", task: 2)]
        return recorded(
            .tasksAdded(run, [Run.AddedTask(task: task), Run.AddedTask(task: task, estimate: estimate)]),
            [.tasksAdded(run, first: TaskInstance.ID(1), instances, Graph(dependencies: [[], [], []]))])
    }

    public func started(_ task: Int, attempt number: Int32 = 1) -> Recorded {
        let grant = Resources(milliCPU: 500, memoryBytes: 100, gpus: 1, diskBytes: 7)
        let placement = Placement(
            task: attempt(task).reference, worker: Worker.ID(0), grant: grant, reason: "first")
        let running = TaskState.Running(attempt: number, worker: Worker.ID(0), since: time(2), grant: grant)
        return recorded(.decided(Decision(policy: "fifo", placements: [placement])), [change(task, .running(running))])
    }

    /// - Parameter usage: nil: the script's.
    public func ended(_ task: Int, _ usage: Usage? = nil, at seconds: Int64 = 10) -> Recorded {
        recorded(
            .attemptEnded(attempt(task), .succeeded(nil), usage ?? self.usage),
            [change(task, .succeeded(attempt: 1))], at: seconds)
    }

    func failed(_ task: Int) -> Recorded {
        recorded(
            .attemptEnded(attempt(task), .failed(.exitCode(1)), usage), [change(task, .failed(.exitCode(1)))])
    }

    /// When attempts end, unless something else is said.
    var ends: Instant { time(10) }

    public func finished(_ status: Run.Status, at end: Instant? = nil) -> Recorded {
        let end = end ?? time(90)
        return Recorded(
            event: .runCancelled(run, force: false), at: end, changes: [.runStatus(run, status, at: end)])
    }
}
