import BatonCore
import BatonRuntime
import BatonStore

extension Metrics {
    func countRequest(method: String, route: String, status: Int, seconds: Double) {
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"].contains(method) ? method : "other"
        add(to: .requests, ["method": known, "route": route, "status": "\(status)"])
        observe(seconds, in: .requestSeconds, ["route": route])
    }

    /// Counts what became of tasks.
    func count(_ batch: [Recorded]) {
        for recorded in batch {
            switch recorded.event {
            case .decided(let decision):
                add(to: .decisions)
                add(Double(decision.placements.count), to: .tasksScheduled)
            case .attemptEnded(_, let outcome, _): add(to: .tasksFinished, ["outcome": outcome.attemptStatus.rawValue])
            case .runSubmitted: add(to: .runsSubmitted)
            case .estimated, .tasksAdded, .workerJoined, .workerResized, .workerLost, .limitsShared, .attemptGrew,
                .alarmRang,
                .runPaused, .runUnpaused, .runCancelled, .runRetried, .prioritized, .reviewed, .recalled:
                continue
            }
        }
    }

    /// Counts what came of an occasion; of a notification, what came of telling it once.
    func count(_ firing: Firing) {
        switch firing.kind {
        case .schedule, .backfill:
            if firing.state != .waiting { add(to: .scheduleFirings, ["result": firing.state.rawValue]) }
        case .trigger:
            if firing.state != .waiting { add(to: .triggerFirings, ["result": firing.state.rawValue]) }
        case .notification:
            add(to: .notificationDeliveries, ["result": firing.state == .waiting ? "retried" : firing.state.toldWord])
        }
    }

    /// Takes in how right predictions were; of what was never predicted there is no figure.
    func look(at accuracy: PredictionAccuracy) {
        if let duration = accuracy.duration { set(.predictionAccuracy, to: duration, ["target": "duration"]) }
        if let memory = accuracy.memory { set(.predictionAccuracy, to: memory, ["target": "memory"]) }
    }

    /// Takes in how the engine, the machine and the process stand now.
    ///
    /// - Parameter directory: of the server's data.
    func look(at load: LiveControl.Load, _ system: SystemLoad, directory: String) {
        set(.activeTasks, to: Double(load.runningTasks))
        set(.queueSize, to: Double(load.waitingTasks))
        set(.openRuns, to: Double(load.openRuns))
        func share(_ part: Int64, _ whole: Int64) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
        set(.resourceUtilization, to: share(load.used.milliCPU, load.capacity.milliCPU), ["resource": "cpu"])
        set(.resourceUtilization, to: share(load.used.memoryBytes, load.capacity.memoryBytes), ["resource": "memory"])
        set(.systemCPU, to: system.cpuRatio())
        set(.systemMemory, to: system.memoryRatio())
        set(.systemDisk, to: system.diskRatio(of: directory))
        set(.processCPU, to: system.cpuSeconds())
        set(.processMemory, to: system.residentBytes())
    }
}
