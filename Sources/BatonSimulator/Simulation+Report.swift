import BatonCore

extension Simulation {
    var report: Report {
        let runs = zip(results, scenario.workload.arrivals).compactMap { $1.isBackground ? nil : $0 }
        let start = runs.map(\.submittedAt).min() ?? .zero
        let end = runs.compactMap(\.endedAt).max() ?? now
        let makespan = start.duration(to: end)
        let cores = world.workers.reduce(0) { $0 + Double($1.capacity.milliCPU) / 1000 }
        let possible = cores * makespan.seconds
        return Report(
            runs: runs, makespan: makespan,
            utilisation: possible > 0 ? world.consumption.grantedCPUSeconds / possible : 0,
            allocatedGBHours: world.consumption.grantedByteSeconds / 3.6e12,
            usedGBHours: world.consumption.usedByteSeconds / 3.6e12,
            cost: cost(since: start), allocatedCoreHours: world.consumption.grantedCPUSeconds / 3600,
            spans: world.spans + world.openSpans(at: now),
            counts: counts, isComplete: results.allSatisfy { $0 != nil } && !hasOpenRuns,
            violations: witness.violations + world.violations
        )
    }

    private func cost(since start: Instant) -> Double {
        world.workers.reduce(0) { sum, state in
            sum + state.worker.costPerHour * max(start.duration(to: state.lastEnd).seconds, 0) / 3600
        }
    }
}
