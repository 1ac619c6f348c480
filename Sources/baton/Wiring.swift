import BatonCore
import BatonPolicies
import BatonPrediction
import BatonRuntime
import BatonStore
import Foundation

/// The only place where parts meet by name.
enum Wiring {
    static let policyNames = PolicyCatalog.names

    /// Where a policy decides.
    enum World {
        /// Nothing may wait for ever.
        case live
        /// As it was published: nothing reserves room for tasks that have waited long.
        case simulation
    }

    static func policy(_ name: PolicyName, in world: World = .live) -> any Policy {
        guard
            let policy = PolicyCatalog.policy(named: name.name, patience: world == .live ? PolicyCatalog.patience : nil)
        else {
            preconditionFailure("'\(name)' is listed but not in the catalogue")
        }
        return policy
    }

    /// An estimator that has learned from all earlier runs of the workflow.
    static func estimator(for workflow: Workflow, store: any Store) throws(StoreError) -> any Estimator {
        // 2,000 take 4 ms to read; of a larger fan-out the siblings speak for the rest.
        let wanted = max(2_000, workflow.tasks.count * 4)
        let history = try store.history(of: workflow.name, limit: wanted)
        return EnsembleEstimator(
            history.map { past in
                .init(
                    workflow: workflow.name, task: past.task, instance: past.instance,
                    end: past.killedAtBytes.map { .killed(at: max($0, past.usage.peakMemoryBytes)) }
                        ?? .succeeded(past.usage))
            })
    }

    static func setup(
        _ data: DataDirectory, machine: MachineOptions, estimator: any Estimator, observer: any RunObserver
    ) -> LiveRun.Setup {
        var setup = LiveRun.Setup(
            dataDirectory: data.path, supervisor: supervisor, policy: policy(machine.policy), estimator: estimator,
            observer: observer, makeStore: { () throws(StoreError) in try data.store() }
        )
        setup.jobs = machine.jobs
        setup.memoryBytes = machine.memory?.bytes
        setup.secretsDirectory = DataDirectory.secrets
        return setup
    }

    /// `$BATON_SUPERVISOR`, else `baton-supervisor` beside this executable.
    static var supervisor: String {
        if let path = Environment["BATON_SUPERVISOR"] { return path }
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return (executable as NSString).deletingLastPathComponent + "/baton-supervisor"
    }
}
