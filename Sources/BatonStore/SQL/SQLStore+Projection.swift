import BatonCore

extension SQLStore {
    /// Writes what a batch changed; `sequence` is that of its last event.
    func write(
        _ projection: Projection, sequence: Int64, with statements: AppendStatements
    ) throws(StoreError) {
        for (submission, at) in projection.newRuns {
            try statements.addRun.run([
                .text(submission.run.description), .text(submission.workflow.name), .text(submission.source),
                .text(submission.directory), .utf8(try json(submission.parameters)), .integer(at.nanoseconds),
            ])
        }
        for (run, status, at) in projection.runStatuses {
            try statements.setRunStatus.run([
                .text(status.rawValue), status.isTerminal ? .integer(at.nanoseconds) : .null, .text(run.description),
            ])
        }
        for tasks in projection.newTasks { try add(tasks, sequence: sequence, with: statements) }
        for (task, standing) in projection.taskUpdates {
            try statements.setTask.run([
                .text(standing.state.rawValue), try detail(standing), .integer(standing.attempt),
                .integer(standing.since.nanoseconds), .integer(sequence), .text(task.run.description),
                .integer(task.task.index),
            ])
        }
        for (run, task, priority) in projection.priorities {
            try statements.setPriority.run([
                .integer(priority), .integer(sequence), .text(run.description),
                task.map { .integer($0.index) } ?? .null,
            ])
        }
        for change in projection.attempts { try write(change, with: statements) }
        for (run, status, at) in projection.runStatuses where status.isTerminal {
            try statements.addRunMetrics.run([.text(run.description), .integer(at.nanoseconds)])
            // Nothing moves in a run that has ended, so its tasks need not be counted for each list that shows it.
            try statements.setRunCounts.run([.text(run.description)])
        }
        if let state = projection.systemState {
            try statements.addSystemState.run([
                .integer(state.at.nanoseconds), .text(state.run.description), .real(state.cpuUtilization),
                .real(state.memoryUtilization), .integer(Int64(state.activeTasks)), .integer(Int64(state.pendingTasks)),
                .integer(Int64(state.failedTasks)), .real(state.tasksPerSecond),
            ])
        }
        for (run, tasks) in projection.estimates {
            let run = SQLValue.text(run.description)
            for task in tasks {
                let estimate = task.estimate
                try statements.setPrediction.run([
                    run, .integer(task.task.index), .integer(estimate.durationP50Nanoseconds),
                    .integer(estimate.durationP90Nanoseconds), .integer(estimate.peakMemoryP50Bytes),
                    .integer(estimate.peakMemoryP99Bytes), .integer(estimate.largestSeenMemoryBytes),
                    .integer(estimate.sampleCount), .text(estimate.model),
                    estimate.requestMilliCPU.map { .integer($0) } ?? .null,
                ])
            }
        }
    }

    private func add(
        _ tasks: Projection.NewTasks, sequence: Int64, with statements: AppendStatements
    ) throws(StoreError) {
        let run = SQLValue.text(tasks.run.description)
        let created = SQLValue.integer(tasks.created.nanoseconds)
        for (offset, instance) in tasks.instances.enumerated() {
            let standing = tasks.standings[offset]
            try statements.addTask.run([
                run, .integer(Int64(tasks.first + offset)), .text(instance.name),
                .text(tasks.templates[Int(instance.task)]), .text(instance.isGroup ? "group" : "command"),
                .integer(instance.priority), .text(standing.state.rawValue), try detail(standing),
                .integer(standing.attempt), created, .integer(standing.since.nanoseconds), .integer(sequence),
                .text(instance.metadata), needs(tasks.needs(offset)),
            ])
        }
        for (task, needs) in tasks.rewired { try statements.setNeeds.run([self.needs(needs), run, .integer(task)]) }
    }

    /// As a JSON list, from which the view `task_dependencies` is made.
    private func needs(_ tasks: [Int32]) -> SQLValue {
        if tasks.isEmpty { return .null }
        var text: [UInt8] = [UInt8(ascii: "[")]
        for task in tasks {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text += String(task).utf8
        }
        text.append(UInt8(ascii: "]"))
        return .utf8(text)
    }

    private func write(
        _ change: Projection.AttemptChange, with statements: AppendStatements
    ) throws(StoreError) {
        switch change {
        case .started(let attempt, let running, let decision):
            let run = SQLValue.text(attempt.run.description)
            let task = SQLValue.integer(attempt.task.index)
            let started = SQLValue.integer(running.since.nanoseconds)
            try statements.addAttempt.run([
                run, task, .integer(attempt.number), .integer(running.worker.index), .integer(running.grant.milliCPU),
                .integer(running.grant.memoryBytes), .integer(running.grant.gpus), .integer(running.grant.diskBytes),
                started,
            ])
            guard let decision else { return }
            try statements.addDecision.run([
                run, task, .integer(attempt.number), .integer(decision.number), started, .text(decision.reason),
                .text(decision.policy),
            ])
        case .grew(let attempt, let memoryBytes):
            try statements.growAttempt.run([
                .integer(memoryBytes), .text(attempt.run.description), .integer(attempt.task.index),
                .integer(attempt.number),
            ])
        case .ended(let attempt, let outcome, let usage, let at):
            try end(attempt, outcome, usage, at: at, with: statements)
        case .lost(let task, let left, let at):
            try statements.loseAttempt.run([
                .integer(at.nanoseconds), .text(task.run.description), .integer(task.task.index), .integer(left),
            ])
        }
    }

    private func end(
        _ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?, at: Instant, with statements: AppendStatements
    ) throws(StoreError) {
        let run = SQLValue.text(attempt.run.description)
        let failure = outcome.failure
        let measured: [SQLValue] =
            if let usage {
                [
                    .integer(usage.wall.nanoseconds), .integer(usage.userCPU.nanoseconds),
                    .integer(usage.systemCPU.nanoseconds), .integer(usage.peakMemoryBytes), .integer(usage.readBytes),
                    .integer(usage.writtenBytes), .text(usage.meter.rawValue),
                ]
            } else {
                [.null, .null, .null, .null, .null, .null, .null]
            }
        try statements.endAttempt.run(
            [
                .text(outcome.attemptStatus.rawValue), .integer(at.nanoseconds), exitCode(of: outcome),
                failure == nil ? .null : .utf8(try json(failure)),
            ] + measured + [run, .integer(attempt.task.index), .integer(attempt.number)])
        if case .succeeded = outcome, let usage {
            try statements.completePrediction.run([
                .integer(usage.wall.nanoseconds), .integer((usage.userCPU + usage.systemCPU).nanoseconds),
                .integer(usage.peakMemoryBytes), run, .integer(attempt.task.index),
            ])
        }
    }

    private func exitCode(of outcome: Outcome) -> SQLValue {
        switch outcome {
        case .succeeded, .failed(.missingOutputs): 0
        case .failed(.exitCode(let code)): .integer(code)
        case .failed, .reused, .stopped, .lost: .null
        }
    }

    private func detail(_ standing: Projection.Standing) throws(StoreError) -> SQLValue {
        guard let detail = standing.detail else { return .null }
        return .utf8(try json(detail))
    }
}
