import BatonCore
import BatonStore

// Single tasks: those that come in together join one run, so that each costs little more than its process.

extension Orchestrator {
    /// What a run of single tasks is called, and by what their history is found.
    public static let queueName = "scheduled"
    /// Instances of such a run at most: each addition costs a look at all of them, and each run a supervisor.
    private static let queueLength = 500

    func takeInScheduled() {
        guard !scheduled.isEmpty else { return }
        let tasks = scheduled
        scheduled = []
        if let storeTrouble { return tasks.forEach { $0.answer(.failure(.store(storeTrouble))) } }
        var room = setup.options.queueSize - (engine.workerCount > 0 ? engine.openTasks.unfinished : 0)
        var groups: [Home: [Inbox.Scheduled]] = [:]
        for task in tasks {
            do throws(RuntimeError) {
                guard room > 0 else { throw .queueFull(limit: setup.options.queueSize) }
                groups[try home(of: task), default: []].append(task)
                room -= 1
            } catch {
                task.answer(.failure(error))
            }
        }
        for (home, group) in groups {
            switch home {
            case .run(let run): add(group[...], to: run)
            case .new: open(group)
            }
        }
    }

    /// Which run a task joins.
    private enum Home: Hashable {
        case run(Run.ID)
        case new(directory: String)
    }

    /// The run of the tasks that it waits for, else the one that takes tasks in now.
    private func home(of task: Inbox.Scheduled) throws(RuntimeError) -> Home {
        var open: [TaskReference] = []
        for need in task.needs where try isOpen(need) { open.append(need) }
        if let first = open.first {
            guard open.allSatisfy({ $0.run == first.run }) else { throw .refused(.separateRuns(open)) }
            return .run(first.run)
        }
        if let queue, runs[queue] != nil, engine.status(of: queue) == .running,
            engine.submission(of: queue)?.directory == task.directory,
            engine.instances(of: queue).count < Self.queueLength
        {
            return .run(queue)
        }
        return .new(directory: task.directory)
    }

    /// Whether a task that another waits for has yet to end.
    ///
    /// - Throws: when it is none that was scheduled by itself, or did not succeed.
    private func isOpen(_ need: TaskReference) throws(RuntimeError) -> Bool {
        guard let state = state(of: need) else { throw .refused(.unknownTask(need)) }
        switch state {
        case .succeeded: return false
        case .blocked, .awaitingApproval, .ready, .running, .backingOff:
            guard runs[need.run] != nil else { throw .alreadyDriven(need.run) }
            return true
        case .failed, .skipped, .cancelled: throw .refused(.wrongState(need, state))
        }
    }

    /// Also of tasks whose run has ended.
    private func state(of task: TaskReference) -> TaskState.Label? {
        if let known = engine.state(of: task) {
            return engine.submission(of: task.run)?.workflow.name == Self.queueName ? known.label : nil
        }
        let tasks = (try? store.tasks(of: task.run, in: nil)) ?? []
        return tasks.indices.contains(Int(task.task.index)) ? tasks[Int(task.task.index)].state : nil
    }

    /// The first task that can be run makes a run, which the others join.
    private func open(_ group: [Inbox.Scheduled]) {
        for (place, task) in group.enumerated() {
            let run = Run.ID(at: clock.now, random: UInt32.random(in: 0...UInt32.max))
            let workflow = Workflow(name: Self.queueName, tasks: [task.task])
            do throws(RuntimeError) {
                try begin(
                    Run.Submission(run: run, workflow: workflow, parameters: [], directory: task.directory))
            } catch {
                task.answer(.failure(error))
                continue
            }
            queue = run
            answers.append { refusal in task.settle(TaskReference(run: run, task: TaskInstance.ID(0)), refusal) }
            return add(group[(place + 1)...], to: run)
        }
    }

    private func add(_ group: ArraySlice<Inbox.Scheduled>, to run: Run.ID) {
        guard let driven = runs[run] else { preconditionFailure("run \(run) takes tasks in and is not driven here") }
        var place = engine.instances(of: run).count
        var tasks: [Run.AddedTask] = []
        for task in group {
            let needs = task.needs.filter { $0.run == run }.map(\.task)
            let added = Run.AddedTask(
                task: task.task, needs: needs, estimate: estimate(of: task.task, joining: driven))
            do {
                _ = try engine.validate(.add([added], to: run))
            } catch {
                task.answer(.failure(.refused(error)))
                continue
            }
            let reference = TaskReference(run: run, task: TaskInstance.ID(place))
            answers.append { refusal in task.settle(reference, refusal) }
            tasks.append(added)
            place += 1
        }
        guard !tasks.isEmpty else { return }
        handle(.tasksAdded(run, tasks))
    }
}

extension Inbox.Scheduled {
    func settle(_ reference: TaskReference, _ refusal: RuntimeError?) {
        answer(refusal.map { .failure($0) } ?? .success(reference))
    }
}
