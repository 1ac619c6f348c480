/// What a policy sees: the ready tasks, the workers and what the tasks are expected to take.
///
/// A view of the engine at one instant. Let go of it before the engine moves on, or its arrays are copied.
public struct Observation: Sendable {
    let engine: Engine
    public let now: Instant

    /// Rises when priorities changed for tasks already seen; rebuild queues from `readied(since: 0)` then.
    public var generation: Int { engine.generation }

    /// How many tasks have become ready so far, counting each time.
    public var readiedCount: Int { engine.readied.count }

    /// Tasks that became ready after the first `cursor` ones; some may have been placed since.
    public func readied(since cursor: Int) -> ArraySlice<TaskReference> {
        engine.readied[cursor...]
    }

    /// A task that could be placed now; nil when it is not ready any more, or its run is paused.
    public func ready(_ reference: TaskReference) -> ReadyTask? {
        guard let run = engine.runIndex[reference.run], engine.runs[run].isStartable else { return nil }
        let task = Int(reference.task.index)
        guard case .ready(let since) = engine.runs[run].states[task] else { return nil }
        return ReadyTask(
            reference: reference, since: since, priority: engine.runs[run].expansion.instances[task].priority,
            upwardRankNanoseconds: engine.runs[run].ranks[task],
            expectedNanoseconds: engine.runs[run].expectedNanoseconds(of: task)
        )
    }

    public var workerCount: Int { engine.workers.count }

    /// Unused resources of each worker, by index; nothing for a lost one.
    public var free: [Resources] { engine.workers.map(\.free) }

    /// What a placement there would be granted.
    public func grant(for reference: TaskReference, on worker: Worker.ID) -> Resources {
        guard let run = engine.runIndex[reference.run] else { return .zero }
        return engine.grant(for: Int(reference.task.index), in: run, on: engine.workers[Int(worker.index)])
    }

    /// Units of each limit that the task needs, and how many are still free; in the order of its slots.
    public func limits(of reference: TaskReference) -> [(name: Limit, units: Int64, free: Int64)] {
        guard let run = engine.runIndex[reference.run] else { return [] }
        let state = engine.runs[run]
        return state.expansion.instances[Int(reference.task.index)].request.slots.map { slot in
            let capacity = state.submission.workflow.limits[Int(slot.limit)].capacity
            return (
                Limit(run: reference.run, index: slot.limit), slot.units,
                capacity - state.limitsInUse[Int(slot.limit)]
            )
        }
    }

    /// A limit of one run.
    public struct Limit: Hashable, Sendable {
        var run: Run.ID
        var index: Int32
    }
}

/// A task that waits for nothing but a place.
public struct ReadyTask: Hashable, Sendable {
    public var reference: TaskReference
    public var since: Instant
    /// 0 to 100; higher goes first.
    public var priority: Int32
    /// Expected time from its start to the end of its run along the longest path (HEFT's upward rank).
    public var upwardRankNanoseconds: Int64
    /// Nil when nothing is known.
    public var expectedNanoseconds: Int64?
}

extension Engine {
    public func observe(at now: Instant) -> Observation {
        Observation(engine: self, now: now)
    }
}
