public import BatonCore

/// Starts the task that can least afford to wait: the one whose latest start comes first.
///
/// Laxity is the time to the deadline less the time that the task takes. All laxities shrink alike while tasks wait, so
/// the order by latest start is the order by laxity, now and later. The paper preempts; here what runs goes on.
///
/// - Source: Dertouzos, Mok 1989, doi:10.1109/32.58762.
public struct LeastLaxityFirst: Policy {
    public let name = "least-laxity"
    private let patience: Duration?
    private var queue = ReadyQueue<Urgency>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        func latestStart(_ task: ReadyTask) -> Instant? {
            task.latestEnd.map { $0.advanced(by: .nanoseconds(-observation.durationNanoseconds(of: task))) }
        }
        let manner = ReadyLine<Urgency>.Manner(patience: patience) { task in
            guard let latestStart = latestStart(task) else { return "nothing with a deadline waits" }
            let laxity = observation.now.duration(to: latestStart)
            return laxity < .zero
                ? "its deadline can't be met" : "can wait no longer than \(DurationText.format(laxity))"
        }
        let placements = queue.place(observation, manner) { Urgency(latest: latestStart($0), $0) }
        return Decision(policy: name, placements: placements)
    }
}
