import BatonCore
import HeapModule

/// Plans runs ahead.
protocol Planner: Sendable {
    /// Books each of these tasks; what else the graph holds is done, running, or left to others, and stands in the
    /// schedule with its end.
    func plan(_ tasks: [Int], of problem: PlanningProblem, into schedule: inout Schedule)
}

/// Dispatches by a plan made when a run arrives.
///
/// - A run is planned on arrival, and again when its tasks or what is expected of them change. All runs are planned
///   again when workers come, go, or have more or less to offer.
/// - On each worker ready tasks start in the order of their planned starts. One may start before its time unless that
///   delays the next task which is not ready yet; what is late itself holds up nobody.
/// - A task without a place in the plan (`finally` tasks, what fits nowhere as things are) starts where there is room.
///   So does one whose worker is idle and yet too small.
///
/// Where nothing runs and nothing would start, no room is kept for anybody: so something always goes on.
struct PlanFollower<Rule: Planner>: Sendable {
    /// A ready task on its worker.
    private struct Waiting: Comparable, Sendable {
        var start: Int64
        var number: Int

        static func < (left: Waiting, right: Waiting) -> Bool {
            left.start != right.start ? left.start < right.start : left.number < right.number
        }
    }

    private var book: PlanBook<Rule>
    /// By worker.
    private var waiting: [Heap<Waiting>] = []
    private var unplanned = ReadyLine<SubmissionOrder>()
    private var generation = -1
    private var seen = 0

    init(_ rule: Rule) {
        book = PlanBook(rule)
    }

    mutating func place(_ observation: Observation) -> [Placement] {
        if book.update(observation) || generation != observation.generation {
            generation = observation.generation
            seen = observation.oldestWaiting
            waiting = []
            unplanned = ReadyLine()
        }
        while waiting.count < observation.workerCount { waiting.append(Heap()) }
        while seen < observation.readiedCount {
            if let task = observation.ready(seen) { enter(task, seen, observation) }
            seen += 1
        }
        var builder = PlacementBuilder(observation)
        startPlanned(observation, &builder, keepsRoom: true)
        placeUnplanned(observation, &builder)
        let isStill = builder.placements.isEmpty && waiting.indices.allSatisfy { observation.isIdle(Worker.ID($0)) }
        if isStill { startPlanned(observation, &builder, keepsRoom: false) }
        return builder.placements
    }

    private mutating func enter(_ task: ReadyTask, _ number: Int, _ observation: Observation) {
        if let plan = book.entry(of: task) {
            waiting[plan.worker].insert(Waiting(start: plan.start, number: number))
        } else {
            unplanned.insert(task, number: number, key: SubmissionOrder(task), observation)
        }
    }

    /// - Parameter keepsRoom: for tasks of the plan that are not ready yet.
    private mutating func startPlanned(
        _ observation: Observation, _ builder: inout PlacementBuilder, keepsRoom: Bool
    ) {
        for worker in waiting.indices where !waiting[worker].isEmpty {
            let reservation = keepsRoom ? book.nextBlocked(on: worker, observation) : nil
            start(on: worker, reservation, observation, &builder)
        }
    }

    private mutating func start(
        on worker: Int, _ reservation: PlanBook<Rule>.Reservation?, _ observation: Observation,
        _ builder: inout PlacementBuilder
    ) {
        let id = Worker.ID(worker)
        var passedOver: [Waiting] = []
        trying: while let next = waiting[worker].popMin() {
            guard let task = observation.ready(next.number) else { continue }
            if let reservation, next.start > reservation.start,
                delays(task, reservation, on: id, observation, builder)
            {
                passedOver.append(next)
                continue
            }
            switch builder.place(task, on: id, reason: "planned for this worker") {
            case .placed:
                continue
            case .limitReached:
                passedOver.append(next)
            case .noRoom where builder.free[worker] == observation.free[worker] && observation.isIdle(id):
                unplanned.insert(task, number: next.number, key: SubmissionOrder(task), observation)
            case .noRoom:
                passedOver.append(next)
                break trying
            }
        }
        for entry in passedOver { waiting[worker].insert(entry) }
    }

    /// True when the task, started now, may still hold what a task that is planned earlier needs.
    private func delays(
        _ task: ReadyTask, _ reservation: PlanBook<Rule>.Reservation, on worker: Worker.ID, _ observation: Observation,
        _ builder: PlacementBuilder
    ) -> Bool {
        let nanoseconds =
            observation.executionNanoseconds(of: task, on: worker)
            + observation.transferNanoseconds(of: task, to: worker)
        if observation.now.nanoseconds + nanoseconds <= reservation.start { return false }
        let together = observation.grant(for: task, on: worker) + reservation.demand
        return !together.fits(in: builder.free[Int(worker.index)])
    }

    private mutating func placeUnplanned(_ observation: Observation, _ builder: inout PlacementBuilder) {
        guard !unplanned.isEmpty else { return }
        let manner = ReadyLine<SubmissionOrder>.Manner(patience: nil) { _ in "in no plan, and here is room" }
        unplanned.open(observation)
        placing: while true {
            switch unplanned.placeNext(observation, &builder, manner) {
            case .placed: continue
            case .exhausted, .heldUp: break placing
            }
        }
        unplanned.close()
    }
}
