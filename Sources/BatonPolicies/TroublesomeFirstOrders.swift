import BatonCore

/// The order that `TroublesomeFirstPlanner` gives the tasks of each open run.
struct TroublesomeFirstOrders: Sendable {
    /// By run: the revision that was planned, and each task's place in the order.
    private var orders: [(revision: Int, places: [Int32])?] = []

    /// Nil for a run that was not planned.
    func places(ofRun run: Int) -> [Int32]? { run < orders.count ? orders[run]?.places : nil }

    /// Behind all others for a task that joined its run later.
    func place(of task: ReadyTask) -> Int32 {
        guard let places = places(ofRun: task.run), Int(task.reference.task.index) < places.count else { return .max }
        return places[Int(task.reference.task.index)]
    }

    /// Plans runs that are new or have changed; a changed cluster does not change their order.
    mutating func update(_ observation: Observation) {
        while orders.count < observation.runCount { orders.append(nil) }
        for run in observation.openRuns.map(Int.init) where orders[run]?.revision != observation.revision(ofRun: run) {
            let planner = TroublesomeFirstPlanner(
                PlanningProblem(run, observation),
                capacities: (0..<observation.workerCount).map { observation.capacity(of: Worker.ID($0)) })
            orders[run] = (observation.revision(ofRun: run), planner.places())
        }
    }
}
