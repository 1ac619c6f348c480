public import BatonCore

extension CommandError {
    /// What was refused, why, and what to do instead.
    public var sentence: String {
        switch self {
        case .invalidWorkflow(let error):
            return error.problems.map { problem in
                ([problem.message] + (problem.hint.map { [$0] } ?? [])).joined(separator: " ")
            }.joined(separator: "\n")
        case .unknownRun(let run): return "there is no run \(run); see 'baton ps'"
        case .duplicateRun(let run): return "run \(run) exists already"
        case .neverFits(let misfits):
            let lines = misfits.prefix(10).map { misfit in
                if let gap = misfit.missingKind { return "'\(misfit.task)' \(gap.predicate)" }
                return "'\(misfit.task)' asks for \(misfit.request.text) but the largest worker has "
                    + misfit.largestWorker.text
            }
            let rest = misfits.count > 10 ? ["and \(misfits.count - 10) more tasks"] : []
            var advice: [String] = []
            if misfits.contains(where: { $0.missingKind == nil }) {
                advice.append("Lower 'resources', or allow more with --jobs and --memory.")
            }
            if misfits.contains(where: { $0.missingKind != nil }) {
                advice.append("Change 'runs_on', or say with --kind of what kind this machine is.")
            }
            return (lines + rest + advice).joined(separator: "\n")
        case .wrongStatus(let run, let status): return "run \(run) is \(status.rawValue)"
        case .unknownTask(let task): return "run \(task.run) has no task number \(task.task.index)"
        case .wrongState(let task, let state):
            return
                "task \(task.task.index) of run \(task.run) is \(state.rawValue), so nothing can wait for its success"
        case .notAsking(let task, let state):
            return "task \(task.task.index) of run \(task.run) is \(state.rawValue), so it asks for no approval"
        case .separateRuns(let tasks):
            let runs = Set(tasks.map(\.run)).sorted().map(\.description).joined(separator: ", ")
            return "the tasks to wait for belong to different runs (\(runs)); submit them as one workflow"
        case .invalidPriority(let priority): return "a priority is between 0 and 100, not \(priority)"
        }
    }
}

extension Resources {
    /// What is not zero, in words: `2 cores, 4.0 GB memory`.
    public var text: String {
        var parts: [String] = []
        if milliCPU > 0 {
            let tenths = milliCPU / 100
            parts.append(tenths % 10 == 0 ? "\(tenths / 10) cores" : "\(tenths / 10).\(tenths % 10) cores")
        }
        if memoryBytes > 0 { parts.append("\(ByteCount.format(memoryBytes)) memory") }
        if gpus > 0 { parts.append(gpus == 1 ? "1 GPU" : "\(gpus) GPUs") }
        if diskBytes > 0 { parts.append("\(ByteCount.format(diskBytes)) disk") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }
}
