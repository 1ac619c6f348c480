import BatonCore

/// Maps ready tasks to the workers that complete them first, in order of that time: the batch mode of min-min and
/// max-min.
///
/// Where workers differ in speed only, the completion times of two tasks stand in the order of their durations on each
/// worker, so that order is kept in a heap instead of being searched for in all pairs; transfers of data count when the
/// worker is chosen, not in the order. A task whose best worker is busy waits for it, and what it will take there is
/// counted for those after it. Tasks that have room nowhere are passed over, and no more than 256 are mapped to busy
/// workers at a time. Where all workers are alike none is worth waiting for.
struct CompletionTimeMapping: Sendable {
    enum Order: Sendable {
        case shortestFirst, longestFirst
    }

    private static let mostWaiting = 256

    private let order: Order
    private let patience: Duration?
    private var queue = ReadyQueue<Int64>()

    init(_ order: Order, patience: Duration?) {
        self.order = order
        self.patience = patience
    }

    mutating func place(_ observation: Observation) -> [Placement] {
        let order = order
        func key(_ task: ReadyTask) -> Int64 {
            switch order {
            case .shortestFirst: observation.durationNanoseconds(of: task)
            case .longestFirst: -observation.durationNanoseconds(of: task)
            }
        }
        var manner = ReadyLine<Int64>.Manner(patience: patience) { _ in "is completed here first" }
        if !observation.hasUniformWorkers {
            var forecast: CompletionForecast?
            manner.chooseWorker = { task, builder in
                if forecast == nil { forecast = CompletionForecast(observation) }
                return forecast?.choose(for: task, observation, builder, mostWaiting: Self.mostWaiting) ?? .nowhere
            }
        }
        return queue.place(observation, manner, key: key)
    }
}

/// When each worker will have room, as far as running tasks and tasks that wait for it tell.
private struct CompletionForecast {
    private var timelines: [Timeline]
    private var waiting = 0

    init(_ observation: Observation) {
        let now = observation.now.nanoseconds
        timelines = (0..<observation.workerCount).map { worker in
            var capacity = observation.free[worker]
            let bookings = observation.running(on: Worker.ID(worker)).map { running in
                capacity += running.grant
                return Timeline.Booking(
                    from: now, to: max(running.expectedEnd.nanoseconds, now + 1), amount: running.grant)
            }
            return Timeline(capacity: capacity, bookings: bookings)
        }
    }

    mutating func choose(
        for task: ReadyTask, _ observation: Observation, _ builder: PlacementBuilder, mostWaiting: Int
    ) -> ReadyLine<Int64>.WorkerChoice {
        let now = observation.now.nanoseconds
        var best: (worker: Worker.ID, start: Int64, end: Int64, grant: Resources)?
        for index in timelines.indices {
            let worker = Worker.ID(index)
            let grant = observation.grant(for: task, on: worker)
            let lasting =
                max(observation.executionNanoseconds(of: task, on: worker), 1)
                + observation.transferNanoseconds(of: task, to: worker)
            guard let start = timelines[index].earliestStart(of: grant, lasting: lasting, notBefore: now) else {
                continue
            }
            if best.map({ start + lasting < $0.end }) ?? true { best = (worker, start, start + lasting, grant) }
        }
        guard let best else { return .nowhere }
        let startsNow = best.start == now && best.grant.fits(in: builder.free[Int(best.worker.index)])
        if !startsNow { waiting += 1 }
        if waiting > mostWaiting { return .noMore }
        timelines[Int(best.worker.index)].book(best.grant, from: best.start, to: best.end)
        return startsNow ? .now(best.worker) : .nowhere
    }
}
