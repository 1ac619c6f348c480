import BatonCore
import BatonStore

/// One run that an orchestrator drives, with all that is its own.
final class DrivenRun {
    let id: Run.ID
    let world: LiveWorld
    /// Held as long as this process drives the run.
    private let lease: FileLock
    /// Names of the workflow's limits, which are shared with other runs of this machine.
    let limits: [String]
    var estimator: any Estimator
    /// Measurements by the name of the task, of whose instances they are.
    var learned: [String: Int] = [:]
    var joined = JoinedEstimates()
    /// The state of the machine that was recorded last, and how many tasks had ended then.
    var recorded: (state: SystemState, ended: Int)?
    /// Of its last decision.
    var decisions: Int64
    /// The plan that its log tells of, as the orchestrator counts them; 0: none.
    var plan = 0
    /// Facts that are not on record yet.
    var batch: [Recorded] = []
    /// In whose name it has a row in the machine's pool.
    var claimant: Int32?

    init(
        id: Run.ID, world: LiveWorld, lease: FileLock, limits: [String], estimator: any Estimator, decisions: Int64
    ) {
        self.id = id
        self.world = world
        self.lease = lease
        self.limits = limits
        self.estimator = estimator
        self.decisions = decisions
    }
}
