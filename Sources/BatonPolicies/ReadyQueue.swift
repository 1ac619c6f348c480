import BatonCore
import HeapModule

/// Ready tasks in a policy's order, kept from one decision to the next; O(log n) for each task that comes or goes.
struct ReadyQueue<Key: Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var key: Key
        /// As in `Observation.ready`.
        var number: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.number < right.number
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.number == right.number
        }
    }

    /// Tasks that wait for units of one limit; out of the way of all others.
    private struct Parking: Sendable {
        var limit: Observation.Limit
        var heap = Heap<Entry>()
    }

    private var heap = Heap<Entry>()
    private var parkings: [Parking] = []
    /// Tasks with lower numbers have been seen.
    private var seen = 0
    private var generation = -1

    /// Places what fits, smallest key first.
    ///
    /// A task that has no room lets smaller ones pass, but only until it has waited for `patience`: from then on
    /// nothing overtakes it, so it can't starve. One that waits for a limit holds up only those that want the same.
    ///
    /// - Parameters:
    ///   - depth: how many tasks without room are passed over before giving up.
    mutating func place(
        _ observation: Observation, depth: Int = 64, patience: Duration = .seconds(60),
        reason: (ReadyTask) -> String, key: (ReadyTask) -> Key
    ) -> [Placement] {
        refill(observation, key: key)
        unpark(observation)
        var builder = PlacementBuilder(observation)
        var passedOver: [Entry] = []
        placing: while !builder.isFull, passedOver.count < depth, let entry = heap.popMin() {
            guard let task = observation.ready(entry.number) else { continue }
            switch builder.place(task, reason: reason(task)) {
            case .placed:
                continue
            case .limitReached(let limit):
                park(entry, limit)
            case .noRoom(let isHopeless):
                passedOver.append(entry)
                if !isHopeless && task.since.advanced(by: patience) <= observation.now { break placing }
            }
        }
        for entry in passedOver { heap.insert(entry) }
        return builder.placements
    }

    private mutating func refill(_ observation: Observation, key: (ReadyTask) -> Key) {
        if generation != observation.generation {
            generation = observation.generation
            heap = Heap()
            parkings = []
            seen = 0
        }
        while seen < observation.readiedCount {
            if let task = observation.ready(seen) { heap.insert(Entry(key: key(task), number: seen)) }
            seen += 1
        }
    }

    private mutating func park(_ entry: Entry, _ limit: Observation.Limit) {
        if let index = parkings.firstIndex(where: { $0.limit == limit }) {
            parkings[index].heap.insert(entry)
        } else {
            parkings.append(Parking(limit: limit, heap: [entry]))
        }
    }

    /// Brings back as many tasks as there may be units for.
    private mutating func unpark(_ observation: Observation) {
        for index in parkings.indices {
            var units = observation.free(parkings[index].limit)
            while units > 0, let entry = parkings[index].heap.popMin() {
                guard observation.ready(entry.number) != nil else { continue }
                heap.insert(entry)
                units -= 1
            }
        }
    }
}
