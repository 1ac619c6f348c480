// Why is it not running? Why did it end like this?

/// What holds a task where it is.
public struct Explanation: Hashable, Sendable {
    public var task: String
    public var state: TaskState
    public var reasons: [Reason]

    public enum Reason: Hashable, Sendable {
        /// A dependency that has not succeeded, and where it stands.
        case waitsFor(String, TaskState.Label)
        /// A `finally` task waits for all others.
        case waitsForTheRest(unfinished: Int)
        case paused
        /// A person has to say yes.
        case waitsForApproval(question: String, since: Instant)
        case approved(Review)
        /// The worker with the most room has too little of something.
        case noRoom(needed: Resources, free: Resources)
        case noWorkerOfKind(WorkerKindGap)
        /// `inUse` by this run, `byOthers` by other runs on the machine.
        case limitReached(String, needed: Int64, inUse: Int64, byOthers: Int64, capacity: Int64)
        /// Fits, but others go first; how many are ready in all.
        case queued(ready: Int)
        case backsOff(until: Instant, failures: Int32, limit: Int32)
        case dependencyEnded(String, TaskState.Label)
        case conditionFalse(String)
        case raisedMemory(Int64)
        /// Has run since long enough for a second attempt beside it, which waits for this.
        indirect case secondAttemptWaits(since: Instant, Reason)
    }
}

extension Engine {
    /// - Returns: nil for a task that the engine does not know.
    public func explain(_ reference: TaskReference, at now: Instant) -> Explanation? {
        guard let run = runIndex[reference.run] else { return nil }
        let task = Int(reference.task.index)
        let record = runs[run]
        guard record.states.indices.contains(task) else { return nil }
        let state = record.states[task]
        var reasons: [Explanation.Reason] = []
        switch state {
        case .blocked:
            reasons = waits(of: task, in: record)
        case .awaitingApproval(let question, let since):
            reasons = [.waitsForApproval(question: question, since: since)]
        case .ready:
            reasons = obstacles(of: task, in: run)
        case .backingOff(let until):
            reasons = [.backsOff(until: until, failures: record.failures[task], limit: record.task(task).retry.limit)]
        case .skipped(because: .dependency(let dependency)):
            let index = Int(dependency.index)
            reasons = [.dependencyEnded(record.expansion.instances[index].name, record.states[index].label)]
        case .skipped(because: .condition):
            reasons = [.conditionFalse(record.task(task).condition?.source ?? "")]
        case .running(let running):
            reasons = copyObstacles(running, task, in: run, at: now)
        case .succeeded, .failed, .cancelled:
            break
        }
        if let review = record.reviews[reference.task.index], review.isApproved { reasons.append(.approved(review)) }
        if record.memoryFloors[task] > 0 { reasons.append(.raisedMemory(record.memoryFloors[task])) }
        return Explanation(task: record.expansion.instances[task].name, state: state, reasons: reasons)
    }

    /// True when attempts of the task were killed for memory, so that the next gets at least a certain amount.
    public func isMemoryRaised(of reference: TaskReference) -> Bool {
        guard let run = runIndex[reference.run] else { return false }
        return runs[run].memoryFloors[Int(reference.task.index)] > 0
    }

    private func waits(of task: Int, in record: RunState) -> [Explanation.Reason] {
        var reasons: [Explanation.Reason] = record.expansion.graph.dependencies(of: task).compactMap { dependency in
            let index = Int(dependency)
            if case .succeeded = record.states[index] { return nil }
            return .waitsFor(record.expansion.instances[index].name, record.states[index].label)
        }
        if record.isFinally(task) && !record.hasReleasedFinally {
            reasons.append(.waitsForTheRest(unfinished: record.unfinishedRegular))
        }
        return reasons
    }

    private func obstacles(of task: Int, in run: Int) -> [Explanation.Reason] {
        if runs[run].status == .paused { return [.paused] }
        var reasons = limitObstacles(of: task, in: run)
        let living = workers.filter(\.isAlive)
        let request = runs[run].expansion.instances[task].request
        let able = living.filter { request.allows($0.worker.kind) }
        let roomiest = able.max { $0.free.milliCPU < $1.free.milliCPU }
        func needed(on worker: WorkerState) -> Resources { grant(for: task, in: run, of: worker.worker.capacity) }
        if let roomiest, !able.contains(where: { needed(on: $0).fits(in: $0.free) }) {
            reasons.append(.noRoom(needed: needed(on: roomiest), free: roomiest.free))
        } else if able.isEmpty, !living.isEmpty {
            reasons.append(.noWorkerOfKind(WorkerKindGap(request, on: living.map(\.worker.kind))))
        }
        if reasons.isEmpty {
            let ready = runs.reduce(0) { count, run in count + run.states.count { $0.label == .ready } }
            reasons.append(.queued(ready: ready))
        }
        return reasons
    }

    /// What a second attempt waits for that is due; nothing where none is, or where it may start.
    private func copyObstacles(
        _ running: TaskState.Running, _ task: Int, in run: Int, at now: Instant
    ) -> [Explanation.Reason] {
        guard let patience = runs[run].task(task).speculation, running.stopping == nil,
            runs[run].companion(of: task) == nil, runs[run].status == .running
        else { return [] }
        let due = running.since.advanced(by: patience)
        guard due <= now, workerForCopy(of: running, task, in: run) == nil else { return [] }
        var obstacles = limitObstacles(of: task, in: run)
        let request = runs[run].expansion.instances[task].request
        let able = workers.filter { $0.isAlive && request.allows($0.worker.kind) }
        if let roomiest = able.max(by: { $0.free.milliCPU < $1.free.milliCPU }),
            !able.contains(where: { running.grant.fits(in: $0.free) })
        {
            obstacles.append(.noRoom(needed: running.grant, free: roomiest.free))
        }
        return obstacles.map { .secondAttemptWaits(since: due, $0) }
    }

    private func limitObstacles(of task: Int, in run: Int) -> [Explanation.Reason] {
        var reasons: [Explanation.Reason] = []
        for slot in runs[run].expansion.instances[task].request.slots {
            let limit = runs[run].submission.workflow.limits[Int(slot.limit)]
            guard slot.units > runs[run].unitsLeft(of: Int(slot.limit)) else { continue }
            reasons.append(
                .limitReached(
                    limit.name, needed: slot.units, inUse: runs[run].limitsInUse[Int(slot.limit)],
                    byOthers: runs[run].limitsHeldByOthers[Int(slot.limit)], capacity: limit.capacity))
        }
        return reasons
    }
}
