internal import BatonPrediction

extension WfTrace {
    /// A recorded run as a trace of measured attempts.
    ///
    /// The format has no stamps for tasks: each is taken to have started when the last of its parents ended, the first at
    /// 0, so that whatever a task waits for completed before it. The size of its input is that of the files it reads.
    static func readTrace(_ root: DocumentNode, name: String) throws(DocumentProblem) -> Trace {
        let run = try WfTrace(root)
        let (submitted, completed) = try run.stamps(root)
        var trace = Trace(name: name)
        for (place, task) in run.tasks.enumerated() {
            guard task.isRecorded else {
                trace.flaws.unsuccessful += 1
                continue
            }
            let input = task.inputs.reduce(0.0) { $0 + Double($1.bytes) }
            trace.rows.append(
                Trace.Row(
                    profile: TaskProfile(
                        signature: task.kind, tool: task.kind, inputBytes: input > 0 ? input : nil),
                    measurement: Measurement(
                        durationSeconds: task.seconds, peakMemoryBytes: task.memoryBytes, cpuPercent: task.load,
                        writtenBytes: task.writtenBytes),
                    submittedAt: submitted[place], completedAt: completed[place], readBytes: task.readBytes))
        }
        trace.sortByCompletion()
        return trace
    }

    /// When each task could start and would have ended, in seconds, were there machines for all.
    private func stamps(_ root: DocumentNode) throws(DocumentProblem) -> (submitted: [Double], completed: [Double]) {
        let parents = try parents()
        var children = Array(repeating: [Int](), count: tasks.count)
        var waiting = parents.map(\.count)
        for (place, parents) in parents.enumerated() {
            for parent in parents.sorted() { children[Int(parent)].append(place) }
        }
        var submitted = Array(repeating: 0.0, count: tasks.count)
        var completed = submitted
        var ready = tasks.indices.filter { waiting[$0] == 0 }
        var next = 0
        while next < ready.count {
            let place = ready[next]
            next += 1
            completed[place] = submitted[place] + (tasks[place].seconds ?? 0)
            for child in children[place] {
                submitted[child] = max(submitted[child], completed[place])
                waiting[child] -= 1
                if waiting[child] == 0 { ready.append(child) }
            }
        }
        guard next == tasks.count else {
            throw DocumentProblem(root.position, "tasks wait for each other", hint: "Break the cycle of parents.")
        }
        return (submitted, completed)
    }
}

extension WfTrace.Task {
    fileprivate var isRecorded: Bool { seconds != nil || memoryBytes != nil || load != nil }
}
