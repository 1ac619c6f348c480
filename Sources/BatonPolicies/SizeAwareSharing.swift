public import BatonCore

/// The run with the least left first, while room is kept for short tasks.
///
/// Tasks are never interrupted. So a run that spreads its long tasks over the whole cluster holds up every run that comes
/// while they last, also those that would be over in a moment. Here no more long tasks start once they hold a certain share of
/// the cluster, which costs them little and saves short runs much where sizes differ a lot. Where they don't, it only leaves
/// room idle; so how much is kept is a thing to be tuned, and 0 is a good value of it.
///
/// Inside a run tasks go by `InnerOrder`, those that joined it behind all others.
///
/// Deadlines and priorities of runs count by `WaitingCost`, which also bounds how long a run waits for others.
///
/// - Source: shortest remaining processing time first, Schrage 1968, doi:10.1287/opre.16.3.687. To keep servers for short
///   jobs is size-interval task assignment; Harchol-Balter, Crovella, Murta 1999, doi:10.1006/jpdc.1999.1577.
public struct SizeAwareSharing: Policy {
    public let name = "size-aware"

    /// What there is to tune.
    public struct Parameters: Hashable, Sendable {
        /// While long tasks hold all but this share of the cluster, no more of them start; 0 keeps nothing.
        /// Below 1.
        public var reserve: Double
        /// Tasks that are expected to take longer are long, in nanoseconds.
        public var longNanoseconds: Int64
        /// Of `J` open runs each holds up to `cap / J` of the cluster; nil for all of it.
        public var cap: Double?

        public var order: Order
        public var cost: WaitingCost

        public init(
            reserve: Double = 0, longNanoseconds: Int64 = .max, cap: Double? = nil, order: Order = .leastArea,
            cost: WaitingCost = WaitingCost()
        ) {
            precondition((0..<1).contains(reserve), "a reserve of \(reserve) of the cluster")
            self.reserve = reserve
            self.longNanoseconds = longNanoseconds
            self.cap = cap
            self.order = order
            self.cost = cost
        }
    }

    /// Which run has the least left.
    public enum Order: Hashable, Sendable, CaseIterable {
        /// In time of the whole cluster, by the resource of which its tasks take the most.
        case leastArea
        /// In time of its tasks, one after the other.
        case leastTime
        /// As `leastArea`, but a task that fills a worker better can go before one whose run has less left (`Packing`).
        /// Where runs differ in class or have deadlines, these count alone.
        case packed
    }

    /// What is said of a run by somebody who knows better than the rule.
    public struct Bid: Hashable, Sendable {
        /// Of each task among those of the run, the smaller the earlier, `[V]`.
        public var places: [Int32]
        /// What the run's remaining work is multiplied by; below 1 it goes before others of its size.
        public var weight: Double

        public init(places: [Int32], weight: Double) {
            self.places = places
            self.weight = weight
        }
    }

    public var parameters: Parameters
    /// Why the parameters are what they are, in words; part of the reason of every placement.
    public var basis = ""
    /// How long smaller tasks may pass one that has no room; nil for ever.
    public var patience: Duration?
    private var queue = RunQueue<Int32>()
    private var groups = DemandGroups<Int32>()
    /// By run: which expectations its order and its width are of.
    private var revisions: [Int?] = []
    /// By run, the share of the cluster that its tasks take on average, weighed by how long they take.
    private var widths: [Double] = []
    /// By run; nil for those that go by the rule.
    private var bids: [Bid?] = []
    /// By run: each task's place in its order, and its deadline.
    private var places: [[Int32]] = []
    private var deadlines: [RunDeadline?] = []
    private var waits = RunWaits()
    private var reader = ReadyReader()
    private var total = ClusterTotal()

    public init(_ parameters: Parameters = Parameters(), patience: Duration? = PolicyCatalog.patience) {
        self.parameters = parameters
        self.patience = patience
    }

    /// Each task's place in the order of its run; nil for a run that was not looked at.
    public func places(ofRun run: Int) -> [Int32]? {
        run < revisions.count && revisions[run] != nil ? places[run] : nil
    }

    /// From now on the run goes by this bid; to be said before its first tasks are looked at.
    public mutating func take(_ bid: Bid, ofRun run: Int) {
        while bids.count <= run { bids.append(nil) }
        bids[run] = bid
    }

    /// Looks at runs that are new or have changed, which `decide` does as well.
    public mutating func prepare(_ observation: Observation) {
        while widths.count < observation.runCount {
            revisions.append(nil)
            widths.append(0)
            places.append([])
            deadlines.append(nil)
        }
        let former = total.amount
        let total = total.read(observation)
        for run in observation.openRuns.map(Int.init) {
            let isNew = revisions[run] != observation.revision(ofRun: run)
            // All in shares of the same cluster, or runs that came while a worker was gone would seem to be larger.
            if isNew || total != former { widths[run] = width(of: run, total, observation) }
            guard isNew else { continue }
            revisions[run] = observation.revision(ofRun: run)
            places[run] = InnerOrder.places(ofRun: run, observation)
            deadlines[run] = RunDeadline(
                latestEnds: observation.latestEnds(ofRun: run).map(\.nanoseconds),
                durations: observation.durations(ofRun: run), path: observation.upwardRanks(ofRun: run).max() ?? 0,
                priority: observation.run(at: run).priority)
        }
    }

    private func width(of run: Int, _ total: Resources, _ observation: Observation) -> Double {
        var (area, length) = (0.0, 0.0)
        for (task, duration) in observation.durations(ofRun: run).enumerated() {
            guard observation.isCommand(task, inRun: run) else { continue }
            let grant = observation.usualGrant(for: task, inRun: run)
            area += Double(duration) * grant.dominantShare(of: total)
            length += Double(duration)
        }
        return length > 0 ? area / length : 0
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        prepare(observation)
        let total = total.read(observation)
        let cap = parameters.cap.map { $0 / Double(max(observation.openRuns.count, 1)) }
        var waits = RunWaits()
        swap(&waits, &self.waits)  // the closures below change it while the queue is being changed
        waits.read(observation, parameters.cost, deadlines)
        let isBySlack = parameters.cost.isBySlack && canMeetDeadlines(observation)
        let key = { [bids, places] (task: ReadyTask) -> Int32 in
            let (own, index) = (bid(bids, ofRun: task.run)?.places ?? places[task.run], Int(task.reference.task.index))
            return index < own.count ? own[index] : .max
        }
        var held = LongTasks(parameters, total, observation)
        if parameters.order == .packed, !waits.isContested {
            self.waits = waits
            return Decision(policy: name, placements: packed(observation, key, &held, cap, total))
        }
        let reason = "of what may start, its run has the least left to do" + (basis.isEmpty ? "" : "; " + basis)
        var manner = ReadyLine<Int32>.Manner(patience: patience, choice: .tightest) { _ in reason }
        if parameters.reserve > 0 {
            manner.mayStart = { task, builder in held.mayStart(task, builder, observation) }
        }
        let placements = queue.place(observation, manner, key: key) {
            [bids, widths, deadlines, parameters] run, held -> RunRank? in
            if held != run.held { waits.note(run.index, at: observation.now) }
            if let cap, held.dominantShare(of: total) >= cap { return nil }
            if let since = waits.tooLong(run.index) { return RunRank(waitingSince: since) }
            let priority = parameters.cost.hasClasses ? run.priority : 0
            if isBySlack {
                return RunRank(priority: priority, latestStart: deadlines[run.index]?.starts.next ?? .max)
            }
            let area = Double(run.remainingNanoseconds) * widths[run.index]
            let left = parameters.order == .leastTime ? Double(run.remainingNanoseconds) : area
            let deadline = deadlines[run.index]
            let slack =
                deadline?.slack(
                    remaining: run.remainingNanoseconds, area: area, now: observation.now.nanoseconds) ?? 0
            return RunRank(
                priority: priority,
                standing: parameters.cost.standing(
                    left: left * (bid(bids, ofRun: run.index)?.weight ?? 1), weight: deadline?.weight ?? 0, slack: slack
                ))
        }
        self.waits = waits
        return Decision(policy: name, placements: placements)
    }

    /// Fills one worker after the other. What has no room of the run with the least left is not passed for longer than patience
    /// lasts.
    private mutating func packed(
        _ observation: Observation, _ key: (ReadyTask) -> Int32, _ long: inout LongTasks, _ cap: Double?,
        _ total: Resources
    ) -> [Placement] {
        groups.refill(observation, key: key)
        defer { groups.close() }
        let reason = "fills what is free there, and its run has little left to do" + (basis.isEmpty ? "" : "; " + basis)
        var builder = PlacementBuilder(observation)
        let left = { [bids, widths] run in
            Double(observation.run(at: run).remainingNanoseconds) * widths[run] * (bid(bids, ofRun: run)?.weight ?? 1)
        }
        var candidates = groups.open(observation, builder, left: left)
        var held: [Int: Resources] = [:]
        var starting: Set<Int> = []
        defer { for run in starting { waits.note(run, at: observation.now) } }
        func mayStart(_ task: ReadyTask) -> Bool {
            if long.isClosed(to: task, observation) { return false }
            guard let cap else { return true }
            return (held[task.run] ?? observation.run(at: task.run).held).dominantShare(of: total) < cap
        }
        func started(_ task: ReadyTask, _ grant: Resources) {
            long.add(task, observation)
            starting.insert(task.run)
            if cap != nil { held[task.run, default: observation.run(at: task.run).held] += grant }
        }
        let overdue = overdueOfFirst(candidates, observation)
        for candidate in overdue where mayStart(candidate.task) {
            switch builder.place(candidate.task, on: .tightest, reason: reason) {
            case .placed(_, let grant):
                groups.takeFirst(of: candidate.group)
                started(candidate.task, grant)
            case .limitReached(let limit): groups.parkFirst(of: candidate.group, limit)
            case .noRoom: if !builder.isHopeless(candidate.task) { return builder.placements }
            }
        }
        if !overdue.isEmpty { candidates = groups.open(observation, builder, left: left) }
        groups.pack(candidates, observation, &builder, reason: reason, mayStart: mayStart, started: started)
        return builder.placements
    }

    /// Of the run with the least left.
    private func overdueOfFirst(
        _ candidates: [DemandGroups<Int32>.Candidate], _ observation: Observation
    ) -> [DemandGroups<Int32>.Candidate] {
        guard let patience, let run = candidates.first?.task.run else { return [] }
        return candidates.prefix { $0.task.run == run }.filter {
            $0.task.since.advanced(by: patience) <= observation.now
        }
    }

    /// Whether all deadlines can be met. Keeps up with what has started, and with what is to start once more.
    private mutating func canMeetDeadlines(_ observation: Observation) -> Bool {
        reader.read(observation, restart: {}) { task, _ in
            deadlines[task.run]?.starts.goBack(to: Int(task.reference.task.index))
        }
        for run in observation.openRuns.map(Int.init) {
            deadlines[run]?.starts.pass { task in
                switch observation.state(of: task, inRun: run) {
                case .running, .succeeded, .failed, .skipped, .cancelled: true
                case .blocked, .awaitingApproval, .ready, .backingOff: false
                }
            }
        }
        let now = observation.now.nanoseconds
        var runs: [(due: Int64, left: Double)] = []
        for run in observation.openRuns.map(Int.init) {
            guard let deadline = deadlines[run] else { continue }
            if deadline.isLate(at: now) { return false }
            runs.append((deadline.due, Double(observation.run(at: run).remainingNanoseconds) * widths[run]))
        }
        return RunDeadline.canAllBeMet(runs, from: now)
    }
}

private func bid(_ bids: [SizeAwareSharing.Bid?], ofRun run: Int) -> SizeAwareSharing.Bid? {
    run < bids.count ? bids[run] : nil
}

/// What long tasks hold, those that are being placed included.
private struct LongTasks {
    private let longNanoseconds: Int64
    private let limit: Int
    private let total: Resources
    private var held = 0
    /// Of a task that may start, until it is known whether there was room for it.
    private var pending: (placementCount: Int, parts: Int)?

    init(_ parameters: SizeAwareSharing.Parameters, _ total: Resources, _ observation: Observation) {
        longNanoseconds = parameters.longNanoseconds
        limit = parameters.reserve > 0 ? SizeAwareSharing.wholeParts - SizeAwareSharing.parts(parameters.reserve) : .max
        self.total = total
        guard parameters.reserve > 0 else { return }
        for worker in 0..<observation.workerCount {
            for task in observation.running(on: Worker.ID(worker)) {
                let durations = observation.durations(ofRun: task.run)
                guard durations[Int(task.reference.task.index)] > longNanoseconds else { continue }
                held += SizeAwareSharing.parts(task.grant.dominantShare(of: total))
            }
        }
    }

    mutating func mayStart(_ task: ReadyTask, _ builder: PlacementBuilder, _ observation: Observation) -> Bool {
        if let pending, builder.placements.count > pending.placementCount { held += pending.parts }
        pending = nil
        guard isLong(task, observation) else { return true }
        guard held < limit else { return false }
        pending = (builder.placements.count, parts(of: task, observation))
        return true
    }

    func isClosed(to task: ReadyTask, _ observation: Observation) -> Bool {
        held >= limit && isLong(task, observation)
    }

    /// The task has been placed.
    mutating func add(_ task: ReadyTask, _ observation: Observation) {
        if isLong(task, observation) { held += parts(of: task, observation) }
    }

    private func isLong(_ task: ReadyTask, _ observation: Observation) -> Bool {
        observation.durationNanoseconds(of: task) > longNanoseconds
    }

    private func parts(of task: ReadyTask, _ observation: Observation) -> Int {
        SizeAwareSharing.parts(observation.leastGrant(for: task).dominantShare(of: total))
    }
}

extension SizeAwareSharing {
    /// Shares are added up in whole parts, so that the order in which tasks come and go makes no difference.
    public static let wholeParts = 1_000_000

    public static func parts(_ share: Double) -> Int { Int((share * Double(wholeParts)).rounded()) }
}
