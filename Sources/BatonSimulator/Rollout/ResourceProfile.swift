/// What one machine has left over time, as steps.
struct ResourceProfile: Sendable {
    /// Where the steps begin, ascending from the beginning of time.
    private var times: [Int64] = []
    /// What is left from there to the next step.
    private var free: [SIMD4<Int32>] = []
    /// Nobody asks for less of anything.
    private var least: SIMD4<Int32> = .zero
    /// In the steps before this one there is not even room for that.
    private var open = 0

    /// Room from some time on.
    struct Gap {
        var start: Int64
        /// The step in which it begins.
        fileprivate var step: Int

        /// The beginning of time.
        static let first = Gap(start: .min, step: 0)
    }

    /// Everything is free for ever.
    ///
    /// - Parameter least: nothing that will be placed asks for less of anything.
    mutating func reset(_ capacity: SIMD4<Int32>, least: SIMD4<Int32>) {
        times.removeAll(keepingCapacity: true)
        free.removeAll(keepingCapacity: true)
        times.append(.min)
        free.append(capacity)
        self.least = least
        open = 0
        passOverFull()
    }

    /// Nothing can start before; the end of time where nothing ever can.
    var opensAt: Int64 { open < times.count ? times[open] : .max }

    private mutating func passOverFull() {
        while open < free.count, any(least .> free[open]) { open += 1 }
    }

    /// The earliest time at which there is room for as long as it takes.
    ///
    /// - Parameter scanned: rises by the number of steps looked at.
    /// - Returns: nil when the demand is more than the machine has.
    func earliest(
        from: Int64, lasting nanoseconds: Int64, _ demand: SIMD4<Int32>, scanned: inout Int
    ) -> Gap? {
        times.withUnsafeBufferPointer { times in
            free.withUnsafeBufferPointer { free in
                let first = Self.step(at: from, times)
                var gap = Gap(start: from, step: first)
                var place = first
                defer { scanned += place - first }
                while true {
                    if all(demand .<= free[place]) {
                        if place + 1 == times.count || times[place + 1] - gap.start >= nanoseconds { return gap }
                        place += 1
                    } else {
                        place += 1
                        // The last step has no end: what finds no room there finds none at all.
                        guard place < times.count else { return nil }
                        gap = Gap(start: times[place], step: place)
                    }
                }
            }
        }
    }

    func hasRoom(for demand: SIMD4<Int32>, at time: Int64) -> Bool {
        all(demand .<= free[times.withUnsafeBufferPointer { Self.step(at: time, $0) }])
    }

    mutating func take(_ demand: SIMD4<Int32>, in gap: Gap, to end: Int64) {
        guard gap.start < end else { return }
        var place = gap.step
        if times[place] < gap.start {
            place += 1
            insert(gap.start, free[place - 1], at: place)
        }
        times.withUnsafeBufferPointer { times in
            free.withUnsafeMutableBufferPointer { free in
                while place < times.count, times[place] < end {
                    free[place] &-= demand
                    place += 1
                }
            }
        }
        if place == times.count || times[place] > end { insert(end, free[place - 1] &+ demand, at: place) }
        passOverFull()
    }

    private mutating func insert(_ time: Int64, _ room: SIMD4<Int32>, at place: Int) {
        times.append(time)
        free.append(room)
        times.withUnsafeMutableBufferPointer { times in
            free.withUnsafeMutableBufferPointer { free in
                var hole = times.count - 1
                while hole > place {
                    times[hole] = times[hole - 1]
                    free[hole] = free[hole - 1]
                    hole -= 1
                }
                times[hole] = time
                free[hole] = room
            }
        }
    }

    private static func step(at time: Int64, _ times: UnsafeBufferPointer<Int64>) -> Int {
        var (low, count) = (0, times.count)
        while count > 1 {
            let half = count / 2
            low = times[low + half] <= time ? low + half : low
            count -= half
        }
        return low
    }
}
