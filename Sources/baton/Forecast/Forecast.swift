import BatonCore

/// What would run when: the real engine and policy, driven on by a virtual clock with expected durations.
struct Forecast {
    /// In the order of starting.
    private(set) var entries: [Entry] = []
    /// Position in `entries`, by task; nil for a task that does not start.
    private(set) var places: [Int?]
    /// The engine when nothing more was expected to happen.
    private(set) var engine: Engine
    /// The latest expected end; the beginning when nothing would run.
    private(set) var end: Instant

    /// One task's expected place in time.
    struct Entry: Hashable, Sendable {
        var task: Int
        var start: Instant
        var end: Instant
        var grant: Resources
        /// False when the length is a guess from the other tasks.
        var isKnown: Bool
        /// The policy's words.
        var reason: String
        var gate: Gate
        /// Nil for a task that is not cached.
        var freshness: Freshness?
    }

    /// What the start of a task had to wait for last.
    enum Gate: Hashable, Sendable {
        case nothing
        /// The end of this dependency.
        case dependency(Int)
        /// The end of this task, which left room or a slot.
        case room(Int)
        /// The end of all tasks that are not `finally` tasks; this one was the last.
        case rest(Int)
        /// It runs already.
        case started
        /// The end of its back-off.
        case backoff
    }

    /// - Parameters:
    ///   - engine: as it stands at `now`; a copy of it is driven on.
    ///   - typical: length of a task of which nothing is known.
    ///   - cache: asked which tasks are up to date; nil when none can be.
    init(
        from engine: Engine, run: Run.ID, at now: Instant, policy: any Policy, typical: Duration,
        cache: CacheForecast? = nil
    ) {
        self.engine = engine
        end = now
        places = []
        var drive = Drive(run: run, policy: policy, typical: typical, now: now, cache: cache)
        drive.pickUp(&self)
        drive.finish(&self)
    }

    /// The tasks whose times add up to the length of the run, first to last: each waited for the one before it.
    var criticalChain: [Int] {
        guard var place = entries.indices.max(by: { entries[$0].end < entries[$1].end }) else { return [] }
        var chain = [place]
        while let before = predecessor(of: entries[place]) {
            place = before
            chain.append(place)
        }
        return chain.reversed()
    }

    /// Nil for a task that does not start.
    func entry(of task: Int) -> Entry? {
        places.indices.contains(task) ? places[task].map { entries[$0] } : nil
    }

    private func predecessor(of entry: Entry) -> Int? {
        switch entry.gate {
        case .dependency(let task), .room(let task), .rest(let task): places[task]
        case .nothing, .started, .backoff: nil
        }
    }

    fileprivate mutating func append(_ entry: Entry) {
        while places.count <= entry.task { places.append(nil) }
        places[entry.task] = entries.count
        entries.append(entry)
        end = max(end, entry.end)
    }

    fileprivate mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        engine.handle(event, at: now)
    }
}

/// The virtual world of one forecast.
private struct Drive {
    let run: Run.ID
    var policy: any Policy
    let typical: Duration
    var now: Instant
    private var ends = TimedQueue<Attempt.ID>()
    private var alarms = TimedQueue<Alarm>()
    private var cache: CacheForecast?
    private var reused: [TaskReference: Outcome] = [:]
    private var wantsDecision = true
    private var ended: [Int: Instant] = [:]
    /// What ended last: it explains the starts at that instant.
    private var latest: Int?
    /// The instance that ended last, by group; -1 where none ended within the forecast.
    private var lastOfGroup: [Int: Int] = [:]

    init(run: Run.ID, policy: any Policy, typical: Duration, now: Instant, cache: CacheForecast?) {
        self.cache = cache
        self.run = run
        self.policy = policy
        self.typical = typical
        self.now = now
    }

    /// Takes over what is going on: running attempts end when their time is over, back-offs as announced.
    mutating func pickUp(_ forecast: inout Forecast) {
        for attempt in forecast.engine.runningAttempts {
            guard let running = forecast.engine.running(attempt) else { continue }
            let (length, isKnown) = length(of: attempt.reference, in: forecast.engine)
            let end = max(now, running.since.advanced(by: length))
            ends.insert(attempt, at: end)
            // Of an attempt and its copy the first stands for both.
            guard attempt.run == run, forecast.entry(of: Int(attempt.task.index)) == nil else { continue }
            forecast.append(
                Forecast.Entry(
                    task: Int(attempt.task.index), start: running.since, end: end, grant: running.grant,
                    isKnown: isKnown, reason: "", gate: .started
                ))
        }
        for effect in forecast.engine.outstandingEffects({ _ in .alive }) {
            if case .wake(let at, .retry(let attempt)) = effect { alarms.insert(.retry(attempt), at: at) }
        }
    }

    mutating func finish(_ forecast: inout Forecast) {
        while true {
            decide(&forecast)
            guard let next = [ends.next, alarms.next].compactMap({ $0 }).min() else { return }
            now = max(now, next)
            while let attempt = ends.popDue(at: now) {
                guard forecast.engine.running(attempt) != nil else { continue }  // outrun
                if attempt.run == run {
                    latest = Int(attempt.task.index)
                    ended[Int(attempt.task.index)] = now
                }
                let outcome = reused[attempt.reference] ?? .succeeded(nil)
                take(forecast.handle(.attemptEnded(attempt, outcome, nil), at: now), &forecast)
            }
            while let alarm = alarms.popDue(at: now) { take(forecast.handle(.alarmRang(alarm), at: now), &forecast) }
        }
    }

    private mutating func decide(_ forecast: inout Forecast) {
        while wantsDecision {
            wantsDecision = false
            let decision = policy.decide(forecast.engine.observe(at: now))
            guard !decision.placements.isEmpty else { return }
            do throws(Rejection) {
                let event = try forecast.engine.admit(decision)
                note(decision, &forecast)
                take(forecast.handle(event, at: now), &forecast)
            } catch {
                preconditionFailure("policy \(policy.name) proposed \(error.placement): \(error.reason)")
            }
        }
    }

    private mutating func take(_ effects: [Effect], _ forecast: inout Forecast) {
        for effect in effects {
            switch effect {
            case .decide: wantsDecision = true
            case .start(let order):
                let task = order.attempt.reference
                let length = reused[task] == nil ? length(of: task, in: forecast.engine).0 : .zero
                ends.insert(order.attempt, at: now.advanced(by: length))
            case .wake(let at, .retry(let attempt)): alarms.insert(.retry(attempt), at: at)
            case .stop(let attempt, .outrun): ends.insert(attempt, at: now)
            // Nothing is expected to be late or to time out.
            case .wake(_, .timeout), .wake(_, .speculate), .stop, .recall, .announce: continue
            }
        }
    }

    /// Records the placements before the engine moves on, while it is still known since when each task was ready.
    private mutating func note(_ decision: Decision, _ forecast: inout Forecast) {
        for placement in decision.placements where placement.task.run == run {
            let task = Int(placement.task.task.index)
            let freshness = cache?.freshness(of: placement.task, in: forecast.engine)
            if case .upToDate(let run, let values) = freshness { reused[placement.task] = .reused(values, from: run) }
            let (length, isKnown) =
                reused[placement.task] == nil ? length(of: placement.task, in: forecast.engine) : (.zero, true)
            let gate = gate(of: placement.task, in: forecast.engine)
            forecast.append(
                Forecast.Entry(
                    task: task, start: now, end: now.advanced(by: length), grant: placement.grant, isKnown: isKnown,
                    reason: placement.reason, gate: gate, freshness: freshness
                ))
        }
    }

    private mutating func gate(of reference: TaskReference, in engine: Engine) -> Forecast.Gate {
        guard case .ready(let since)? = engine.state(of: reference) else {
            preconditionFailure("placed \(reference), which is not ready")
        }
        guard let latest else { return .nothing }
        if since < now { return .room(latest) }
        guard let graph = engine.graph(of: run) else { return .nothing }
        let last = lastCommand(before: Int(reference.task.index), graph, engine.instances(of: run))
        if last.flatMap({ ended[$0] }) != now, engine.definition(of: reference)?.isFinally == true {
            return .rest(latest)
        }
        return last.map { .dependency($0) } ?? .backoff
    }

    /// The dependency that ended last, looked for behind groups too; nil when none ended within the forecast.
    private mutating func lastCommand(before task: Int, _ graph: Graph, _ instances: [TaskInstance]) -> Int? {
        var last: Int?
        for dependency in graph.dependencies(of: task).map(Int.init) {
            var candidate: Int? = dependency
            if instances[dependency].kind != .command {
                // Whoever needs the group asks the same question.
                if lastOfGroup[dependency] == nil {
                    lastOfGroup[dependency] = lastCommand(before: dependency, graph, instances) ?? -1
                }
                candidate = lastOfGroup[dependency].flatMap { $0 < 0 ? nil : $0 }
            }
            guard let candidate, let ended = ended[candidate] else { continue }
            if let known = last, ended <= self.ended[known]! { continue }
            last = candidate
        }
        return last
    }

    private func length(of reference: TaskReference, in engine: Engine) -> (Duration, isKnown: Bool) {
        let instance = engine.instances(of: reference.run)[Int(reference.task.index)]
        guard let known = instance.expectedNanoseconds(engine.estimate(of: reference)) else { return (typical, false) }
        return (.nanoseconds(known), true)
    }
}
