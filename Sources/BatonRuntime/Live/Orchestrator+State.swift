import BatonCore
import BatonStore

// Moments of the run for those who watch machines: at its beginning, its end, and once a minute while things happen.

extension Orchestrator {
    private static let interval = Duration.seconds(60)

    /// What goes on record with the next batch; nil while the last moment is recent enough.
    func momentToRecord(of run: DrivenRun) -> SystemState? {
        let now = clock.now
        let isOver = engine.status(of: run.id)?.isTerminal == true
        if let last = run.recorded?.state.at, last.duration(to: now) < Self.interval, !isOver { return nil }
        let counts = countTasks(of: run.id)
        let elapsed = run.recorded.map { $0.state.at.duration(to: now).seconds } ?? 0
        let ended = counts.ended - (run.recorded?.ended ?? counts.ended)
        let used = engine.used(on: Worker.ID(0))
        let state = SystemState(
            at: now, run: run.id,
            cpuUtilization: Self.share(used.milliCPU, of: capacity.milliCPU),
            memoryUtilization: Self.share(used.memoryBytes, of: capacity.memoryBytes), activeTasks: counts.active,
            pendingTasks: counts.pending, failedTasks: counts.failed,
            tasksPerSecond: elapsed > 0 ? Double(ended) / elapsed : 0)
        run.recorded = (state, counts.ended)
        return state
    }

    /// How much there is now, in all runs together.
    var load: LiveControl.Load {
        var load = LiveControl.Load()
        guard engine.workerCount > 0 else { return load }
        let tasks = engine.openTasks
        load.openRuns = runs.count
        load.waitingTasks = tasks.unfinished - tasks.running
        load.runningTasks = tasks.running
        load.used = engine.used(on: Worker.ID(0))
        load.capacity = capacity
        return load
    }

    private static func share(_ used: Int64, of all: Int64) -> Double {
        all > 0 ? Double(used) / Double(all) : 0
    }

    private func countTasks(of run: Run.ID) -> (active: Int, pending: Int, failed: Int, ended: Int) {
        var counts = (active: 0, pending: 0, failed: 0, ended: 0)
        for (index, instance) in engine.instances(of: run).enumerated() where instance.kind == .command {
            switch engine.state(of: TaskReference(run: run, task: TaskInstance.ID(index))) {
            case .running: counts.active += 1
            case .blocked, .awaitingApproval, .ready, .backingOff, nil: counts.pending += 1
            case .failed:
                counts.failed += 1
                counts.ended += 1
            case .succeeded, .skipped, .cancelled: counts.ended += 1
            }
        }
        return counts
    }
}
