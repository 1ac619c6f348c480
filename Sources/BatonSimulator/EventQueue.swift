import BatonCore
import HeapModule

/// What is going to happen, earliest first; at one instant in the order of being pushed.
struct EventQueue<Payload: Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        var at: Instant
        var sequence: Int
        var payload: Payload

        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.sequence < right.sequence
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.sequence == right.sequence
        }
    }

    private var heap = Heap<Entry>()
    private var pushed = 0

    var nextAt: Instant? { heap.min?.at }

    mutating func push(_ payload: Payload, at: Instant) {
        heap.insert(Entry(at: at, sequence: pushed, payload: payload))
        pushed += 1
    }

    mutating func pop() -> Payload? {
        heap.popMin()?.payload
    }
}
