import BatonCore
import BatonPolicies

/// Where and when the tasks of one run have run, run, and are to run.
struct RunLayout: Sendable {
    /// By task, in nanoseconds.
    var starts: [Int64]
    var ends: [Int64]
    /// By task, its worker; -1 where it has none.
    var places: [Int32]

    /// All that is not known otherwise has ended by now.
    init(count: Int, now: Int64) {
        starts = Array(repeating: now, count: count)
        ends = starts
        places = Array(repeating: -1, count: count)
    }
}

/// Room on all workers over time, in which tasks are put one after the other, each where it is best off.
struct PlaceLayout: Sendable {
    private(set) var timelines: [Timeline]
    let now: Int64
    /// Of transfers of one task: all of them by rate, and those that need not be made on a worker.
    private var totals: [Int64]
    private var spared: [Int64]
    /// Workers of which `spared` is not 0.
    private var sources: [Int32] = []
    /// About how long placing took since this was made, the same everywhere and every time.
    private(set) var estimatedNanoseconds = 0

    init(timelines: [Timeline], now: Int64, rateCount: Int) {
        self.timelines = timelines
        self.now = now
        totals = Array(repeating: 0, count: rateCount)
        spared = Array(repeating: 0, count: timelines.count)
    }

    /// Empties it of all tasks, and begins with other room.
    mutating func reset(_ timelines: [Timeline]) {
        self.timelines = timelines
        estimatedNanoseconds += 200 + 100 * timelines.count
    }

    /// Puts a task where it ends first, as early as it fits there, gaps included.
    ///
    /// - Parameters:
    ///   - handicaps: by task and kind of worker, nanoseconds that are added to an end before ends are compared; empty for
    ///     none.
    ///   - earliest: it does not start before.
    /// - Returns: false when no worker that lives could ever take it.
    @discardableResult
    mutating func place(
        _ task: Int, of shape: RunShape, in run: inout RunLayout, handicaps: [Int64], notBefore earliest: Int64
    ) -> Bool {
        let first = Int(shape.offsets[task])
        let end = Int(shape.offsets[task + 1])
        var ready = max(earliest, now)
        for edge in first..<end { ready = max(ready, run.ends[Int(shape.dependencies[edge])]) }
        run.starts[task] = ready
        run.ends[task] = ready
        if shape.isGroup[task] { return true }
        readTransfers(first..<end, shape, run)
        estimatedNanoseconds += 120 + 10 * (end - first)
        var best: (worker: Int, start: Int64, end: Int64)?
        var lowest = Int64.max
        let row = task * shape.kindCount
        for worker in shape.usable {
            let worker = Int(worker)
            let cell = row + Int(shape.kinds[worker])
            let lasting = max(shape.costs[cell], 1) + totals[Int(shape.rateNumbers[worker])] - spared[worker]
            let handicap = handicaps.isEmpty ? 0 : handicaps[cell]
            estimatedNanoseconds += 8
            if ready + lasting + handicap >= lowest { continue }
            estimatedNanoseconds += 80
            guard
                let start = timelines[worker].earliestStart(
                    of: shape.demands[cell], lasting: lasting, notBefore: ready)
            else { continue }
            let cost = start + lasting + handicap
            if cost < lowest { (best, lowest) = ((worker, start, start + lasting), cost) }
        }
        for source in sources { spared[Int(source)] = 0 }
        sources.removeAll(keepingCapacity: true)
        guard let best else { return false }
        timelines[best.worker].book(
            shape.demands[row + Int(shape.kinds[best.worker])], from: best.start, to: best.end)
        run.starts[task] = best.start
        run.ends[task] = best.end
        run.places[task] = Int32(best.worker)
        return true
    }

    /// Puts a task on the worker where it is already said to go, taking another time than expected.
    ///
    /// - Parameter factor: of its execution over the expected one.
    mutating func follow(_ task: Int, of shape: RunShape, in run: inout RunLayout, on worker: Int, factor: Double) {
        let first = Int(shape.offsets[task])
        let end = Int(shape.offsets[task + 1])
        var ready = now
        for edge in first..<end { ready = max(ready, run.ends[Int(shape.dependencies[edge])]) }
        run.starts[task] = ready
        run.ends[task] = ready
        guard worker >= 0 else { return }
        var lasting: Int64 = 0
        let own = Int(shape.rateNumbers[worker])
        for edge in first..<end {
            let source = Int(run.places[Int(shape.dependencies[edge])])
            guard source >= 0, source != worker else { continue }
            lasting += shape.transfers[edge * shape.rateCount + min(own, Int(shape.rateNumbers[source]))]
        }
        let cell = task * shape.kindCount + Int(shape.kinds[worker])
        lasting += max(Int64(Double(shape.costs[cell]) * factor), 1)
        estimatedNanoseconds += 250 + 5 * (end - first)
        guard let start = timelines[worker].earliestStart(of: shape.demands[cell], lasting: lasting, notBefore: ready)
        else { return }
        timelines[worker].book(shape.demands[cell], from: start, to: start + lasting)
        run.starts[task] = start
        run.ends[task] = start + lasting
        run.places[task] = Int32(worker)
    }

    private mutating func readTransfers(_ edges: Range<Int>, _ shape: RunShape, _ run: RunLayout) {
        for rate in totals.indices { totals[rate] = 0 }
        for edge in edges {
            let source = Int(run.places[Int(shape.dependencies[edge])])
            guard source >= 0 else { continue }
            let own = Int(shape.rateNumbers[source])
            let row = edge * shape.rateCount
            for rate in totals.indices { totals[rate] += shape.transfers[row + min(rate, own)] }
            let saved = shape.transfers[row + own]
            if saved > 0 {
                if spared[source] == 0 { sources.append(Int32(source)) }
                spared[source] += saved
            }
        }
    }
}
