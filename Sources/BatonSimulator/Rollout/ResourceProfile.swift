/// What one machine has left over time, as steps.
struct ResourceProfile: Sendable {
    /// Where the steps begin, ascending from the beginning of time.
    private var times: [Int64] = []
    /// What is left from there to the next step.
    private var free: [SIMD4<Int32>] = []

    /// Everything is free for ever.
    mutating func reset(_ capacity: SIMD4<Int32>) {
        times.removeAll(keepingCapacity: true)
        free.removeAll(keepingCapacity: true)
        times.append(.min)
        free.append(capacity)
    }

    /// The earliest time at which there is room for as long as it takes.
    ///
    /// - Parameter scanned: rises by the number of steps looked at.
    /// - Returns: nil when the demand is more than the machine has.
    func earliest(
        from: Int64, lasting nanoseconds: Int64, _ demand: SIMD4<Int32>, scanned: inout Int
    ) -> Int64? {
        times.withUnsafeBufferPointer { times in
            free.withUnsafeBufferPointer { free in
                let first = Self.step(at: from, times)
                var place = first
                defer { scanned += place - first }
                var start = from
                while true {
                    if all(demand .<= free[place]) {
                        if place + 1 == times.count || times[place + 1] - start >= nanoseconds { return start }
                        place += 1
                    } else {
                        place += 1
                        // The last step has no end: what finds no room there finds none at all.
                        guard place < times.count else { return nil }
                        start = times[place]
                    }
                }
            }
        }
    }

    func hasRoom(for demand: SIMD4<Int32>, at time: Int64) -> Bool {
        all(demand .<= free[times.withUnsafeBufferPointer { Self.step(at: time, $0) }])
    }

    mutating func take(_ demand: SIMD4<Int32>, from: Int64, to: Int64) {
        guard from < to else { return }
        let first = cut(at: from)
        let end = cut(at: to)
        for place in first..<end { free[place] &-= demand }
    }

    /// The step that begins there, made if there is none.
    private mutating func cut(at time: Int64) -> Int {
        let place = times.withUnsafeBufferPointer { Self.step(at: time, $0) }
        if times[place] == time { return place }
        times.insert(time, at: place + 1)
        free.insert(free[place], at: place + 1)
        return place + 1
    }

    private static func step(at time: Int64, _ times: UnsafeBufferPointer<Int64>) -> Int {
        var (low, high) = (0, times.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }
}
