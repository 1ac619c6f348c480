// Tasks that join a run while it goes on: scheduled one by one, by somebody who did not know them all before.

extension Engine {
    /// - Throws: `invalidWorkflow` for a task that is wrong by itself or needs more than a plain task has,
    ///   `unknownTask`, `neverFits`.
    func check(_ tasks: [Run.AddedTask], for run: Run.ID) throws(CommandError) {
        let count = instances(of: run).count
        for added in tasks {
            if let stray = added.needs.first(where: { !(0..<count).contains(Int($0.index)) }) {
                throw .unknownTask(TaskReference(run: run, task: stray))
            }
            let alone = Workflow(name: "added", tasks: [added.task])
            var problems = alone.validate().filter { $0.severity == .error }
            if added.task.fanOut != nil || added.task.isFinally || !added.task.request.slots.isEmpty {
                problems.append(
                    WorkflowError.Problem(
                        path: ["tasks", added.task.name],
                        message: "a task that is added to a run can't have 'foreach', 'finally' or limits"))
            }
            if !problems.isEmpty { throw .invalidWorkflow(WorkflowError(problems)) }
            guard let expansion = try? alone.expand(parameters: []) else { continue }
            let misfits = misfits(in: expansion)
            if !misfits.isEmpty { throw .neverFits(misfits) }
        }
    }

    mutating func add(_ tasks: [Run.AddedTask], to run: Run.ID, at now: Instant, into effects: inout [Effect]) {
        guard let index = runIndex[run], !runs[index].status.isTerminal else { return }
        let first = runs[index].states.count
        if runs[index].append(tasks) { generation += 1 }
        let added = Array(runs[index].expansion.instances[first...])
        effects.append(
            .announce(.tasksAdded(run, first: TaskInstance.ID(first), added, runs[index].expansion.graph)))
        var settled = Worklist()
        for task in runs[index].states.indices[first...] {
            let missed = runs[index].expansion.graph.dependencies(of: task).first { dependency in
                runs[index].states[Int(dependency)].isTerminal && !runs[index].isSatisfied(Int(dependency), for: task)
            }
            if let missed {
                settled.push(task, .skipped(because: .dependency(TaskInstance.ID(Int(missed)))))
            } else if case .blocked(waitingFor: 0) = runs[index].states[task] {
                unblock(task, in: index, at: now, &settled, into: &effects)
            }
        }
        propagate(&settled, in: index, at: now, into: &effects)
        effects.append(.decide)
    }
}
