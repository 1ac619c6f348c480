import BatonCore

extension Simulation {
    var report: Report {
        let runs = results.compactMap { $0 }
        let start = runs.map(\.submittedAt).min() ?? .zero
        let end = runs.compactMap(\.endedAt).max() ?? now
        let makespan = start.duration(to: end)
        let cores = world.workers.reduce(0) { $0 + Double($1.capacity.milliCPU) / 1000 }
        let possible = cores * makespan.seconds
        return Report(
            runs: runs, makespan: makespan, utilisation: possible > 0 ? world.grantedCPUSeconds / possible : 0,
            counts: counts, isComplete: results.allSatisfy { $0 != nil } && !hasOpenRuns,
            violations: witness.violations + world.violations
        )
    }
}
