import BatonCore
import HeapModule

/// Ready tasks in a policy's order, kept from one decision to the next; O(log n) for each task that comes or goes.
struct ReadyQueue<Key: Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var key: Key
        var sequence: Int
        var reference: TaskReference

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.sequence < right.sequence
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.sequence == right.sequence
        }
    }

    private var heap = Heap<Entry>()
    private var cursor = 0
    private var generation = -1

    /// Places what fits, smallest key first.
    ///
    /// A task that does not fit lets smaller ones pass, but only until it has waited for `patience`: from then on
    /// nothing overtakes it, so it can't starve.
    ///
    /// - Parameters:
    ///   - depth: how many tasks that don't fit are passed over before giving up.
    mutating func place(
        _ observation: Observation, depth: Int = 64, patience: Duration = .seconds(60),
        reason: (ReadyTask) -> String, key: (ReadyTask) -> Key
    ) -> [Placement] {
        refill(observation, key: key)
        var builder = PlacementBuilder(observation)
        var passedOver: [Entry] = []
        while !builder.isFull, passedOver.count < depth, let entry = heap.popMin() {
            guard let task = observation.ready(entry.reference) else { continue }
            if builder.place(entry.reference, reason: reason(task)) { continue }
            passedOver.append(entry)
            if task.since.advanced(by: patience) <= observation.now { break }
        }
        for entry in passedOver { heap.insert(entry) }
        return builder.placements
    }

    private mutating func refill(_ observation: Observation, key: (ReadyTask) -> Key) {
        if generation != observation.generation {
            generation = observation.generation
            heap = Heap()
            cursor = 0
        }
        for reference in observation.readied(since: cursor) {
            if let task = observation.ready(reference) {
                heap.insert(Entry(key: key(task), sequence: cursor, reference: reference))
            }
            cursor += 1
        }
    }
}
