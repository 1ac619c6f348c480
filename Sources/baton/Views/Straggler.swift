import BatonCore

/// A running attempt that takes far longer than such tasks do.
struct Straggler: Hashable {
    var attempt: Attempt.ID
    var task: String
    var elapsed: Duration
    /// 99 of 100 such tasks take less.
    var p99: Duration

    /// Far is twice the 99th percentile, and at least five seconds over it: short tasks are often late by their own length.
    static func threshold(_ estimate: Estimate?) -> Duration? {
        estimate?.durationP99Nanoseconds.map { .nanoseconds(max(2 * min($0, 1 << 61), $0 + 5_000_000_000)) }
    }

    /// - Returns: nil for an attempt that is not that late.
    init?(_ attempt: Attempt.ID, task: String, since: Instant, estimate: Estimate?, at now: Instant) {
        guard let threshold = Self.threshold(estimate), let p99 = estimate?.durationP99Nanoseconds,
            since.duration(to: now) > threshold
        else { return nil }
        self.attempt = attempt
        self.task = task
        elapsed = since.duration(to: now)
        self.p99 = .nanoseconds(p99)
    }

    /// `align[3] has run 4m 10s; 99 of 100 such tasks take less than 1m 30s.`
    var sentence: String {
        "\(task) has run \(DurationText.format(elapsed)); \(Self.usual(p99))."
    }

    static func usual(_ p99: Duration) -> String { "99 of 100 such tasks take less than \(DurationText.format(p99))" }
}

/// Finds stragglers among the running tasks, each attempt once.
struct StragglerWatch {
    private var told: Set<Attempt.ID> = []

    /// In the order of starting.
    mutating func news(of progress: RunProgress, at now: Instant) -> [Straggler] {
        var found: [Straggler] = []
        for index in progress.running {
            guard let attempt = progress.attemptID(index), !told.contains(attempt),
                let straggler = progress.straggler(index, at: now)
            else { continue }
            told.insert(attempt)
            found.append(straggler)
        }
        return found
    }

    /// When the next attempt becomes one if it still runs; nil when none can.
    func next(of progress: RunProgress) -> Instant? {
        progress.running.compactMap { index -> Instant? in
            guard case .running(let running) = progress.tasks[index].state, let attempt = progress.attemptID(index),
                !told.contains(attempt), let threshold = Straggler.threshold(progress.tasks[index].estimate)
            else { return nil }
            return running.since.advanced(by: threshold).advanced(by: .milliseconds(1))
        }.min()
    }
}

extension RunProgress {
    func straggler(_ index: Int, at now: Instant) -> Straggler? {
        guard case .running(let running) = tasks[index].state, let attempt = attemptID(index) else { return nil }
        return Straggler(
            attempt, task: tasks[index].instance.name, since: running.since, estimate: tasks[index].estimate, at: now)
    }
}
