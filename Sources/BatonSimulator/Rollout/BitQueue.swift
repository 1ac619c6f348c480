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
