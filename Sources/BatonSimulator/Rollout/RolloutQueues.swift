// The two queues of a rollout, in memory that is used again.

/// Tasks in a fixed order; a set bit marks one that is in the queue.
struct BitQueue: Sendable {
    private var words: [UInt64]
    private var order: [Int32]
    private var places: [Int32]
    /// No bit is set in words before this one.
    private var firstWord = 0

    init(capacity: Int) {
        words = Array(repeating: 0, count: (capacity + 63) / 64)
        order = []
        places = Array(repeating: 0, count: capacity)
    }

    /// Empties the queue and gives it another order.
    mutating func reset(_ order: [Int32]) {
        self.order = order
        for place in order.indices { places[Int(order[place])] = Int32(place) }
        for word in words.indices { words[word] = 0 }
        firstWord = words.count
    }

    mutating func insert(_ task: Int32) {
        let place = Int(places[Int(task)])
        words[place >> 6] |= 1 << UInt64(place & 63)
        firstWord = min(firstWord, place >> 6)
    }

    mutating func remove(at place: Int) {
        words[place >> 6] &= ~(1 << UInt64(place & 63))
    }

    func task(at place: Int) -> Int32 { order[place] }

    var first: Int? {
        mutating get {
            while firstWord < words.count {
                let word = words[firstWord]
                if word != 0 { return firstWord << 6 | word.trailingZeroBitCount }
                firstWord += 1
            }
            return nil
        }
    }

    func next(after place: Int) -> Int? {
        var index = (place + 1) >> 6
        guard index < words.count else { return nil }
        var word = words[index] & (UInt64.max << UInt64((place + 1) & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return index << 6 | word.trailingZeroBitCount
    }
}

/// Running tasks by their ends; at one instant in the order of their starts.
struct CompletionQueue: Sendable {
    private struct Entry {
        var at: Int64
        var sequence: Int32
        var task: Int32

        @inline(__always)
        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.sequence < right.sequence
        }
    }

    private var heap: [Entry] = []
    private var sequence: Int32 = 0

    init(capacity: Int) {
        heap.reserveCapacity(min(capacity, 4096))
    }

    var nextAt: Int64? { heap.first?.at }

    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
        sequence = 0
    }

    mutating func push(_ task: Int32, at: Int64) {
        let entry = Entry(at: at, sequence: sequence, task: task)
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
        let task = heap[0].task
        let last = heap.removeLast()
        guard !heap.isEmpty else { return task }
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
        return task
    }
}
