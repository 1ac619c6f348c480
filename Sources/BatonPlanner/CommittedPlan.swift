import BatonCore
import BatonSimulator

/// A plan for some runs, and how far it has been carried out.
struct CommittedPlan: Sendable {
    /// As long as the tasks are the same, expectations that change do not call for a new plan before this is over: the
    /// order of a plan is worth more than its times.
    private static let patience = Duration.seconds(1)

    /// An order stays good while what workers have together changes by no more than this share.
    private static let tolerated = 1.0 / 16

    /// Which state of the world was planned for.
    private struct Basis: Hashable, Sendable {
        var cluster: Int
        /// By run that was open.
        var revisions: [Int: Int]

        init(_ observation: Observation) {
            cluster = observation.clusterRevision
            revisions = [:]
            for run in observation.openRuns.map(Int.init) { revisions[run] = observation.revision(ofRun: run) }
        }
    }

    private var basis: Basis
    private let begin: Instant
    /// What workers had together when its order was searched for.
    private let capacity: Resources
    /// Nil when the runs can't be planned: other rules serve them.
    private var snapshot: Snapshot?
    private var decoder: SerialDecoder?
    /// Tasks of the snapshot that have not ended, in the order of the plan: one that fails has its place in it still.
    private var list: [Int32] = []
    private var reason = ""
    /// Nil once a decision has carried it.
    private var rationale: Rationale?
    /// By task of the snapshot, the number under which it last became ready; -1 before.
    private var numbers: [Int] = []
    private var seen: Int
    /// A task needs more than was planned.
    private var isBroken = false

    /// - Parameters:
    ///   - mostTasks: with more left to do there is no plan.
    ///   - former: what was followed so far. The search begins with it, and takes no more than a two-hundredth of the time that
    ///     it has lasted: a cluster that changes all the time is not planned for all the time.
    init(
        _ observation: Observation, _ objective: Objective, _ budget: PlanBudget, mostTasks: Int,
        network: SchedulingNetwork?, omitted: Set<Intelligent.Ingredient>, after former: CommittedPlan?
    ) {
        basis = Basis(observation)
        begin = observation.now
        seen = observation.oldestWaiting
        capacity = observation.totalCapacity
        let runs = observation.openRuns.map(Int.init)
        let left = runs.reduce(0) { $0 + observation.run(at: $1).unfinishedTasks }
        guard left <= mostTasks, !runs.contains(where: observation.hasLimits),
            let snapshot = Snapshot(runs, observation, keepsPriorities: !objective.weighsPriorities),
            snapshot.problem.count > 0
        else { return }
        let earlier = former?.urgency(of: snapshot)
        let lasted = earlier == nil ? nil : former.map { begin.nanoseconds - $0.begin.nanoseconds }
        let isOver = budget.limit(replacing: lasted)
        let (problem, underway) = asItIs(observation, snapshot)
        var search = MakespanSearch(
            problem, objective, seed: 1, network: network, earlier: earlier, underway: underway)
        if !omitted.contains(.search), !omitted.contains(.rollouts) { search.run(isOver: isOver) }
        list = omitted.contains(.rollouts) ? search.unsearched : search.best.list
        numbers = Array(repeating: -1, count: snapshot.problem.count)
        decoder = SerialDecoder(snapshot.problem)
        self.snapshot = snapshot
        reason = Self.reason(search, objective)
        rationale = Self.rationale(search)
    }

    /// What runs already is shorter by what has passed of it, and comes before all that has not begun.
    private func asItIs(_ observation: Observation, _ snapshot: Snapshot) -> (StaticProblem, underway: [Int32]) {
        var problem = snapshot.problem
        var underway: Set<Int32> = []
        // Of a task and its copy the one that ends first counts.
        for task in running(observation, snapshot, 0) {
            let isFirst = underway.insert(Int32(task.task)).inserted
            problem.durations[task.task] = isFirst ? task.end : min(problem.durations[task.task], task.end)
        }
        return (problem, underway.sorted())
    }

    /// Goes on in the same order where only workers came or went, and only a few: with a hundred of them some come or go every
    /// moment, and a search for each would find hardly another.
    ///
    /// - Returns: false where its order is good no longer.
    mutating func adapt(to observation: Observation) -> Bool {
        let basis = Basis(observation)
        guard !isBroken, basis.revisions == self.basis.revisions,
            abs(observation.totalCapacity.dominantShare(of: capacity) - 1) <= Self.tolerated,
            snapshot?.move(to: observation) == true
        else { return false }
        self.basis = basis
        decoder = snapshot.map { SerialDecoder($0.problem) }
        reason = "starts now in the order of the plan from before workers came or went"
        return true
    }

    /// What comes earlier in this plan is the more urgent; what it does not know is so most.
    ///
    /// - Returns: by task of the other snapshot; nil where it has other runs, or there is no plan.
    private func urgency(of other: Snapshot) -> [Double]? {
        guard let snapshot, other.tasks.allSatisfy({ snapshot.taskCount(ofRun: $0.run) != nil }) else { return nil }
        var urgency = [Double](repeating: 1, count: other.problem.count)
        for (position, task) in list.enumerated() {
            let task = snapshot.tasks[Int(task)]
            if let place = other.place(of: task.index, inRun: task.run) { urgency[place] = -Double(position) }
        }
        return urgency
    }

    private static func reason(_ search: MakespanSearch, _ objective: Objective) -> String {
        let end = DurationText.format(.nanoseconds(search.best.makespanNanoseconds))
        guard search.isMakespan else {
            let goal = search.hasDeadlines ? "deadlines and \(objective)" : "\(objective)"
            return search.isOptimal
                ? "starts now in a schedule of \(end), and none is better by \(goal)"
                : "starts now in the best of \(search.decodedCount) schedules by \(goal), \(end)"
        }
        if search.isOptimal { return "starts now in a schedule of \(end), and none is shorter" }
        let best = "starts now in the best of \(search.decodedCount) schedules, \(end)"
        guard search.first.score > search.best.score else { return best }
        let first = DurationText.format(.nanoseconds(search.first.makespanNanoseconds))
        return best + "; by the longest path first: \(first)"
    }

    private static func rationale(_ search: MakespanSearch) -> Rationale {
        let found = Proposal(by: "search", makespan: .nanoseconds(search.best.makespanNanoseconds))
        let first = Proposal(by: "longest path first", makespan: .nanoseconds(search.first.makespanNanoseconds))
        let isBetter = search.best.score < search.first.score
        return Rationale(
            chosen: isBetter ? found : first, alternatives: [isBetter ? first : found],
            considered: search.decodedCount, isOptimal: search.isOptimal)
    }

    /// For a decision that starts something by this plan.
    mutating func followed() -> FollowedPlan { rationale.take().map { .new($0) } ?? .same }

    /// There is something that it can decide.
    var isUsable: Bool { snapshot != nil }

    /// Whether it was made for what is there now.
    func isCurrent(_ observation: Observation) -> Bool {
        guard !isBroken else { return false }
        let basis = Basis(observation)
        // A run that has ended leaves the plans of the others as they are.
        let isKnown = basis.revisions.allSatisfy { self.basis.revisions[$0.key] == $0.value }
        guard basis.cluster == self.basis.cluster else { return false }
        if isKnown { return true }
        guard let snapshot, observation.now < begin.advanced(by: Self.patience) else { return false }
        return basis.revisions.keys.allSatisfy { snapshot.taskCount(ofRun: $0) == observation.graph(ofRun: $0).count }
    }

    /// Starts what the rest of the plan, laid out around what runs, starts now.
    mutating func placements(_ observation: Observation) -> [Placement] {
        guard let snapshot, var decoder = self.decoder.take() else { return [] }
        defer { self.decoder = decoder }
        readReady(observation, snapshot)
        let now = observation.now.nanoseconds - begin.nanoseconds
        var rest = Rest(count: snapshot.problem.count)
        list.removeAll { place in
            let task = snapshot.tasks[Int(place)]
            let state = observation.state(of: task.index, inRun: task.run)
            rest.add(place, state, isKnown: numbers[Int(place)] >= 0, since: begin)
            return state.isTerminal
        }
        guard !list.isEmpty else {
            self.snapshot = nil  // what is left was not planned
            return []
        }
        let starting = decoder.starting(
            startable(rest, snapshot), isReady: rest.isReady, running: running(observation, snapshot, now), now: now,
            releases: rest.releases)
        var builder = PlacementBuilder(observation)
        for task in starting.map(Int.init) {
            guard let ready = observation.ready(numbers[task]) else { continue }
            let worker = Worker.ID(Int(decoder.places[task]))
            if case .placed = builder.place(ready, on: worker, reason: reason) { continue }
            isBroken = true
        }
        return builder.placements
    }

    /// What has not started, in the order of the plan.
    private struct Rest {
        var list: [Int32] = []
        var isReady: [Bool]
        /// What a person is asked about.
        var asking: [Int32] = []
        /// What failed, and is to be tried again after a while.
        var releases: [SerialDecoder.Release] = []

        init(count: Int) { isReady = Array(repeating: false, count: count) }

        mutating func add(_ place: Int32, _ state: TaskState, isKnown: Bool, since begin: Instant) {
            switch state {
            case .running, .succeeded, .failed, .skipped, .cancelled: return
            case .blocked: break
            case .ready: isReady[Int(place)] = isKnown
            case .awaitingApproval: asking.append(place)
            case .backingOff(let until):
                releases.append(.init(task: Int(place), at: until.nanoseconds - begin.nanoseconds))
            }
            list.append(place)
        }
    }

    /// What waits for a person, and what comes after it, keeps no room from others: nobody knows when the answer comes.
    private func startable(_ rest: Rest, _ snapshot: Snapshot) -> [Int32] {
        if rest.asking.isEmpty { return rest.list }
        var isHeld = Array(repeating: false, count: snapshot.problem.count)
        var held = rest.asking
        while let task = held.popLast() {
            isHeld[Int(task)] = true
            held += snapshot.problem.graph.successors(of: Int(task)).filter { !isHeld[Int($0)] }
        }
        return rest.list.filter { !isHeld[Int($0)] }
    }

    private mutating func readReady(_ observation: Observation, _ snapshot: Snapshot) {
        while seen < observation.readiedCount {
            if let task = observation.ready(seen),
                let place = snapshot.place(of: Int(task.reference.task.index), inRun: task.run)
            {
                numbers[place] = seen
            }
            seen += 1
        }
    }

    private func running(_ observation: Observation, _ snapshot: Snapshot, _ now: Int64) -> [SerialDecoder.Running] {
        (0..<observation.workerCount).flatMap { worker in
            observation.running(on: Worker.ID(worker)).compactMap { task in
                guard let place = snapshot.place(of: Int(task.reference.task.index), inRun: task.run) else {
                    return nil
                }
                // What is late may end at any time.
                let end = max(task.expectedEnd.nanoseconds - begin.nanoseconds, now + 1)
                return SerialDecoder.Running(task: place, machine: worker, end: end)
            }
        }
    }
}
