public import BatonCore

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

    /// How much runs and waits at this moment.
    var load: EngineLoad { get }
}

/// How much an engine has to do, and with what.
public struct EngineLoad: Hashable, Sendable {
    public var openRuns, readyTasks, runningTasks: Int
    public var capacity, used: Resources

    public init(
        openRuns: Int = 0, readyTasks: Int = 0, runningTasks: Int = 0, capacity: Resources, used: Resources
    ) {
        self.openRuns = openRuns
        self.readyTasks = readyTasks
        self.runningTasks = runningTasks
        self.capacity = capacity
        self.used = used
    }
}
