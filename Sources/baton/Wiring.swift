import BatonCore
import BatonFormats
import BatonPlanner
import BatonPolicies
import BatonPrediction
import BatonRuntime
import BatonSimulator
import BatonStore
import Foundation

/// The only place where parts meet by name.
enum Wiring {
    /// The first is the one that decides when none is named.
    static let policyNames = ["intelligent"] + PolicyCatalog.names

    /// Where a policy decides.
    enum World {
        /// Nothing may wait for ever.
        case live
        /// As it was published: nothing reserves room for tasks that have waited long.
        case simulation
    }

    /// What the intelligent policy plans for, and how long it may; nil for the standard number of schedules.
    struct Planning: Sendable {
        var objective = Objective(.completion)
        var budget: Duration?
        /// Tasks wait while it searches, so a clock ends that when the machine is too busy for it.
        var isWatched = false
        /// Proposes; nil for none.
        var network = ShippedNetwork.paying
        var omitted: Set<Intelligent.Ingredient> = []
    }

    static func policy(
        _ name: PolicyName, in world: World = .live, planning: Planning = Planning()
    ) -> any Policy {
        let patience = world == .live ? PolicyCatalog.patience : nil
        if name.name == "intelligent" {
            return Intelligent(
                objective: planning.objective,
                budget: budget(planning),
                patience: patience, network: planning.network, omitted: planning.omitted)
        }
        guard let policy = PolicyCatalog.policy(named: name.name, patience: patience) else {
            preconditionFailure("'\(name)' is listed but not in the catalogue")
        }
        return policy
    }

    private static func budget(_ planning: Planning) -> PlanBudget {
        let clock = { @Sendable () -> Int64 in Stopwatch.nanoseconds }
        if let time = planning.budget { return .time(nanoseconds: time.nanoseconds, clock: clock) }
        return planning.isWatched ? .watched(nanoseconds: 80_000_000, clock: clock) : .standard
    }

    /// An estimator that has learned from all earlier runs: by the kept model and what came after it, or while there is
    /// none, from the newest attempts of the workflow.
    static func estimator(for workflow: Workflow, store: any Store) throws(StoreError) -> any Estimator {
        if let (summary, predictor) = try TaskModel(store: store).current({ Output.messages("warning: \($0).") }) {
            let newer = try store.history(after: summary.data.to, limit: 2_000)
            let recent = try store.history(of: workflow.name, limit: EnsembleEstimator.recentAttempts)
            return EnsembleEstimator(
                predictor, id: summary.id, newer: newer.attempts.map { .init($0) },
                recent: recent.map { .init($0, of: workflow.name) })
        }
        // 2,000 take 4 ms to read; of a larger fan-out the siblings speak for the rest.
        let wanted = max(2_000, workflow.tasks.count * 4)
        let history = try store.history(of: workflow.name, limit: wanted)
        return EnsembleEstimator(history.map { .init($0, of: workflow.name) })
    }

    static func setup(
        _ data: DataDirectory, machine: MachineOptions, shadow: PolicyName?, tracer: FileTracer? = nil,
        slot: EstimatorSlot, observer: any RunObserver, store: any Store
    ) -> LiveSetup {
        var planning = machine.planning.planning(for: [machine.policy] + (shadow.map { [$0] } ?? []), data)
        planning.isWatched = true
        let acting = policy(machine.policy, planning: planning)
        var setup = LiveSetup(
            dataDirectory: data.path, supervisor: supervisor,
            policy: shadow.map { Shadowed(acting, shadow: policy($0, planning: planning)) } ?? acting,
            observer: observer,
            makeEstimator: { (workflow) throws(StoreError) in try estimator(for: workflow, store: store) },
            makeStore: { () throws(StoreError) in try data.store() }
        )
        setup.estimatorSlot = slot
        setup.tracer = tracer
        setup.jobs = machine.jobs
        setup.memoryBytes = machine.memory?.bytes
        setup.workerKind = machine.kind
        setup.secretsDirectory = DataDirectory.secrets
        return setup
    }

    /// This one; nil without `/proc`.
    static var executable: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// `$BATON_SUPERVISOR`, else `baton-supervisor` beside this executable.
    static var supervisor: String {
        if let path = Environment["BATON_SUPERVISOR"] { return path }
        return ((executable ?? "") as NSString).deletingLastPathComponent + "/baton-supervisor"
    }
}
