import BatonCore

/// One line of ready tasks, with those that wait for units of a limit out of the way of all others.
struct ReadyLine<Key: Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var key: Key
        var number: Int
        var need: Need

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.number < right.number
        }
    }

    private var heap = ReadyHeap<Key>()
    private var search = ReadyHeap<Key>.Search()
    private var parking = LimitParking<Entry>()

    /// What became of the wish to place the next task of the line.
    enum Answer: Hashable, Sendable {
        case placed(Worker.ID, grant: Resources)
        /// Nothing in the line has room.
        case exhausted
        /// A task that nobody may overtake any more has no room.
        case heldUp
    }

    /// How a line places its tasks.
    struct Manner {
        /// How long smaller tasks may pass one that has no room; nil for ever, as in the papers.
        var patience: Duration?
        var choice = PlacementBuilder.Choice.earliestEnd
        var reason: (ReadyTask) -> String
        /// Asked first of each task that may have room; what may not start is passed over, however long it has waited.
        var mayStart: ((ReadyTask, PlacementBuilder) -> Bool)?
        /// Asked instead of `choice` for each task that may have room and has not waited too long already.
        var chooseWorker: ((ReadyTask, PlacementBuilder) -> WorkerChoice)?
    }

    enum WorkerChoice: Hashable, Sendable {
        case now(Worker.ID)
        /// The task is passed over.
        case nowhere
        /// So is everything behind it.
        case noMore
    }

    var isEmpty: Bool { heap.isEmpty && parking.isEmpty }

    mutating func insert(_ task: ReadyTask, number: Int, key: Key, _ observation: Observation) {
        heap.insert(key, number: number, need: Need(least: observation.leastGrant(for: task), since: task.since))
    }

    /// Prepares for `placeNext`; brings back as many tasks as there may be units for.
    mutating func open(_ observation: Observation) {
        // Asked first: an empty array of a generic type costs half a microsecond, a sixth of a whole simulated task.
        if !parking.isEmpty {
            for entry in parking.release(observation, number: \.number) {
                heap.insert(entry.key, number: entry.number, need: entry.need)
            }
        }
        search.restart()
    }

    /// Places the first task of the line that has room, passing over those that have none.
    mutating func placeNext(
        _ observation: Observation, _ builder: inout PlacementBuilder, _ manner: Manner
    ) -> Answer {
        let overdue = manner.patience.map { observation.now.nanoseconds - $0.nanoseconds } ?? .min
        while let entry = heap.next(
            &search, where: { builder.mayFit($0.least) || $0.since.nanoseconds <= overdue })
        {
            guard let task = observation.ready(entry.number) else {
                heap.take(entry.place)
                continue
            }
            if let mayStart = manner.mayStart, !mayStart(task, builder) { continue }
            let isOverdue = task.since.nanoseconds <= overdue
            guard let answer = place(task, &builder, manner, isOverdue) else { return .exhausted }
            switch answer {
            case .placed(let worker, let grant):
                heap.take(entry.place)
                return .placed(worker, grant: grant)
            case .limitReached(let limit):
                heap.take(entry.place)
                parking.park(Entry(key: entry.key, number: entry.number, need: entry.need), limit)
            case .noRoom:
                if isOverdue && !builder.isHopeless(task) { return .heldUp }
            }
        }
        return .exhausted
    }

    /// - Returns: nil when nothing behind the task is to be placed either.
    private func place(
        _ task: ReadyTask, _ builder: inout PlacementBuilder, _ manner: Manner, _ isOverdue: Bool
    ) -> PlacementBuilder.Answer? {
        guard !isOverdue, let chooseWorker = manner.chooseWorker else {
            return builder.place(task, on: manner.choice, reason: manner.reason(task))
        }
        if let limit = builder.exhaustedLimit(of: task) { return .limitReached(limit) }
        switch chooseWorker(task, builder) {
        case .now(let worker): return builder.place(task, on: worker, reason: manner.reason(task))
        case .nowhere: return .noRoom
        case .noMore: return nil
        }
    }

    mutating func close() {
        heap.tidy()
    }
}
