import BatonCore

// Deciding, within what other orchestrators leave of this machine.

extension Orchestrator {
    private static let worker = Worker.ID(0)

    var capacity: Resources { engine.capacity(of: Self.worker) }

    func decide() {
        if let lookAtPoolAt, clock.now >= lookAtPoolAt { wantsDecision = true }
        while wantsDecision {
            wantsDecision = false
            lookAtPoolAt = nil
            guard let pool else {
                shareLimits(with: nil)
                decideOnce()
                startCopies(sharing: nil)
                continue
            }
            pool.withLock {
                claim(in: pool)
                adapt(to: pool, isShared: true)
                decideOnce()
                if engine.used(on: Self.worker) == .zero, engine.hasReadyTasks {
                    adapt(to: pool, isShared: false)
                    decideOnce(mostPlacements: 1)
                }
                startCopies(sharing: pool)
                let isReady = engine.hasReadyTasks
                let isWaiting = isReady && engine.available(on: Self.worker) != capacity
                publish(to: pool, isWaiting: isWaiting)
                let waitsForLimit =
                    isReady && runs.keys.contains { engine.limitsHeldByOthers(than: $0).contains { $0 > 0 } }
                if isWaiting || waitsForLimit { lookAtPoolAt = clock.now.advanced(by: .milliseconds(100)) }
            }
        }
    }

    /// Lets others have what ended attempts held, while nothing new may start here.
    func publish() {
        guard let pool else { return }
        pool.withLock {
            claim(in: pool)
            publish(to: pool, isWaiting: false)
        }
    }

    /// What a run holds is its supervisor's from the moment that there is one, for that lives as long as its tasks.
    func publishNewSupervisors() {
        guard let pool, runs.values.contains(where: { $0.world.executor?.holder != $0.claimant }) else { return }
        pool.withLock {
            claim(in: pool)
            publish(to: pool, isWaiting: lookAtPoolAt != nil)
        }
    }

    /// Gives up what was claimed for a run.
    func withdraw(_ run: DrivenRun) {
        guard let pool, let claimant = run.claimant else { return }
        pool.withLock { pool.withdraw(claimant) }
        run.claimant = nil
    }

    /// A run claims in the name of its supervisor, which may be a new one.
    private func claim(in pool: MachinePool) {
        for run in runs.values {
            let holder = run.world.executor?.holder
            if let claimant = run.claimant, claimant != holder { pool.withdraw(claimant) }
            run.claimant = holder
            if let holder { pool.claim(for: holder) }
        }
    }

    /// One row says that this orchestrator waits, for all its runs. What runs without a supervisor hold is its own.
    private func publish(to pool: MachinePool, isWaiting: Bool) {
        var isWaiting = isWaiting
        var unclaimed = Resources.zero
        var unclaimedLimits: (names: [String], units: [Int64]) = ([], [])
        for run in runs.values {
            let (held, units) = (engine.held(by: run.id), engine.limitsInUse(by: run.id))
            if let claimant = run.claimant {
                pool.publish(held, isWaiting: isWaiting, of: claimant)
                isWaiting = false
                if !run.limits.isEmpty { pool.publish(units, of: run.limits, by: claimant) }
            } else {
                unclaimed += held
                unclaimedLimits.names += run.limits
                unclaimedLimits.units += units
            }
        }
        if isWaiting || unclaimed != .zero || unclaimedLimits.units.contains(where: { $0 > 0 }) {
            pool.claim(for: processID)
            pool.publish(unclaimed, isWaiting: isWaiting, of: processID)
            pool.publish(unclaimedLimits.units, of: unclaimedLimits.names, by: processID)
        } else {
            pool.withdraw(processID)
        }
    }

    private func adapt(to pool: MachinePool, isShared: Bool) {
        shareLimits(with: pool)
        let now = pool.available(of: capacity, machine: machine, isShared: isShared)
        guard now != engine.available(on: Self.worker) else { return }
        handle(.workerResized(Self.worker, capacity: now))
        wantsDecision = false
    }

    /// Limits of one name are one limit, whoever holds them: other runs here, or those of others.
    private func shareLimits(with pool: MachinePool?) {
        let news = engine.limitNews { names in pool?.heldByOthers(of: names) ?? names.map { _ in 0 } }
        guard !news.isEmpty else { return }
        news.forEach(handle)
        wantsDecision = false
    }

    private func decideOnce(mostPlacements: Int = .max) {
        guard engine.hasReadyTasks else { return }
        var decision = policy.decide(engine.observe(at: clock.now))
        let proposed = decision.placements.count
        decision.placements.removeSubrange(min(mostPlacements, proposed)...)
        let allowed = engine.keepingSharedLimits(decision)
        if allowed.placements.count < decision.placements.count { wantsDecision = true }
        decision = allowed
        if decision.placements.count < proposed { engine.offerAgain() }
        guard !decision.placements.isEmpty || decision.secondOpinion != nil else { return }
        do throws(Rejection) {
            handle(try engine.admit(decision))
        } catch {
            preconditionFailure("policy \(policy.name) proposed \(error.placement): \(error.reason)")
        }
    }

    /// Lets second attempts start in the room that tasks which are ready have left.
    private func startCopies(sharing pool: MachinePool?) {
        let wanted = wantsDecision
        for alarm in copyAlarms {
            shareLimits(with: pool)
            handle(.alarmRang(alarm))
        }
        copyAlarms.removeAll()
        wantsDecision = wanted
    }
}
