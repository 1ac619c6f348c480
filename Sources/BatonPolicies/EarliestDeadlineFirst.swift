public import BatonCore

/// Starts the task that must have ended first for no deadline to be missed.
///
/// A task inherits the deadlines behind it, less the time that what stands in between takes (Chetto, Silly, Bouchentouf
/// 1990, doi:10.1007/BF00365326); tasks before no deadline come last. The papers' machine preempts; here what runs
/// goes on.
///
/// - Source: Liu, Layland 1973, doi:10.1145/321738.321743.
public struct EarliestDeadlineFirst: Policy {
    public let name = "edf"
    private let patience: Duration?
    private var queue = ReadyQueue<Urgency>()

    /// - Parameter patience: how long smaller tasks may pass one without room; nil for ever.
    public init(patience: Duration? = PolicyCatalog.patience) {
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let manner = ReadyLine<Urgency>.Manner(patience: patience) { task in
            guard let latestEnd = task.latestEnd else { return "nothing with a deadline waits" }
            let left = observation.now.duration(to: latestEnd)
            return left < .zero ? "its deadline can't be met" : "must end within \(DurationText.format(left))"
        }
        let placements = queue.place(observation, manner) { Urgency(latest: $0.latestEnd, $0) }
        return Decision(policy: name, placements: placements)
    }
}

/// By an instant, then in the order of submission; last where there is none.
struct Urgency: Comparable, Sendable {
    private var latest: Int64
    private var order: SubmissionOrder

    init(latest: Instant?, _ task: ReadyTask) {
        self.latest = latest?.nanoseconds ?? .max
        order = SubmissionOrder(task)
    }

    static func < (left: Urgency, right: Urgency) -> Bool {
        left.latest != right.latest ? left.latest < right.latest : left.order < right.order
    }
}
