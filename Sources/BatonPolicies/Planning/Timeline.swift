public import BatonCore

/// What a worker has free from when to when, as far as it is planned: a staircase over all time.
public struct Timeline: Sendable {
    /// Ascending, the first before anything; step `i` lasts from `times[i]` to `times[i + 1]`, the last for ever.
    private var times: [Int64]
    private var free: [Resources]

    /// Room that is taken for a while.
    public struct Booking: Sendable {
        public var from: Int64
        public var to: Int64
        public var amount: Resources

        public init(from: Int64, to: Int64, amount: Resources) {
            self.from = from
            self.to = to
            self.amount = amount
        }
    }

    /// - Parameter bookings: in any order; together they may exceed the capacity.
    /// - Complexity: O(n log n).
    public init(capacity: Resources, bookings: [Booking] = []) {
        times = [.min]
        free = [capacity]
        let changes = (bookings.map { ($0.from, Resources.zero - $0.amount) } + bookings.map { ($0.to, $0.amount) })
            .sorted { $0.0 < $1.0 }
        for (time, change) in changes {
            if times[times.count - 1] != time {
                times.append(time)
                free.append(free[free.count - 1])
            }
            free[free.count - 1] += change
        }
    }

    /// The first instant from which so much is free for so long, gaps between bookings included.
    ///
    /// - Returns: nil when there never is.
    /// - Complexity: O(log n) and the steps between `notBefore` and the answer.
    public func earliestStart(of amount: Resources, lasting: Int64, notBefore: Int64) -> Int64? {
        var start: Int64?
        for index in step(at: notBefore)..<times.count {
            guard amount.fits(in: free[index]) else {
                start = nil
                continue
            }
            let from = start ?? max(times[index], notBefore)
            start = from
            if index + 1 == times.count || times[index + 1] - from >= lasting { return from }
        }
        return nil
    }

    /// The last instant from which so much is free for so long, to end no later than `notAfter`.
    ///
    /// - Returns: nil when there never is.
    func latestStart(of amount: Resources, lasting: Int64, notAfter: Int64) -> Int64? {
        var end: Int64?
        for index in (0...step(at: notAfter - 1)).reversed() {
            guard amount.fits(in: free[index]) else {
                end = nil
                continue
            }
            let to = end ?? (index + 1 == times.count ? notAfter : min(times[index + 1], notAfter))
            end = to
            if index == 0 || to - times[index] >= lasting { return to - lasting }
        }
        return nil
    }

    public mutating func book(_ amount: Resources, from: Int64, to: Int64) {
        let first = cut(at: from)
        let last = cut(at: to)
        for index in first..<last { free[index] -= amount }
    }

    /// The step that holds at an instant.
    private func step(at time: Int64) -> Int {
        var low = 0
        var high = times.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    /// - Returns: the step that begins at this instant from now on.
    private mutating func cut(at time: Int64) -> Int {
        let index = step(at: time)
        if times[index] == time { return index }
        times.insert(time, at: index + 1)
        free.insert(free[index], at: index + 1)
        return index + 1
    }
}
