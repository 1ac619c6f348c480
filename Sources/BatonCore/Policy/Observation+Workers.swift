/// An attempt that is going on.
public struct RunningTask: Hashable, Sendable {
    public var reference: TaskReference
    /// Place of its run in the engine.
    public var run: Int
    public var since: Instant
    public var grant: Resources
    /// When it is expected to end, data transfer included; may have passed.
    public var expectedEnd: Instant
}

// Workers that differ: how fast they are, what it costs to bring data there, what runs there.
extension Observation {
    /// True while it makes no difference to a task where it runs, neither to its time nor to whether it may.
    public var hasUniformWorkers: Bool { engine.cluster.isUniform }

    /// Rises whenever a worker joins, is lost, or has more or less to offer.
    public var clusterRevision: Int { engine.cluster.revision }

    /// What all living workers have to offer together when nobody uses them.
    public var totalCapacity: Resources {
        engine.workers.reduce(into: Resources.zero) { sum, state in
            if state.isAlive { sum += state.worker.capacity }
        }
    }

    public func worker(_ id: Worker.ID) -> Worker {
        engine.workers[Int(id.index)].worker
    }

    /// Expected time of the task there, without bringing its data.
    public func executionNanoseconds(of task: ReadyTask, on worker: Worker.ID) -> Int64 {
        engine.executionNanoseconds(of: Int(task.reference.task.index), in: task.run, on: Int(worker.index))
    }

    /// Expected time to bring there what the task reads of its dependencies.
    public func transferNanoseconds(of task: ReadyTask, to worker: Worker.ID) -> Int64 {
        engine.transferNanoseconds(of: Int(task.reference.task.index), in: task.run, to: Int(worker.index))
    }

    /// True when nothing runs there.
    public func isIdle(_ worker: Worker.ID) -> Bool {
        engine.workers[Int(worker.index)].running.isEmpty
    }

    /// What runs there now, in no particular but always the same order.
    public func running(on worker: Worker.ID) -> [RunningTask] {
        engine.workers[Int(worker.index)].running.compactMap { place in
            let (run, task) = (Int(place.run), Int(place.task))
            guard let running = engine.runs[run].running(task, place.attempt) else { return nil }
            let nanoseconds =
                engine.executionNanoseconds(of: task, in: run, on: Int(worker.index))
                + engine.transferNanoseconds(of: task, in: run, to: Int(worker.index))
            return RunningTask(
                reference: engine.reference(task, in: run), run: run, since: running.since, grant: running.grant,
                expectedEnd: running.since.advanced(by: .nanoseconds(nanoseconds))
            )
        }
    }
}

extension Engine {
    func executionNanoseconds(of task: Int, in run: Int, on worker: Int) -> Int64 {
        workers[worker].worker.executionNanoseconds(runs[run].durations[task])
    }

    func transferNanoseconds(of task: Int, in run: Int, to worker: Int) -> Int64 {
        if runs[run].inputBytes.isEmpty { return 0 }
        return transferNanoseconds(of: task, in: run, to: worker, bytes: runs[run].inputBytes[task])
    }

    /// - Parameter bytes: read of each dependency, in the graph's order; empty counts as nothing.
    func transferNanoseconds(of task: Int, in run: Int, to worker: Int, bytes: [Int64]) -> Int64 {
        let destination = workers[worker].worker
        guard destination.networkBytesPerSecond > 0 else { return 0 }
        var sum: Int64 = 0
        for (dependency, bytes) in zip(runs[run].expansion.graph.dependencies(of: task), bytes) {
            let place = Int(runs[run].places[Int(dependency)])
            guard place >= 0, place != worker else { continue }
            sum += destination.transferNanoseconds(bytes: bytes, from: workers[place].worker)
        }
        return sum
    }

    /// How long it takes to bring to a worker what a task really reads of its dependencies.
    ///
    /// - Parameter bytes: of each dependency, in the graph's order.
    public func transferNanoseconds(of task: TaskReference, to worker: Worker.ID, bytes: [Int64]) -> Int64 {
        guard !bytes.isEmpty, let run = runIndex[task.run] else { return 0 }
        return transferNanoseconds(of: Int(task.task.index), in: run, to: Int(worker.index), bytes: bytes)
    }
}
