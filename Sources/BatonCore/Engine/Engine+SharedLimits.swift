// Limits of one name are one limit for all runs, though each run's workflow has its own.

extension Engine {
    /// What open runs have to be told of the units of their limits that others hold.
    ///
    /// - Parameter elsewhere: units of limits of these names that runs hold which this engine does not know.
    /// - Returns: `.limitsShared` of each run for which that has changed.
    public func limitNews(elsewhere: ([String]) -> [Int64] = { $0.map { _ in 0 } }) -> [Event] {
        let sharing = runsWithLimits
        var inUse: [String: Int64] = [:]
        for run in sharing {
            for (limit, units) in zip(runs[run].submission.workflow.limits, runs[run].limitsInUse) {
                inUse[limit.name, default: 0] += units
            }
        }
        return sharing.compactMap { run in
            let names = runs[run].submission.workflow.limits.map(\.name)
            let outside = elsewhere(names)
            let held = names.indices.map { outside[$0] + inUse[names[$0], default: 0] - runs[run].limitsInUse[$0] }
            return held == runs[run].limitsHeldByOthers ? nil : .limitsShared(runs[run].id, heldByOthers: held)
        }
    }

    /// The decision without what would take more of a limit than all runs together may hold: the first takers get it.
    ///
    /// A policy sees each run's limits as that run's own. Where something is left out, `offerAgain`.
    public func keepingSharedLimits(_ decision: Decision) -> Decision {
        guard openRuns.count > 1, !runsWithLimits.isEmpty else { return decision }
        var decision = decision
        var taken: [String: Int64] = [:]
        decision.placements.removeAll { placement in
            guard let run = runIndex[placement.task.run] else { return false }
            let limits = runs[run].submission.workflow.limits
            let slots = runs[run].expansion.instances[Int(placement.task.task.index)].request.slots
            let fits = slots.allSatisfy { slot in
                let limit = Int(slot.limit)
                return taken[limits[limit].name, default: 0] + slot.units <= runs[run].unitsLeft(of: limit)
            }
            if fits { for slot in slots { taken[limits[Int(slot.limit)].name, default: 0] += slot.units } }
            return !fits
        }
        return decision
    }

    /// Places of open runs whose workflows have limits.
    private var runsWithLimits: [Int] {
        openRuns.map(Int.init).filter { !runs[$0].limitsInUse.isEmpty }
    }
}
