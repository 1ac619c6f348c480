public import BatonCore

/// Dispatches by an order between runs and one inside each of them: for policies outside of this module.
public struct RunDispatch: Sendable {
    private var queue = RunQueue<Int64>()
    private let patience: Duration?
    private let reason: String

    public init(patience: Duration?, reason: String) {
        self.patience = patience
        self.reason = reason
    }

    /// Places what fits, each time the first task with room of the run with the smallest standing.
    ///
    /// - Parameters:
    ///   - key: of a task inside its run; the smallest goes first.
    ///   - standing: of a run that would hold so much; nil when it may not start more.
    public mutating func place(
        _ observation: Observation, key: (ReadyTask) -> Int64, standing: (RunView, _ held: Resources) -> Double?
    ) -> [Placement] {
        let manner = ReadyLine<Int64>.Manner(patience: patience) { [reason] _ in reason }
        return queue.place(observation, manner, key: key, standing: standing)
    }

    /// Each task's place in the plan of its run that Graphene would make.
    public static func troublesomeFirst(_ run: Int, _ observation: Observation) -> [Int32] {
        TroublesomeFirstPlanner(
            PlanningProblem(run, observation),
            capacities: (0..<observation.workerCount).map { observation.capacity(of: Worker.ID($0)) }
        ).places()
    }
}
