import BatonCore
import BatonPolicies

/// Lays out runs around what runs now, one after the other, and places what starts at once.
struct DecisionLayout {
    /// Ready tasks that are laid out though they can't start yet.
    private static let mostWaiting = 256

    private let observation: Observation
    private let cluster: RunningTasks
    private let reason: String
    private var layout: PlaceLayout?
    private var builder: PlacementBuilder
    /// Ready tasks that have not been laid out.
    private var readyLeft: Int
    private var waiting = 0

    init(_ observation: Observation, _ cluster: RunningTasks, isSharing: Bool) {
        self.observation = observation
        self.cluster = cluster
        builder = PlacementBuilder(observation)
        readyLeft = observation.openRuns.reduce(0) { $0 + observation.run(at: Int($1)).readyTasks }
        reason =
            isSharing
            ? "of the runs that may start something its run has the least left, and here it ends first"
            : "here it ends first, all that is left being laid out in the order of the plan"
    }

    var placements: [Placement] { builder.placements }

    /// Nothing more can start.
    var isOver: Bool {
        readyLeft == 0 || waiting > Self.mostWaiting || !builder.free.contains { $0.milliCPU > 0 }
    }

    /// - Parameter isWhole: tasks that are not ready yet are laid out too, so that room is kept for them.
    mutating func add(_ run: Int, _ planned: inout PlannedRun, isWhole: Bool) {
        let now = observation.now.nanoseconds
        if layout == nil {
            layout = PlaceLayout(timelines: cluster.timelines, now: now, rateCount: planned.shape.rateCount)
        }
        var places = RunLayout(count: planned.shape.count, now: now)
        for task in cluster.tasks where task.run == run {
            planned.places[task.task] = Int32(task.worker)
            places.ends[task.task] = task.end
        }
        places.places = planned.places
        var hasEnded = false
        /// By task, whether it waits for an approval, which may be long in coming; empty while nothing asks.
        var isHeld: [Bool] = []
        for task in planned.way.list.map(Int.init) where !isOver {
            var earliest = now
            var ready: ReadyTask?
            switch observation.state(of: task, inRun: run) {
            case .awaitingApproval:
                if isHeld.isEmpty { isHeld = Array(repeating: false, count: planned.shape.count) }
                isHeld[task] = true
                continue
            case .blocked:
                if !isHeld.isEmpty, planned.shape.graph.dependencies(of: task).contains(where: { isHeld[Int($0)] }) {
                    isHeld[task] = true
                    continue
                }
                if !isWhole || observation.isFinally(task, inRun: run) { continue }
            case .ready:
                ready = planned.numbers[task] < 0 ? nil : observation.ready(planned.numbers[task])
                if ready == nil { return }  // the run is paused
            case .backingOff(let until):
                if !isWhole { continue }
                earliest = until.nanoseconds
            case .running:
                continue
            case .succeeded, .failed, .skipped, .cancelled:
                hasEnded = true
                places.places[task] = observation.worker(of: task, inRun: run)?.index ?? -1
                continue
            }
            layout?.place(task, of: planned.shape, in: &places, handicaps: planned.way.handicaps, notBefore: earliest)
            guard let ready else { continue }
            readyLeft -= 1
            if places.starts[task] == now, places.places[task] >= 0 {
                _ = builder.place(ready, on: Worker.ID(Int(places.places[task])), reason: reason)
            } else {
                waiting += 1
            }
        }
        if hasEnded { planned.forgetEnded(run, observation) }
    }
}
