import BatonCore
import BatonStore

// The record comes first: what happened is appended, then acted on, and shown once it is on the disk.

extension Orchestrator {
    /// Each run's log tells its story whole: what concerns several is in the log of each as far as it concerns that one.
    func record(_ event: Event, _ changes: [Change], at now: Instant) {
        switch event {
        case .decided(let decision):
            for (run, part) in parts(of: decision) {
                let own = runs.count == 1 ? changes : changes.filter { $0.run == run.id }
                run.batch.append(Recorded(event: .decided(part), at: now, changes: own))
            }
        case .workerJoined, .workerResized, .workerLost:
            for run in runs.values {
                run.batch.append(Recorded(event: event, at: now, changes: changes.filter { $0.run == run.id }))
            }
        case .runSubmitted, .tasksAdded, .estimated, .limitsShared, .attemptGrew, .attemptEnded, .alarmRang, .runPaused,
            .runUnpaused, .runCancelled, .runRetried, .prioritized, .reviewed,
            .recalled:
            guard let run = event.run.flatMap({ runs[$0] }) else { return }
            run.batch.append(Recorded(event: event, at: now, changes: changes))
        }
    }

    /// What a decision means for each run, numbered as that run's own.
    private func parts(of decision: Decision) -> [(DrivenRun, Decision)] {
        if case .new(let rationale)? = decision.plan { plans = (plans.count + 1, rationale) }
        var placements: [Run.ID: [Placement]] = [:]
        var order: [Run.ID] = []
        for placement in decision.placements {
            if placements[placement.task.run] == nil { order.append(placement.task.run) }
            placements[placement.task.run, default: []].append(placement)
        }
        if order.isEmpty, let only = Event.decided(decision).run { order = [only] }
        return order.compactMap { id in
            guard let run = runs[id] else { return nil }
            var part = decision
            part.placements = placements[id] ?? []
            run.decisions += 1
            part.number = run.decisions
            // "The same plan" says nothing in a log that does not tell of it.
            if decision.plan != nil, run.plan != plans.count {
                run.plan = plans.count
                part.plan = plans.latest.map(FollowedPlan.new)
            }
            if id != order[0] { part.secondOpinion = nil }
            return (run, part)
        }
    }

    /// - Returns: false while the store can't take it; nothing may be acted on then.
    func commit() -> Bool {
        if let retryStoreAt, clock.now < retryStoreAt { return false }
        let changed = runs.values.filter { !$0.batch.isEmpty }.sorted { $0.id < $1.id }
        guard !changed.isEmpty else { return true }
        do throws(StoreError) {
            try store.append(
                changed.map { RunBatch(run: $0.id, events: $0.batch, state: momentToRecord(of: $0)) })
        } catch {
            if retryStoreAt == nil { setup.observer.storeFailed(error) }
            storeTrouble = error
            retryStoreAt = clock.now.advanced(by: .seconds(1))
            return false
        }
        if retryStoreAt != nil {
            retryStoreAt = nil
            storeTrouble = nil
            wantsDecision = true
        }
        if unshown.isEmpty { showAt = clock.now.advanced(by: setup.options.flushInterval) }
        for run in changed {
            unshown += run.batch
            run.batch.removeAll(keepingCapacity: true)
        }
        return true
    }

    func show() {
        let now = clock.now
        if let showAt, !unshown.isEmpty, now >= showAt || !answers.isEmpty || hasEnded {
            do throws(StoreError) {
                try store.flush()
            } catch {
                setup.observer.storeFailed(error)
                self.showAt = now.advanced(by: .seconds(1))
                return
            }
            setup.observer.durable(unshown)
            unshown.removeAll(keepingCapacity: true)
        }
        answer(nil)
        setup.observer.refresh(at: now)
    }

    private var hasEnded: Bool {
        runs.keys.contains { engine.status(of: $0)?.isTerminal == true }
    }

    /// What was granted while the record can't be written is granted: its answer waits until it can.
    func answer(_ refusal: RuntimeError?) {
        for answer in answers { answer(refusal) }
        answers.removeAll(keepingCapacity: true)
    }
}

extension Change {
    fileprivate var run: Run.ID {
        switch self {
        case .runStatus(let run, _, _), .tasksAdded(let run, _, _, _): run
        case .taskState(let task, _, _): task.run
        }
    }
}
