/// Numbers by the time at which they are due; those due at one instant in the order of being pushed.
///
/// A binary heap of plain values in memory that is used again: the innermost loop of all simulation.
struct TimeHeap: Sendable {
    private struct Entry {
        var at: Int64
        var sequence: Int64
        var number: Int32

        @inline(__always)
        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.sequence < right.sequence
        }
    }

    private var heap: [Entry] = []
    private var sequence: Int64 = 0

    var nextAt: Int64? { heap.first?.at }
    var next: Int32? { heap.first?.number }

    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
        sequence = 0
    }

    mutating func push(_ number: Int32, at nanoseconds: Int64) {
        let entry = Entry(at: nanoseconds, sequence: sequence, number: number)
        sequence += 1
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) >> 1
            guard entry < heap[parent] else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    mutating func pop() -> Int32 {
        let number = heap[0].number
        let last = heap.removeLast()
        guard !heap.isEmpty else { return number }
        var parent = 0
        while true {
            var child = parent << 1 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < last else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return number
    }
}
