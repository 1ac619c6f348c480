import BatonCore
import BatonOptimizer
import BatonStore

/// A run that succeeded by itself, with what it took and what has to be the same in runs that it is compared with.
///
/// A run that was paused, tried again or given less of the machine because of others took longer than its tasks explain, and is
/// compared with none.
struct ComparableRun {
    let measured: WorkflowOptimization.MeasuredRun
    let basis: WorkflowOptimization.Basis
    /// Tasks that ran and were not up to date.
    let ran: Int

    /// - Parameters:
    ///   - workflow: that the run must have been of.
    ///   - name: what an instance's work is called; nil where it is left out.
    init?(
        _ run: Run.ID, of workflow: Workflow, in store: any Store, name: (TaskSummary) -> String?
    ) throws(StoreError) {
        guard let conditions = try store.conditions(of: run), !conditions.wasInterrupted, !conditions.wasShared,
            conditions.submission.workflow == workflow, conditions.submission.carriedOver.isEmpty
        else { return nil }
        let metrics = try store.metrics(of: run)
        func metric(_ name: PerformanceMetric.Name) -> Double? { metrics.first { $0.name == name }?.value }
        guard let seconds = metric(.makespanSeconds), let memory = metric(.grantedMemoryGigabyteSeconds) else {
            return nil
        }
        measured = .init(run: run, seconds: seconds, gigabyteHours: memory / 3600)
        let done = Set(try store.attempts(of: run, task: nil).filter { $0.status == .succeeded }.map(\.id.task))
        let tasks = try store.tasks(of: run, in: [.succeeded]).filter { !$0.isGroup && done.contains($0.id) }
        ran = tasks.count
        basis = .init(
            parameters: conditions.submission.parameters, instances: Set(tasks.compactMap(name)).sorted(),
            capacity: conditions.capacity)
    }

    /// Runs that are looked at for those to compare with.
    private static let looked = 10

    /// What runs after a revision are to be compared with: the newest of those runs that did the most work.
    static func before(
        _ edits: [WorkflowEdit], of workflow: Workflow, parameters: [Workflow.Binding], in store: any Store
    ) throws(StoreError) -> WorkflowOptimization.Before {
        let edited = try? workflow.applying(edits, parameters: parameters).expand(parameters: parameters)
        let names = InstanceNames(edits, edited: edited)
        var runs: [ComparableRun] = []
        let filter = RunFilter(statuses: [.succeeded], workflow: workflow.name, limit: looked)
        for run in try store.runs(matching: filter) where run.parameters == parameters {
            let comparable = try ComparableRun(run.id, of: workflow, in: store) { names[$0.name, of: $0.template] }
            if let comparable { runs.append(comparable) }
        }
        let most = runs.map(\.ran).max()
        guard let basis = runs.first(where: { $0.ran == most })?.basis else { return .init() }
        let alike = runs.filter { $0.ran == most && $0.basis == basis }.prefix(KeptPromise.mostRuns)
        return .init(runs: alike.map(\.measured), basis: basis)
    }

    /// A run after a revision, if it did the same work under the same conditions as those before.
    static func after(
        _ revision: WorkflowOptimization, _ run: Run.ID, of workflow: Workflow, in store: any Store
    ) throws(StoreError) -> WorkflowOptimization.MeasuredRun? {
        let added = Set(InstanceNames(revision.edits).added)
        let comparable = try ComparableRun(run, of: workflow, in: store) {
            added.contains($0.template) ? nil : $0.name
        }
        guard let comparable, comparable.basis == revision.before.basis else { return nil }
        return comparable.measured
    }
}
