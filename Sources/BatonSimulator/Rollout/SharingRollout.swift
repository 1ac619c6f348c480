public import BatonCore

/// A simulation of several jobs that share a cluster, reduced to flat arrays: what came of it if jobs had been served by
/// `BatonPolicies.SizeAwareSharing` under other parameters.
///
/// It says what `Simulation` would under that policy, with grants that are the problem's demands, nothing failing and
/// durations as they are in the problem: a test compares every completion. It can be run in pieces, so that a decision
/// can do a little of it and return.
public struct SharingRollout: Sendable {
    /// The parameters of the rule.
    public struct Rule: Hashable, Sendable {
        /// While long tasks hold so many millionths of the cluster no more of them start.
        public var longParts: Int
        /// Tasks that take longer are long, in nanoseconds.
        public var longNanoseconds: Int64
        /// Of `J` open jobs each holds up to `cap / J` of the cluster; nil for all of it.
        public var cap: Double?
        /// What a job has left is counted in time of all machines; else in time of its tasks.
        public var byArea: Bool
        /// A task that fills a machine better can go before one whose job has less left (`Packing`), where jobs differ neither in
        /// class nor have deadlines.
        public var packs: Bool
        /// Jobs bid: they are served by their bids instead of the usual places.
        public var byBids: Bool
        /// How long others may pass a task that has no room, in nanoseconds; nil for ever.
        public var patience: Int64?
        /// What the wait of a job costs.
        public var cost: WaitingCost

        public init(
            longParts: Int, longNanoseconds: Int64, cap: Double?, byArea: Bool, packs: Bool = false,
            byBids: Bool = false, patience: Int64? = nil, cost: WaitingCost = WaitingCost()
        ) {
            self.longParts = longParts
            self.longNanoseconds = longNanoseconds
            self.cap = cap
            self.byArea = byArea
            self.packs = packs
            self.byBids = byBids
            self.patience = patience
            self.cost = cost
        }
    }

    /// What jobs bid, instead of what the rule would say of them.
    public struct Bids: Sendable {
        /// Of each task among those of its job, the smaller the earlier, `[V]`.
        public var places: [Int32]
        /// What each job's remaining work is multiplied by, in the order of arrival, `[J]`.
        public var weights: [Double]

        public init(places: [Int32], weights: [Double]) {
            self.places = places
            self.weights = weights
        }
    }

    let shape: RolloutShape
    let problem: StaticProblem
    let total: Resources
    /// The tasks of each job in the order in which they are preferred, job by job, `[V]`; by the rule and by bids.
    private let order: (usual: [Int32], byBids: [Int32]?)
    var weights: [Double]?
    /// Millionths of the cluster, `[V]`.
    private let parts: [Int]

    var rule = Rule(longParts: .max, longNanoseconds: .max, cap: nil, byArea: true)
    /// From arrival to end of each job that has ended, in the order of arrival; 0 before, `[J]`.
    public private(set) var completions: [Int64]
    private var nextJob = 0
    private var decision: Int32 = 0
    private var waitingFor: [Int32] = []
    /// When each task could start, `[V]`.
    var readySince: [Int64]
    var free: [Resources] = []
    var ready: BitQueue
    private var running = TimeHeap()
    private var places: [Int32]
    private var unfinished: [Int] = []
    var remaining: [Int64] = []
    /// Over all tasks of a job, the mean share of all machines that they take, weighed by how long they take, `[J]`.
    let widths: [Double]
    var held: [Resources] = []
    private var hasStarted: [Bool]
    /// By job: when it must have come how far, how urgent it is, tasks that could start, since when it has waited for
    /// one to start, and its turn.
    var deadlines: [RunDeadline?]
    let priorities: [Int32]
    var readyCounts: [Int] = []
    private var waitingSince: [Int64] = []
    private var ranks: [RunRank]
    var heldByLong = 0
    /// Jobs that have arrived and not ended, the one with the least left first.
    var open: [Int] = []
    /// For each kind of demand, the decision in which it found no room.
    private var closedIn: [Int32]
    /// Kinds of demand that may still have room in this decision.
    private var kindsLeft = 0
    /// By job, where tasks of one kind are in the order of the queue; empty under rules that do not pack.
    var groups: [[Range<Int>]] = []
    /// Place of each task among those of its job, `[V]`.
    let preferences: (usual: [Int32], byBids: [Int32]?)
    var stepsLeft = 0

    /// - Parameters:
    ///   - problem: jobs on machines that are all alike.
    ///   - places: of each task among those of its job, the smaller the earlier, `[V]`.
    ///   - bids: for rules that go by bids.
    /// - Precondition: machines are alike and nothing is brought from one to another.
    public init(_ problem: StaticProblem, places: [Int32], bids: Bids? = nil) {
        shape = RolloutShape(problem)
        precondition(shape.isUniform, "a rollout of sharing on machines that differ")
        self.problem = problem
        let total = problem.machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        self.total = total
        parts = problem.demands.map { Int(($0.dominantShare(of: total) * 1e6).rounded()) }
        order = (Self.order(problem, places), bids.map { Self.order(problem, $0.places) })
        preferences = (places, bids?.places)
        weights = bids?.weights
        let areas = problem.dominantAreas
        widths = shape.jobs.map { job in
            let length = job.tasks.reduce(0.0) { $0 + Double(problem.durations[$1]) }
            return length > 0 ? job.tasks.reduce(0.0) { $0 + areas[$1] } / length : 0
        }
        let paths = problem.graph.upwardRanks(nanoseconds: problem.durations)
        let ends = problem.latestEnds
        let priorities = shape.jobs.map { job in
            problem.priorities.isEmpty ? 50 : job.tasks.map { problem.priorities[$0] }.max() ?? 50
        }
        self.priorities = priorities
        deadlines = zip(shape.jobs, priorities).map { job, priority in
            RunDeadline(
                latestEnds: ends[job.tasks], durations: problem.durations[job.tasks],
                path: paths[job.tasks].max() ?? 0, priority: priority)
        }
        ranks = shape.jobs.map { _ in RunRank(priority: 0, standing: 0) }
        completions = Array(repeating: 0, count: shape.jobs.count)
        hasStarted = Array(repeating: false, count: shape.count)
        ready = BitQueue(capacity: shape.count)
        self.places = Array(repeating: -1, count: shape.count)
        readySince = Array(repeating: 0, count: shape.count)
        closedIn = Array(repeating: 0, count: shape.kinds.count)
    }

    private static func order(_ problem: StaticProblem, _ places: [Int32]) -> [Int32] {
        problem.jobs.flatMap { job in
            job.tasks.map { Int32($0) }.sorted { places[Int($0)] < places[Int($1)] }
        }
    }

    /// Forgets what was simulated and begins anew under another rule.
    ///
    /// - Parameter weights: instead of those that were bid, `[J]`.
    public mutating func begin(_ rule: Rule, weights: [Double]? = nil) {
        precondition(!rule.byBids || order.byBids != nil, "a rule by bids where nobody bids")
        self.rule = rule
        if let weights { self.weights = weights }
        nextJob = 0
        decision = 0
        waitingFor = shape.dependencyCounts
        free = problem.machines.map(\.capacity)
        let order = rule.byBids ? self.order.byBids! : self.order.usual
        groups = []
        ready.reset(packs ? grouped(order) : order)
        running.removeAll()
        unfinished = shape.jobs.map(\.tasks.count)
        remaining = shape.jobs.map { job in job.tasks.reduce(0) { $0 + shape.durations[$1] } }
        held = Array(repeating: .zero, count: shape.jobs.count)
        heldByLong = 0
        readyCounts = Array(repeating: 0, count: shape.jobs.count)
        waitingSince = Array(repeating: -1, count: shape.jobs.count)
        open.removeAll()
        for task in hasStarted.indices { hasStarted[task] = false }
        for job in deadlines.indices { deadlines[job]?.starts.reset() }
        for job in completions.indices { completions[job] = 0 }
        for index in closedIn.indices { closedIn[index] = 0 }
    }

    /// Simulates on for about so many steps, or until all tasks have ended.
    ///
    /// - Parameter steps: to end a task is eight of them, to look at one that may start is one; some 0.1 µs each.
    /// - Returns: whether all have ended.
    public mutating func advance(steps: Int) -> Bool {
        stepsLeft = steps
        while stepsLeft > 0 {
            let arrival = nextJob < shape.jobs.count ? shape.jobs[nextJob].arrival : .max
            guard let now = running.nextAt.map({ min($0, arrival) }) ?? (arrival == .max ? nil : arrival) else {
                return true
            }
            while nextJob < shape.jobs.count, shape.jobs[nextJob].arrival == now {
                open.append(nextJob)
                for task in shape.jobs[nextJob].tasks where shape.dependencyCounts[task] == 0 { release(task, now) }
                nextJob += 1
            }
            while running.nextAt == now {
                let task = Int(running.pop())
                free[Int(places[task])] += problem.demands[task]
                held[Int(shape.jobOf[task])] -= problem.demands[task]
                if shape.durations[task] > rule.longNanoseconds { heldByLong -= parts[task] }
                finish(task, now)
                stepsLeft -= 8
            }
            decision += 1
            dispatch(now)
        }
        return false
    }

    /// All that the task waited for has ended.
    private mutating func release(_ task: Int, _ now: Int64) {
        if shape.isCommand[task] {
            ready.insert(Int32(task))
            readySince[task] = now
            readyCounts[Int(shape.jobOf[task])] += 1
        } else {
            finish(task, now)
        }
    }

    private mutating func finish(_ task: Int, _ now: Int64) {
        let job = Int(shape.jobOf[task])
        unfinished[job] -= 1
        hasStarted[task] = true  // a group never runs
        remaining[job] -= shape.durations[task]
        if unfinished[job] == 0 {
            completions[job] = now - shape.jobs[job].arrival
            open.removeAll { $0 == job }
        }
        for index in Int(shape.successorOffsets[task])..<Int(shape.successorOffsets[task + 1]) {
            let successor = Int(shape.successors[index])
            waitingFor[successor] -= 1
            if waitingFor[successor] == 0 { release(successor, now) }
        }
    }

    private mutating func dispatch(_ now: Int64) {
        let cap = rule.cap.map { $0 / Double(max(open.count, 1)) }
        if !groups.isEmpty { return pack(cap, now) }
        kindsLeft = shape.kinds.count
        rankOpen(now)
        for job in waitingTooLong(now) where !start(job, atMost: 1, cap, now) { return }
        sortOpen()
        for job in open where kindsLeft > 0 && !start(job, atMost: .max, cap, now) { return }
    }

    /// Starts tasks of the job that have room.
    ///
    /// - Returns: false when one that has none may not be passed any more.
    private mutating func start(_ job: Int, atMost most: Int, _ cap: Double?, _ now: Int64) -> Bool {
        let end = shape.jobs[job].tasks.upperBound
        let least = most == .max ? 0 : readyCounts[job] - most
        var cursor = ready.next(after: shape.jobs[job].tasks.lowerBound - 1)
        while kindsLeft > 0, readyCounts[job] > least, let place = cursor, place < end {
            if let cap, held[job].dominantShare(of: total) >= cap { break }
            cursor = ready.next(after: place)
            stepsLeft -= 1
            if !start(Int(ready.task(at: place)), at: place, of: job, now) { return false }
        }
        return true
    }

    /// Jobs of which nothing has started for too long although others were preferred, the longest wait first.
    private mutating func waitingTooLong(_ now: Int64) -> [Int] {
        for job in open {
            if readyCounts[job] == 0 {
                waitingSince[job] = -1
            } else if waitingSince[job] < 0 {
                waitingSince[job] = now
            }
        }
        guard open.contains(where: { waitingSince[$0] >= 0 && now - waitingSince[$0] >= rule.cost.mostWait }),
            isContested
        else { return [] }
        let isByClass = isByClass
        return open.filter { job in
            waitingSince[job] >= 0
                && rule.cost.isTooLong(now - waitingSince[job], deadlines[job], isByClass: isByClass)
        }.sorted { (waitingSince[$0], $0) < (waitingSince[$1], $1) }
    }

    private var isByClass: Bool {
        rule.cost.hasClasses && open.contains { priorities[$0] != priorities[open[0]] }
    }

    private var isContested: Bool {
        isByClass || rule.cost.lateness > 0 && open.contains { deadlines[$0] != nil }
    }

    /// Starts the task if it may and has room.
    ///
    /// - Returns: false when it has none and may not be passed any more.
    private mutating func start(_ task: Int, at place: Int, of job: Int, _ now: Int64) -> Bool {
        let kind = Int(shape.kindOf[task])
        let isLong = shape.durations[task] > rule.longNanoseconds
        if isLong, heldByLong >= rule.longParts { return true }
        let mayBePassed = rule.patience.map { now - readySince[task] < $0 } ?? true
        if closedIn[kind] == decision { return mayBePassed }
        guard let machine = findRoom(problem.demands[task]) else {
            kindsLeft -= 1
            closedIn[kind] = decision
            return mayBePassed
        }
        begin(task, at: place, of: job, on: machine, now)
        return true
    }

    mutating func begin(_ task: Int, at place: Int, of job: Int, on machine: Int, _ now: Int64) {
        ready.remove(at: place)
        readyCounts[job] -= 1
        hasStarted[task] = true
        waitingSince[job] = now
        free[machine] -= problem.demands[task]
        held[job] += problem.demands[task]
        if shape.durations[task] > rule.longNanoseconds { heldByLong += parts[task] }
        places[task] = Int32(machine)
        running.push(Int32(task), at: now &+ shape.durations[task])
    }

    /// The machine where the least is left over, and the first of several.
    func findRoom(_ demand: Resources) -> Int? {
        var best: (machine: Int, left: Double)?
        for machine in free.indices where demand.fits(in: free[machine]) {
            let left = (free[machine] - demand).share(of: problem.machines[machine].capacity)
            if best.map({ left < $0.left }) ?? true { best = (machine, left) }
        }
        return best?.machine
    }

    /// They are nearly in order.
    private mutating func sortOpen() {
        for place in open.indices.dropFirst() {
            let job = open[place]
            var hole = place
            while hole > 0, (ranks[job], job) < (ranks[open[hole - 1]], open[hole - 1]) {
                open[hole] = open[hole - 1]
                hole -= 1
            }
            open[hole] = job
        }
    }

    private mutating func rankOpen(_ now: Int64) {
        let isBySlack = rule.cost.isBySlack && canMeetDeadlines(now)
        for job in open { ranks[job] = isBySlack ? rankBySlack(job) : rank(job, now) }
    }

    private mutating func canMeetDeadlines(_ now: Int64) -> Bool {
        var jobs: [(due: Int64, left: Double)] = []
        for job in open {
            let first = shape.jobs[job].tasks.lowerBound
            deadlines[job]?.starts.pass { hasStarted[first + $0] }
            guard let deadline = deadlines[job] else { continue }
            if deadline.isLate(at: now) { return false }
            jobs.append((deadline.due, Double(remaining[job]) * widths[job]))
        }
        return RunDeadline.canAllBeMet(jobs, from: now)
    }

    private func rankBySlack(_ job: Int) -> RunRank {
        RunRank(
            priority: rule.cost.hasClasses ? priorities[job] : 0, latestStart: deadlines[job]?.starts.next ?? .max)
    }

    private func rank(_ job: Int, _ now: Int64) -> RunRank {
        let area = Double(remaining[job]) * widths[job]
        let left = (rule.byArea ? area : Double(remaining[job])) * (rule.byBids ? weights![job] : 1)
        let slack = deadlines[job]?.slack(remaining: remaining[job], area: area, now: now) ?? 0
        return RunRank(
            priority: rule.cost.hasClasses ? priorities[job] : 0,
            standing: rule.cost.standing(left: left, weight: deadlines[job]?.weight ?? 0, slack: slack))
    }

    /// What the wait of each job has cost that has ended, in the order of arrival, `[J]`.
    public var costs: [Double] {
        completions.indices.map { job in
            guard let deadline = deadlines[job] else {
                return rule.cost.cost(completion: completions[job], late: 0, weight: 0)
            }
            let end = shape.jobs[job].arrival + completions[job]
            return rule.cost.cost(completion: completions[job], late: end - deadline.due, weight: deadline.weight)
        }
    }
}
