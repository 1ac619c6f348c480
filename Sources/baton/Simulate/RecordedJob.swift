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
    /// Of the worker, as far as the run might use it.
    let capacity: Resources
    /// The one that decided last; nil where none was asked.
    let policy: String?

    init(_ run: Run.ID, in store: any Store) throws {
        var replay = Replay(run: run)
        let events = try replay.advance(store).map(\.event)
        let engine = replay.engine
        guard let submission = engine.submission(of: run), let graph = engine.graph(of: run) else {
            throw CommandFailure("the log of run \(run) has no beginning; it can't be simulated")
        }
        let instances = engine.instances(of: run)
        let usages = try Self.usages(of: run, in: store)
        let job = Job(
            recorded: submission.workflow, instances: instances, graph: graph,
            usages: instances.indices.map { usages[$0] })
        guard job.taskCount > 0 else {
            throw CommandFailure("no task of run \(run) has ended yet, so there is nothing to simulate", exit: .usage)
        }
        self.job = job
        workflow = submission.workflow.name
        var capacity = Resources.zero
        var policy: String?
        for event in events {
            if case .workerJoined(let worker) = event { capacity = worker.capacity }
            if case .decided(let decision) = event { policy = decision.policy }
        }
        self.capacity = capacity
        self.policy = policy
        let summary = try store.run(run)
        duration = summary.ended.map { summary.submitted.duration(to: $0) }
    }

    /// The last measurement of each task that ran, or that of the attempt that was first of two.
    private static func usages(of run: Run.ID, in store: any Store) throws -> [Int: Usage] {
        let measured = try store.attempts(of: run, task: nil).filter { $0.usage != nil }
        let decisive = Dictionary(
            measured.map { (Int($0.id.task.index), $0) }, uniquingKeysWith: AttemptSummary.decisive)
        return decisive.compactMapValues(\.usage)
    }
}
