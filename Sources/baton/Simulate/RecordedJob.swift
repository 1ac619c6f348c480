import BatonCore
import BatonSimulator
import BatonStore

/// A recorded run as a job: what ran, for as long as it took and with the memory that it held.
///
/// Fan-outs are those that opened, and what was skipped takes no time.
struct RecordedJob {
    let job: Job
    /// How long the run really took; nil while it goes on.
    let duration: Duration?
    let workflow: String

    init(_ run: Run.ID, in store: any Store) throws {
        var replay = Replay(run: run)
        _ = try replay.advance(store)
        let engine = replay.engine
        guard let submission = engine.submission(of: run), let graph = engine.graph(of: run) else {
            throw CommandFailure("the log of run \(run) has no beginning; it can't be simulated")
        }
        let usages = try Self.usages(of: run, in: store)
        let instances = engine.instances(of: run)
        let tasks = instances.enumerated().map { index, instance in
            let usage = usages[index]
            return Job.Task(
                name: instance.name, kind: submission.workflow.tasks[Int(instance.task)].name,
                dependencies: Array(graph.dependencies(of: index)), request: instance.request,
                priority: instance.priority,
                behaviour: Workload.Behaviour(
                    duration: usage?.wall ?? .zero, peakMemoryBytes: usage?.peakMemoryBytes ?? 0)
            )
        }
        var job = try Job(name: submission.workflow.name, tasks: tasks, deadline: submission.workflow.deadline)
        job.workflow.limits = submission.workflow.limits
        for index in job.workflow.tasks.indices {
            let name = job.workflow.tasks[index].name
            job.workflow.tasks[index].isFinally =
                submission.workflow.tasks.first { $0.name == name }?.isFinally ?? false
        }
        var recorded = job.expansion.instances
        for index in recorded.indices where usages[index] == nil { recorded[index].kind = .group(isExpanded: true) }
        job.expansion = Expansion(instances: recorded, graph: job.expansion.graph)
        guard job.taskCount > 0 else {
            throw CommandFailure("no task of run \(run) has ended yet, so there is nothing to simulate", exit: .usage)
        }
        self.job = job
        workflow = submission.workflow.name
        let summary = try store.run(run)
        duration = summary.ended.map { summary.submitted.duration(to: $0) }
    }

    /// The last measurement of each task that ran.
    private static func usages(of run: Run.ID, in store: any Store) throws -> [Int: Usage] {
        var usages: [Int: Usage] = [:]
        for attempt in try store.attempts(of: run, task: nil) {
            if let usage = attempt.usage { usages[Int(attempt.id.task.index)] = usage }
        }
        return usages
    }
}
