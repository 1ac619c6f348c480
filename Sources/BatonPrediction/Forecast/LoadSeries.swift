/// How much arrived, or was in use, in each of equally long stretches of time.
public struct LoadSeries: Hashable, Sendable {
    public var quantity: Quantity
    /// Seconds since 1970, or since the start of a simulation.
    public var start: Double
    public var bucketSeconds: Double
    /// One for each bucket, none negative.
    public var values: [Double]

    public enum Quantity: String, Hashable, Sendable, CaseIterable {
        /// Runs that arrived; each task by itself where nothing tells of runs.
        case runs
        /// Tasks that became known.
        case tasks
        /// Cores in use on average.
        case cores
        /// Bytes in use on average.
        case memory
    }

    public init(quantity: Quantity, start: Double, bucketSeconds: Double, values: [Double]) {
        self.quantity = quantity
        self.start = start
        self.bucketSeconds = bucketSeconds
        self.values = values
    }

    /// How many buckets a season of so many seconds takes; nil when it is no whole number of at least two.
    public func period(of seconds: Double) -> Int? {
        let count = (seconds / bucketSeconds).rounded()
        return count >= 2 && abs(count * bucketSeconds - seconds) < 1e-6 * seconds ? Int(count) : nil
    }
}

/// What a system did: all that load is counted from.
public struct LoadRecord: Hashable, Sendable {
    /// One attempt at a task.
    public struct Attempt: Hashable, Sendable {
        /// In seconds.
        public var submitted: Double
        public var started: Double
        public var ended: Double
        public var cores: Double
        public var memoryBytes: Double

        public init(submitted: Double, started: Double, ended: Double, cores: Double, memoryBytes: Double) {
            self.submitted = submitted
            self.started = started
            self.ended = ended
            self.cores = cores
            self.memoryBytes = memoryBytes
        }
    }

    public var attempts: [Attempt]
    /// When each run arrived, in seconds; empty where nothing tells of runs.
    public var runs: [Double]
    /// Attempts without stamps, which can't be counted.
    public var unstamped: Int

    public init(attempts: [Attempt] = [], runs: [Double] = [], unstamped: Int = 0) {
        self.attempts = attempts
        self.runs = runs
        self.unstamped = unstamped
    }

    /// From the first arrival to the last stamp; nil when there is nothing.
    public var span: ClosedRange<Double>? {
        let arrivals = attempts.map(\.submitted) + runs
        guard let first = arrivals.min() else { return nil }
        return first...max(attempts.map(\.ended).max() ?? first, arrivals.max() ?? first)
    }

    /// A bucket's length in which the record has some hundred of them: a round time of the clock.
    public var usualBucketSeconds: Double {
        let seconds = span.map { $0.upperBound - $0.lowerBound } ?? 0
        return [60.0, 300, 900, 3600].first { seconds / $0 <= 400 } ?? 3600
    }

    /// - Returns: whole buckets only, the first beginning at a multiple of its length: the last one is left out, for it is
    ///   not over yet.
    public func series(_ quantity: LoadSeries.Quantity, bucketSeconds: Double) -> LoadSeries {
        let start = ((span?.lowerBound ?? 0) / bucketSeconds).rounded(.down) * bucketSeconds
        let count = span.map { Int((($0.upperBound - start) / bucketSeconds).rounded(.down)) } ?? 0
        var values = Array(repeating: 0.0, count: count)
        func arrive(at moment: Double) {
            let place = Int((moment - start) / bucketSeconds)
            if values.indices.contains(place) { values[place] += 1 }
        }
        switch quantity {
        case .runs: for moment in runs.isEmpty ? attempts.map(\.submitted) : runs { arrive(at: moment) }
        case .tasks: for attempt in attempts { arrive(at: attempt.submitted) }
        case .cores, .memory:
            for attempt in attempts {
                let amount = quantity == .cores ? attempt.cores : attempt.memoryBytes
                var place = max(0, Int((attempt.started - start) / bucketSeconds))
                while place < count {
                    let begin = start + Double(place) * bucketSeconds
                    let overlap = min(attempt.ended, begin + bucketSeconds) - max(attempt.started, begin)
                    guard overlap > 0 else { break }
                    values[place] += amount * overlap / bucketSeconds
                    place += 1
                }
            }
        }
        return LoadSeries(quantity: quantity, start: start, bucketSeconds: bucketSeconds, values: values)
    }
}
