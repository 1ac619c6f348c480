public import BatonCore

/// The plans of all open runs, made by one planner on the same workers.
struct PlanBook<Rule: Planner>: Sendable {
    /// The plan of one run, by index of its tasks.
    private struct RunPlan: Sendable {
        var revision: Int
        /// -1 where a task has no place.
        var workers: [Int32]
        var starts: [Int64]
        var ends: [Int64]
    }

    private struct Item: Sendable {
        var start: Int64
        var run: Int32
        var task: Int32
    }

    /// Room that a worker keeps for a task which is not ready yet.
    struct Reservation: Sendable {
        var start: Int64
        var demand: Resources
    }

    private let rule: Rule
    /// By index of the run; nil where there is none.
    private var plans: [RunPlan?] = []
    /// What is planned on each worker, by start; may hold tasks that have started or were planned anew.
    private var agenda: [[Item]] = []
    private var clusterRevision = -1

    init(_ rule: Rule) {
        self.rule = rule
    }

    func entry(of task: ReadyTask) -> (worker: Int, start: Int64)? {
        let index = Int(task.reference.task.index)
        guard task.run < plans.count, let plan = plans[task.run], index < plan.workers.count,
            plan.workers[index] >= 0
        else { return nil }
        return (Int(plan.workers[index]), plan.starts[index])
    }

    /// Plans what has no plan, or an old one.
    ///
    /// - Returns: true when something was planned.
    mutating func update(_ observation: Observation) -> Bool {
        while plans.count < observation.runCount { plans.append(nil) }
        let isNewCluster = clusterRevision != observation.clusterRevision
        clusterRevision = observation.clusterRevision
        let stale = observation.openRuns.map(Int.init).filter { run in
            isNewCluster || plans[run]?.revision != observation.revision(ofRun: run)
        }
        if stale.isEmpty { return false }
        for run in stale { plans[run] = nil }
        var timelines = makeTimelines(observation)
        for run in stale { plan(run, observation, &timelines) }
        makeAgenda(observation)
        return true
    }

    /// The first task on a worker's agenda that is still to come and can't start yet.
    func nextBlocked(on worker: Int, _ observation: Observation) -> Reservation? {
        guard worker < agenda.count else { return nil }
        let items = agenda[worker]
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].start <= observation.now.nanoseconds { low = middle + 1 } else { high = middle }
        }
        for item in items[low...] {
            switch observation.state(of: Int(item.task), inRun: Int(item.run)) {
            case .blocked, .backingOff:
                let demand = observation.grant(for: Int(item.task), inRun: Int(item.run), on: Worker.ID(worker))
                return Reservation(start: item.start, demand: demand)
            case .awaitingApproval, .ready, .running, .succeeded, .failed, .skipped, .cancelled:
                continue
            }
        }
        return nil
    }

    // MARK: Planning

    /// What runs, and what the plans that stay have booked from now on.
    private func makeTimelines(_ observation: Observation) -> [Timeline] {
        let now = observation.now.nanoseconds
        var bookings = Array(repeating: [Timeline.Booking](), count: observation.workerCount)
        for run in observation.openRuns.map(Int.init) {
            guard let plan = plans[run] else { continue }
            for (task, worker) in plan.workers.enumerated() where worker >= 0 {
                guard observation.state(of: task, inRun: run).isYetToStart else { continue }
                let start = max(plan.starts[task], now)
                let demand = observation.grant(for: task, inRun: run, on: Worker.ID(Int(worker)))
                let end = start + plan.ends[task] - plan.starts[task]
                bookings[Int(worker)].append(Timeline.Booking(from: start, to: end, amount: demand))
            }
        }
        return (0..<observation.workerCount).map { worker in
            var capacity = observation.free[worker]
            for running in observation.running(on: Worker.ID(worker)) {
                capacity += running.grant
                let end = max(running.expectedEnd.nanoseconds, now + 1)
                bookings[worker].append(Timeline.Booking(from: now, to: end, amount: running.grant))
            }
            return Timeline(capacity: capacity, bookings: bookings[worker])
        }
    }

    private mutating func plan(_ run: Int, _ observation: Observation, _ timelines: inout [Timeline]) {
        let problem = PlanningProblem(run, observation)
        let now = observation.now
        var schedule = Schedule(taskCount: problem.graph.count, timelines: timelines, now: now.nanoseconds)
        timelines = []  // so that the schedule changes them in place
        var tasks: [Int] = []
        for task in 0..<problem.graph.count {
            let state = observation.state(of: task, inRun: run)
            if state.isYetToStart {
                if case .backingOff(let until) = state { schedule.starts[task] = max(until, now).nanoseconds }
                if !observation.isFinally(task, inRun: run) { tasks.append(task) }
                continue
            }
            guard let worker = observation.worker(of: task, inRun: run) else { continue }
            schedule.processors[task] = worker.index
            if case .running(let running) = state {
                let nanoseconds = problem.cost(task, Int(worker.index))
                schedule.ends[task] = max(running.since.nanoseconds + nanoseconds, now.nanoseconds)
            }
        }
        rule.plan(tasks, of: problem, into: &schedule)
        timelines = schedule.timelines
        var workers = Array(repeating: Int32(-1), count: problem.graph.count)
        for task in tasks { workers[task] = schedule.processors[task] }
        plans[run] = RunPlan(
            revision: observation.revision(ofRun: run), workers: workers, starts: schedule.starts, ends: schedule.ends
        )
    }

    private mutating func makeAgenda(_ observation: Observation) {
        agenda = Array(repeating: [], count: observation.workerCount)
        for run in observation.openRuns {
            guard let plan = plans[Int(run)] else { continue }
            for (task, worker) in plan.workers.enumerated() where worker >= 0 {
                guard observation.state(of: task, inRun: Int(run)).isYetToStart else { continue }
                agenda[Int(worker)].append(Item(start: plan.starts[task], run: run, task: Int32(task)))
            }
        }
        for worker in agenda.indices {
            agenda[worker].sort { ($0.start, $0.run, $0.task) < ($1.start, $1.run, $1.task) }
        }
        for run in plans.indices where plans[run] != nil && observation.run(at: run).unfinishedTasks == 0 {
            plans[run] = nil
        }
    }
}

extension PlanningProblem {
    /// A run on a cluster: workers are processors, one column for those of one speed, size and kind.
    public init(_ run: Int, _ observation: Observation) {
        graph = observation.graph(ofRun: run)
        var models: [Worker] = []
        kinds = []
        rates = []
        usable = []
        for index in 0..<observation.workerCount {
            let worker = observation.worker(Worker.ID(index))
            let known = models.firstIndex {
                $0.speedPermille == worker.speedPermille && $0.capacity == worker.capacity && $0.kind == worker.kind
            }
            kinds.append(Int32(known ?? models.count))
            if known == nil { models.append(worker) }
            rates.append(worker.networkBytesPerSecond)
            if observation.isAlive(worker.id) { usable.append(index) }
        }
        let durations = observation.durations(ofRun: run)
        isGroup = []
        costs = []
        demands = []
        inputBytes = []
        for task in 0..<graph.count {
            isGroup.append(!observation.isCommand(task, inRun: run))
            inputBytes.append(observation.inputBytes(of: task, inRun: run))
            for model in models {
                costs.append(model.executionNanoseconds(durations[task]))
                demands.append(observation.grant(for: task, inRun: run, on: model.id))
            }
        }
        tasksFetch = true
    }
}

extension TaskState {
    /// True for what a plan can still place.
    fileprivate var isYetToStart: Bool {
        switch self {
        case .blocked, .awaitingApproval, .ready, .backingOff: true
        case .running, .succeeded, .failed, .skipped, .cancelled: false
        }
    }
}
