import BatonCore

// Estimates: made for every task at the start, and again while siblings teach what is still to come.

extension Orchestrator {
    /// Estimates every task of a run that has not ended.
    func estimateAll(of run: DrivenRun) {
        estimate(in: run) { _ in true }
    }

    /// Takes in a measurement, and passes it on to siblings that have not started while it still changes much.
    ///
    /// - Parameter killed: what `killedBytes` said of the event.
    func learn(from event: Event, of run: DrivenRun, killed: Int64?, at now: Instant) {
        guard case .attemptEnded(let attempt, let outcome, let usage) = event,
            let submission = engine.submission(of: run.id), let task = engine.definition(of: attempt.reference)
        else { return }
        let instance = engine.instances(of: run.id)[Int(attempt.task.index)]
        let end: EstimatorSlot.Lesson.End
        if let killed {
            end = .killed(at: killed)
        } else if case .succeeded = outcome, let usage {
            end = .succeeded(usage)
        } else {
            return
        }
        let lesson = EstimatorSlot.Lesson(
            end: end, workflow: submission.workflow.name, task: task.name, instance: instance.name, at: now)
        if let better = setup.estimatorSlot.exchange(lesson) { run.estimator = better }
        lesson.teach(&run.estimator)
        // After a kill, what starts from here on must not repeat the mistake.
        if killed != nil {
            run.joined.forget(task.name)
            return estimate(in: run) { $0 == task.name }
        }
        let seen = (run.learned[task.name] ?? 0) + 1
        run.learned[task.name] = seen
        // The first samples say most: 1, 2, 4, 8 ... so the work stays proportional to the number of tasks.
        if seen & (seen - 1) == 0 && hasSiblings(instance) { estimate(in: run) { $0 == task.name } }
    }

    /// Granted to or used by an attempt that was ended for want of memory, before the engine takes that in; nil when the
    /// ladder had raised it already, which says something of this one task only.
    func killedBytes(_ event: Event) -> Int64? {
        guard case .attemptEnded(let attempt, .failed(.outOfMemory), let usage) = event,
            let running = engine.running(attempt),
            !engine.isMemoryRaised(of: attempt.reference)
        else { return nil }
        return max(running.grant.memoryBytes, usage?.peakMemoryBytes ?? 0)
    }

    /// Instances of a fan-out bear their values in brackets; a task of its own has nobody to learn for.
    private func hasSiblings(_ instance: TaskInstance) -> Bool {
        !instance.parts[0].isEmpty
    }

    /// Of a task that is about to join the run.
    func estimate(of task: Workflow.Task, joining run: DrivenRun) -> Estimate? {
        let request = task.ownRequest ?? TaskInstance.Request()
        return run.joined.estimate(of: task.name, request, seen: run.learned[task.name] ?? 0) {
            run.estimator.estimate(workflow: Self.queueName, task: task.name, instance: task.name, request: request)
        }
    }

    /// - Parameter isWanted: by the name of the task.
    func estimate(in run: DrivenRun, _ isWanted: (String) -> Bool) {
        guard let workflow = engine.submission(of: run.id)?.workflow else { return }
        var estimates: [TaskEstimate] = []
        for (index, instance) in engine.instances(of: run.id).enumerated() {
            let reference = TaskReference(run: run.id, task: TaskInstance.ID(index))
            let name = workflow.tasks[Int(instance.task)].name
            guard instance.kind == .command, isWanted(name), isUnstarted(reference),
                let estimate = run.estimator.estimate(
                    workflow: workflow.name, task: name, instance: instance.name, request: instance.request
                ), estimate != engine.estimate(of: reference)
            else { continue }
            estimates.append(TaskEstimate(task: reference.task, estimate: estimate))
        }
        if !estimates.isEmpty { handle(.estimated(run.id, estimates)) }
    }

    private func isUnstarted(_ reference: TaskReference) -> Bool {
        switch engine.state(of: reference) {
        case .blocked, .awaitingApproval, .ready, .backingOff: true
        case .running, .succeeded, .failed, .skipped, .cancelled, nil: false
        }
    }
}
