/// How long what is kept (specification, section 6), counted from the end of a run or from the time of a measurement.
public struct Retention: Hashable, Sendable {
    /// Of events, tasks, attempts, predictions and cached results.
    public var executions: Duration
    /// Of decisions and of the run's own entry; at least as long as `executions`.
    public var decisions: Duration
    /// Of measurements, of who did what, and of revisions by optimisations but the newest of each file.
    public var metrics: Duration
    /// Of what tasks printed, and all else in the folder of a run.
    public var logs: Duration

    /// Of answers to requests that may come again: whoever tries again does so within the week.
    static let idempotentRequests = Duration.seconds(7 * 86_400)

    /// Without arguments: 90 days, half a year, one year, 30 days.
    public init(
        executions: Duration = .seconds(90 * 86_400), decisions: Duration = .seconds(183 * 86_400),
        metrics: Duration = .seconds(365 * 86_400), logs: Duration = .seconds(30 * 86_400)
    ) {
        self.executions = executions
        self.decisions = max(decisions, executions)
        self.metrics = metrics
        self.logs = logs
    }
}
