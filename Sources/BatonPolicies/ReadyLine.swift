import BatonCore

/// One line of ready tasks, with those that wait for units of a limit out of the way of all others.
struct ReadyLine<Key: Comparable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var key: Key
        var number: Int
        var need: Need
    }

    private struct Parking: Sendable {
        var limit: Observation.Limit
        /// Smallest key last.
        var entries: [Entry]
    }

    private var heap = ReadyHeap<Key>()
    private var search = ReadyHeap<Key>.Search()
    private var parkings: [Parking] = []

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
    }

    var isEmpty: Bool { heap.isEmpty && parkings.isEmpty }

    mutating func insert(_ task: ReadyTask, number: Int, key: Key, _ observation: Observation) {
        heap.insert(key, number: number, need: Need(least: observation.leastGrant(for: task), since: task.since))
    }

    /// Prepares for `placeNext`; brings back as many tasks as there may be units for.
    mutating func open(_ observation: Observation) {
        for index in parkings.indices.reversed() {
            var units = observation.free(parkings[index].limit)
            while units > 0, let entry = parkings[index].entries.popLast() {
                guard observation.ready(entry.number) != nil else { continue }
                heap.insert(entry.key, number: entry.number, need: entry.need)
                units -= 1
            }
            if parkings[index].entries.isEmpty { parkings.remove(at: index) }
        }
        search = ReadyHeap<Key>.Search()
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
            switch builder.place(task, on: manner.choice, reason: manner.reason(task)) {
            case .placed(let worker, let grant):
                heap.take(entry.place)
                return .placed(worker, grant: grant)
            case .limitReached(let limit):
                heap.take(entry.place)
                park(Entry(key: entry.key, number: entry.number, need: entry.need), limit)
            case .noRoom:
                if task.since.nanoseconds <= overdue && !builder.isHopeless(task) { return .heldUp }
            }
        }
        return .exhausted
    }

    mutating func close() {
        heap.tidy()
    }

    private mutating func park(_ entry: Entry, _ limit: Observation.Limit) {
        guard let index = parkings.firstIndex(where: { $0.limit == limit }) else {
            parkings.append(Parking(limit: limit, entries: [entry]))
            return
        }
        // Mostly they come in order, so a sorted insertion is near the front: few are moved.
        var low = 0
        var high = parkings[index].entries.count
        while low < high {
            let middle = (low + high) / 2
            let other = parkings[index].entries[middle]
            let isBefore = entry.key != other.key ? entry.key < other.key : entry.number < other.number
            if isBefore { low = middle + 1 } else { high = middle }
        }
        parkings[index].entries.insert(entry, at: low)
    }
}
