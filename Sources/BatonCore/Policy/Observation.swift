/// What a policy sees: the ready tasks, the workers and what the tasks are expected to take.
///
/// A view of the engine at one instant. Let go of it before the engine moves on, or its arrays are copied.
public struct Observation: Sendable {
    let engine: Engine
    public let now: Instant

    /// Rises when priorities changed for tasks already seen, or not all that was placed was started; rebuild queues from `oldestWaiting` then.
    public var generation: Int { engine.generation }

    /// No task that waits for room, or that will when its run is no longer paused, has a smaller number.
    public var oldestWaiting: Int { engine.oldestWaiting }

    /// How many times a task has become ready so far; each time has a number below this.
    public var readiedCount: Int { engine.readied.count }

    /// The task that was the `number`-th to become ready.
    ///
    /// - Returns: nil when it can't be placed now: it is not ready any more, has become ready again under a later
    ///   number, or its run is paused.
    public func ready(_ number: Int) -> ReadyTask? {
        engine.ready(number)
    }

    public var workerCount: Int { engine.workers.count }

    /// Unused resources of each worker, by index; negative for a lost one.
    public var free: [Resources] { engine.free }

    /// What the worker has to offer when nobody uses it.
    public func capacity(of worker: Worker.ID) -> Resources {
        engine.workers[Int(worker.index)].worker.capacity
    }

    public func isAlive(_ worker: Worker.ID) -> Bool {
        engine.workers[Int(worker.index)].isAlive
    }

    /// What a placement there would be granted; more than any worker has where the task may not run.
    public func grant(for task: ReadyTask, on worker: Worker.ID) -> Resources {
        engine.grant(
            for: Int(task.reference.task.index), in: task.run, of: capacity(of: worker),
            kind: engine.workers[Int(worker.index)].worker.kind)
    }

    /// Kinds of workers that the task may run on; nil for any.
    public func workerKinds(of task: ReadyTask) -> [String]? {
        engine.runs[task.run].expansion.instances[Int(task.reference.task.index)].request.workerKinds
    }

    /// No placement of the task is granted less than this of anything, wherever it goes.
    public func leastGrant(for task: ReadyTask) -> Resources {
        bound(for: task) { $0.lesser($1) }
    }

    /// No placement of the task is granted more than this of anything, wherever it goes.
    public func mostGrant(for task: ReadyTask) -> Resources {
        bound(for: task) { $0.greater($1) }
    }

    private func bound(for task: ReadyTask, _ combine: (Resources, Resources) -> Resources) -> Resources {
        var bound: Resources?
        for place in engine.cluster.models.indices {
            let grant = engine.grant(
                for: Int(task.reference.task.index), in: task.run, of: engine.cluster.models[place].capacity,
                kind: engine.cluster.models[place].kind)
            bound = bound.map { combine($0, grant) } ?? grant
        }
        return bound ?? .zero
    }

    /// Units that the task needs of each limit, in the order of its slots.
    public func limits(of task: ReadyTask) -> [(limit: Limit, units: Int64)] {
        engine.runs[task.run].expansion.instances[Int(task.reference.task.index)].request.slots.map { slot in
            (Limit(run: task.run, index: slot.limit), slot.units)
        }
    }

    /// Units of the limit that nobody holds.
    public func free(_ limit: Limit) -> Int64 {
        engine.runs[limit.run].unitsLeft(of: Int(limit.index))
    }

    /// A limit of one run.
    public struct Limit: Hashable, Sendable {
        var run: Int
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
    /// When it must have ended for no deadline behind it to be missed; nil when there is none.
    public var latestEnd: Instant?
    /// Place of its run in the engine, as in `Observation.run(at:)`.
    public let run: Int
}

extension Engine {
    fileprivate func ready(_ number: Int) -> ReadyTask? {
        let (run, task) = (Int(readied[number].run), Int(readied[number].task))
        guard runs[run].isStartable, runs[run].readyNumbers[task] == number,
            case .ready(let since) = runs[run].states[task]
        else { return nil }
        return ReadyTask(
            reference: reference(task, in: run), since: since,
            priority: runs[run].expansion.instances[task].priority, upwardRankNanoseconds: runs[run].ranks[task],
            expectedNanoseconds: runs[run].expectedNanoseconds(of: task), latestEnd: runs[run].latestEnd(of: task),
            run: run
        )
    }

    public func observe(at now: Instant) -> Observation {
        Observation(engine: self, now: now)
    }
}
