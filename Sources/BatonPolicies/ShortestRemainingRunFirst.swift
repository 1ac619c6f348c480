public import BatonCore

/// Shortest remaining run first; inside a run the critical path first; and no run takes more than its part.
///
/// With `E` executors and `J` open runs, a run holds at most `c · E / Jᵍ` of them. Here an executor is not a thing to
/// count: a run that holds the dominant share `c / Jᵍ` of the cluster starts nothing more, which is the same where all
/// tasks ask for the same. So room may stay idle while all that have ready tasks are at their caps.
///
/// - Source: shortest remaining processing time first, Schrage 1968, doi:10.1287/opre.16.3.687, without its
///   preemption. The cap and its constants are the tuned baseline against which Decima is measured in this project; see
///   Mao and others 2019, doi:10.1145/3341302.3342080, for the family.
public struct ShortestRemainingRunFirst: Policy {
    public let name = "srpt-critical-path"
    private let capFactor: Double
    private let capExponent: Double
    private let patience: Duration?
    private var queue = RunQueue<LongestPath>()
    private var total = ClusterTotal()

    /// - Parameters:
    ///   - capFactor: `c`.
    ///   - capExponent: `g`.
    ///   - patience: how long smaller tasks may pass one without room; nil for ever.
    public init(capFactor: Double = 1.2, capExponent: Double = 1, patience: Duration? = PolicyCatalog.patience) {
        self.capFactor = capFactor
        self.capExponent = capExponent
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let total = total.read(observation)
        let logarithm = PortableMath.log(Double(max(observation.openRuns.count, 1)))
        let cap = capFactor / PortableMath.exp(capExponent * logarithm)
        let manner = ReadyLine<LongestPath>.Manner(patience: patience) { task in
            let path = DurationText.format(.nanoseconds(task.upwardRankNanoseconds))
            return "its run has the least left to do, \(path) of it one after the other"
        }
        let placements = queue.place(observation, manner, key: LongestPath.init) { run, held in
            held.dominantShare(of: total) < cap ? Double(run.remainingNanoseconds) : nil
        }
        return Decision(policy: name, placements: placements)
    }
}

/// The longer the expected way to the end of the run, the earlier.
struct LongestPath: Comparable, Sendable {
    var nanoseconds: Int64

    init(_ task: ReadyTask) {
        nanoseconds = task.upwardRankNanoseconds
    }

    static func < (left: LongestPath, right: LongestPath) -> Bool { left.nanoseconds > right.nanoseconds }
}
