public import BatonCore
public import BatonRuntime

/// The hand on the live engine: what it grants is on disk when the call returns.
public protocol RunControl: Sendable {
    /// - Throws: `RuntimeError`: refused (wrong workflow, duplicate, never fits), the queue is full, the store can't be
    ///   written.
    func submit(_ submission: Run.Submission) async throws

    /// Lets a single task run, after others that were scheduled so.
    ///
    /// - Parameter directory: folder in which it runs, absolute.
    /// - Returns: where it is to be found.
    /// - Throws: as `submit`.
    func schedule(
        _ task: Workflow.Task, after needs: [TaskReference], in directory: String
    ) async throws
        -> TaskReference

    /// Cancel, pause, unpause, retry.
    ///
    /// - Throws: as `submit`.
    func carryOut(_ command: Command) async throws

    /// The runs that go on and can't keep their deadline any more.
    func lateRuns(at now: Instant) async -> [LateRun]

    /// How much runs and waits at this moment.
    var load: LiveControl.Load { get }
}
