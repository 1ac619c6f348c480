import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator

/// Defects planted in a workflow that has none, and which of them an analysis finds.
struct DefectLoad {
    let name: String
    let taskCount: Int
    /// Kind of the defect and a task that has it.
    private(set) var planted: [(kind: Finding.Kind, task: String)] = []
    /// Found before anything was planted.
    let falseAlarms: [String]
    private(set) var missed: [String] = []
    /// Findings of what was not planted.
    private(set) var wrong: [String] = []
    /// Findings of what was planted.
    private(set) var right = 0

    private static let overhead = Duration.seconds(1)

    init(_ job: Job, seed: UInt64) throws {
        var clean = UserWorkflow(job, .init(error: 1, excess: 1), seed: seed)
        try clean.cleanUp(seed: seed)
        name = job.name
        taskCount = clean.tasks.count
        falseAlarms = try Analysis(clean.subject(overhead: Self.overhead)).findings.filter { $0.kind != .order }.map(
            \.id)
        var planter = DefectPlanter(clean, seed: seed)
        planter.plantAll()
        planted = planter.planted
        let findings = try Analysis(planter.user.subject(overhead: Self.overhead)).findings.filter { $0.kind != .order }
        missed = planted.filter { defect in
            !findings.contains { $0.kind == defect.kind && $0.tasks.contains(defect.task) }
        }.map { "\($0.kind.rawValue):\($0.task)" }
        for finding in findings {
            let isPlanted = planted.contains { $0.kind == finding.kind && finding.tasks.contains($0.task) }
            if isPlanted { right += 1 } else { wrong.append(finding.id) }
        }
    }

    var json: Value {
        .object([
            "workflow": .string(name), "tasks": .number(taskCount),
            "planted": .strings(planted.map { "\($0.kind.rawValue):\($0.task)" }),
            "false_alarms": .strings(falseAlarms), "missed": .strings(missed), "wrong": .strings(wrong),
            "right": .number(right),
        ])
    }
}

extension UserWorkflow {
    /// In these the machine was slow, and most tasks of a sort ran at once.
    private static let slowRuns = [0, 6]

    /// Takes out what recorded workflows have themselves: needless waits, and tasks shorter than what starting them costs.
    ///
    /// Of each task some earlier runs are known, which differ by chance.
    fileprivate mutating func cleanUp(seed: UInt64) throws {
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0x9A57)
        for sort in sorts {
            let times = sort.map { knowledge[$0].nanoseconds }.sorted()
            for index in sort {
                // Larger ones run beside more others than smaller ones.
                let isLarge = knowledge[index].nanoseconds > times[times.count / 2]
                knowledge[index].nanoseconds = max(knowledge[index].nanoseconds, 10_000_000_000)
                var runs = Self.earlierRuns(
                    nanoseconds: knowledge[index].nanoseconds, most: sort.count, &generator)
                for run in Self.slowRuns { runs[run].nanoseconds = runs[run].nanoseconds / 10 * 13 }
                if isLarge { for run in runs.indices { runs[run].company?.siblings *= 1.5 } }
                knowledge[index].durations = runs
            }
        }
        for index in tasks.indices {
            let file = Template(literal: "in/\(tasks[index].name)")
            tasks[index].inputs = [file]
        }
        let subject = try subject()
        let redundant = Analysis(subject).findings.filter { $0.kind == .redundantDependency }.flatMap(\.edits)
        let edited = try subject.workflow.applying(redundant)
        tasks = edited.tasks
        // Each task reads what those that it needs have written, and nothing else of others.
        observed = tasks.map { task in
            ObservedFiles(
                reads: task.needs.map { "out/\($0.source)" } + ["in/\(task.name)"], writes: ["out/\(task.name)"])
        }
    }
}

/// What waits for what in a workflow of which each task comes after those that it needs.
private struct Waits {
    /// By task.
    let needs: [[Int]]
    let places: [String: Int]
    /// By task, a bit for each that it waits for, directly or not.
    private var before: [[UInt64]]

    init(_ user: UserWorkflow) {
        let places = Dictionary(uniqueKeysWithValues: user.tasks.enumerated().map { ($1.name, $0) })
        needs = user.tasks.map { task in task.needs.compactMap { places[$0.source] } }
        self.places = places
        before = []
        let words = user.tasks.count / 64 + 1
        for own in needs {
            var bits = [UInt64](repeating: 0, count: words)
            for need in own {
                for word in bits.indices { bits[word] |= before[need][word] }
                bits[need / 64] |= 1 << UInt64(need % 64)
            }
            before.append(bits)
        }
    }

    /// The first comes before the second, whatever happens.
    func isBefore(_ first: Int, _ task: Int) -> Bool { before[task][first / 64] & 1 << UInt64(first % 64) != 0 }

    /// The same by what the second needs besides.
    func isBeforeAnyway(_ first: Int, _ task: Int) -> Bool {
        needs[task].contains { $0 != first && isBefore(first, $0) }
    }

    /// What it waits for and does not need itself.
    func distant(_ task: Int) -> [Int] { (0..<task).filter { isBefore($0, task) && !needs[task].contains($0) } }

    /// To wait for the first changes no other wait of the second.
    func isFar(_ other: Int, _ task: Int) -> Bool {
        other < task && !isBefore(other, task) && needs[task].allSatisfy { !isBefore($0, other) }
    }
}

extension UserWorkflow {
    /// A later defect may have brought in order what an earlier one had left open, and the other way round.
    fileprivate func stillHas(_ kind: Finding.Kind, _ name: String, _ waits: Waits) -> Bool {
        guard let task = waits.places[name] else { return false }
        switch kind {
        case .missingDependency:
            return (observed[task]?.reads ?? []).contains { path in
                guard path.hasPrefix("out/"), let maker = waits.places[String(path.dropFirst(4))] else { return false }
                return !waits.isBefore(maker, task)
            }
        case .redundantDependency: return waits.needs[task].last.map { waits.isBeforeAnyway($0, task) } ?? false
        default: return true
        }
    }
}

/// Plants each kind of defect once, in tasks that have none yet.
private struct DefectPlanter {
    var user: UserWorkflow
    var planted: [(kind: Finding.Kind, task: String)] = []
    private var generator: SeededGenerator
    private var isTaken: Set<Int> = []

    init(_ user: UserWorkflow, seed: UInt64) {
        self.user = user
        generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0xDEFEC7)
    }

    mutating func plantAll() {
        plantContention()
        plantDearWorkers()
        plantRedundantDependency()
        plantNeedlessDependency()
        plantMissingDependency()
        plantSerialFanOut()
        plantSmallTasks()
        plantSmallSiblings()
        plantRetryStorm()
        plantStragglers()
        plantRequests()
        plantTightLimit()
        plantRepeatedWork()
        plantSmallFanOut()
        let (user, waits) = (user, Waits(user))
        planted = planted.compactMap { kind, task in
            if user.stillHas(kind, task, waits) { return (kind, task) }
            // Where its order is ensured no more, a wait over which nothing flows is needless.
            guard kind == .redundantDependency, let place = waits.places[task], let need = waits.needs[place].last
            else {
                return nil
            }
            return (user.sort(need) == user.sort(place) ? .serialFanOut : .needlessDependency, task)
        }
    }

    private mutating func take(where isFit: (Int) -> Bool = { _ in true }) -> Int? {
        let fit = user.tasks.indices.filter { !isTaken.contains($0) && isFit($0) }
        guard !fit.isEmpty else { return nil }
        let chosen = fit[Int.random(in: 0..<fit.count, using: &generator)]
        isTaken.insert(chosen)
        return chosen
    }

    private mutating func note(_ kind: Finding.Kind, _ task: Int) { planted.append((kind, user.tasks[task].name)) }

    // MARK: Orders

    private mutating func plantRedundantDependency() {
        let waits = Waits(user)
        guard let task = take(where: { !waits.distant($0).isEmpty }) else { return }
        let distant = waits.distant(task)
        let chosen = distant[Int.random(in: 0..<distant.count, using: &generator)]
        user.tasks[task].needs.append(Template(literal: user.tasks[chosen].name))
        note(.redundantDependency, task)
    }

    /// Waits for a task of another sort that nothing flows from.
    private mutating func plantNeedlessDependency() {
        let (waits, user) = (Waits(user), user)
        func others(_ task: Int) -> [Int] {
            (0..<task).filter { waits.isFar($0, task) && user.sort($0) != user.sort(task) }
        }
        guard let task = take(where: { !others($0).isEmpty }) else { return }
        let fit = others(task)
        let chosen = fit[Int.random(in: 0..<fit.count, using: &generator)]
        self.user.tasks[task].needs.append(Template(literal: user.tasks[chosen].name))
        note(.needlessDependency, task)
    }

    private mutating func plantMissingDependency() {
        let waits = Waits(user)
        func open(_ task: Int) -> Int? { waits.needs[task].first { !waits.isBeforeAnyway($0, task) } }
        guard let task = take(where: { open($0) != nil }), let need = open(task) else { return }
        let name = user.tasks[need].name
        user.tasks[task].needs.removeAll { $0.source == name }
        note(.missingDependency, task)
    }

    /// Tasks of one sort with the same needs, one after the other.
    private mutating func plantSerialFanOut() {
        var groups: [String: [Int]] = [:]
        for task in user.tasks.indices where !isTaken.contains(task) {
            let key =
                user.sort(task)
                + user.tasks[task].needs.map(\.source).sorted().joined(separator: ",")
            groups[key, default: []].append(task)
        }
        let fit = groups.values.filter { $0.count >= 3 && $0.count <= 40 }.sorted { $0[0] < $1[0] }
        guard !fit.isEmpty else { return }
        let chain = fit[Int.random(in: 0..<fit.count, using: &generator)]
        for (first, second) in zip(chain, chain.dropFirst()) {
            user.tasks[second].needs = [Template(literal: user.tasks[first].name)]
        }
        isTaken.formUnion(chain)
        note(.serialFanOut, chain[1])
    }

    // MARK: Work

    private mutating func add(_ task: Workflow.Task, like model: Int, nanoseconds: Int64) {
        var known = user.knowledge[model]
        known.nanoseconds = nanoseconds
        known.durations = []
        isTaken.insert(user.tasks.count)
        user.tasks.append(task)
        user.knowledge.append(known)
        user.observed.append(
            ObservedFiles(reads: task.needs.map { "out/\($0.source)" }, writes: ["out/\(task.name)"]))
    }

    private mutating func plantSmallTasks() {
        guard let before = take() else { return }
        var last = user.tasks[before].name
        for letter in ["a", "b", "c"] {
            var task = Workflow.Task(
                name: "tiny_\(letter)", action: .shell(Template(literal: "tiny \(letter)")),
                needs: [Template(literal: last)])
            task.request = user.tasks[before].request
            add(task, like: before, nanoseconds: 500_000_000)
            last = task.name
        }
        note(.smallTasks, user.tasks.count - 1)
    }

    /// Twice as many tiny tasks as run at once, which wait for the same.
    private mutating func plantSmallSiblings() {
        guard let before = take() else { return }
        let need = Template(literal: user.tasks[before].name)
        for number in 0..<2 * cores {
            var task = Workflow.Task(
                name: "bit\(number)", action: .shell(Template(literal: "bit \(number)")), needs: [need])
            task.request = user.tasks[before].request
            add(task, like: before, nanoseconds: 300_000_000)
        }
        note(.smallTasks, user.tasks.count - 1)
    }

    /// A fan-out over twice as many values as are done at once, each of them tiny.
    private mutating func plantSmallFanOut() {
        guard let before = take() else { return }
        let values = (0..<2 * cores).map { Value.number($0) }
        var task = Workflow.Task(
            name: "crumb", action: .shell(Template(literal: "crumb")),
            needs: [Template(literal: user.tasks[before].name)],
            fanOut: .init(axes: [.init(name: "n", values: .list(values))]))
        task.request = user.tasks[before].request
        add(task, like: before, nanoseconds: 300_000_000)
        user.observed[user.observed.count - 1]?.writes = []
        note(.smallTasks, user.tasks.count - 1)
    }

    private var cores: Int { user.machines.reduce(0) { $0 + Int($1.capacity.milliCPU / 1000) } }

    private mutating func plantRepeatedWork() {
        guard let original = take(where: { [user] in $0 < user.truth.count }) else { return }
        var copy = user.tasks[original]
        copy.name = "again_" + copy.name
        add(copy, like: original, nanoseconds: user.knowledge[original].nanoseconds)
        user.observed[user.observed.count - 1] = ObservedFiles(
            reads: user.observed[original]?.reads ?? [], writes: ["out/\(copy.name)"])
        note(.repeatedWork, user.tasks.count - 1)
    }

    /// A cheaper worker beside the others, and a task that nobody waits for and that may run on any.
    private mutating func plantDearWorkers() {
        guard let model = take(), var cheaper = user.machines.first else { return }
        let price = Double(cheaper.capacity.milliCPU) / 1000
        for place in user.machines.indices { user.machines[place].pricePerHour = price }
        cheaper.kind = "cheap"
        cheaper.pricePerHour = price / 4
        user.machines.append(cheaper)
        var task = Workflow.Task(name: "aside", action: .shell(Template(literal: "aside")))
        task.request = user.tasks[model].request
        add(task, like: model, nanoseconds: 10_000_000_000)
        note(.workerKind, user.tasks.count - 1)
    }

    // MARK: Rules and requests

    private mutating func plantRetryStorm() {
        guard let task = take() else { return }
        user.tasks[task].retry = RetryRule(limit: 3)
        user.knowledge[task].failures = FailureHistory(
            instances: 10, failedFirst: 2, saved: 0, wastedAttempts: 6, exitCode: 1)
        note(.retryStorm, task)
        // Retries that do help are none.
        guard let other = take(where: { [user] in user.sort($0) != user.sort(task) }) else { return }
        user.tasks[other].retry = RetryRule(limit: 3)
        user.knowledge[other].failures = FailureHistory(instances: 10, failedFirst: 2, saved: 2, usefulRetries: 2)
        // The first ones did, and those after them never.
        guard let third = take() else { return }
        user.tasks[third].retry = RetryRule(limit: 9)
        user.knowledge[third].failures = FailureHistory(
            instances: 20, failedFirst: 5, saved: 3, wastedAttempts: 18, usefulRetries: 1)
        note(.retryStorm, third)
    }

    /// Two attempts of a task hang; another task takes long each time, and two attempts of a third have more to do.
    private mutating func plantStragglers() {
        guard let task = take(where: { [user] in $0 < user.truth.count }) else { return }
        for run in [3, 6] { user.knowledge[task].durations[run].nanoseconds = 60 * user.knowledge[task].nanoseconds }
        note(.straggler, task)
        note(.stragglerCopy, task)
        guard let other = take(where: { [user] in $0 < user.truth.count }) else { return }
        for run in user.knowledge[other].durations.indices { user.knowledge[other].durations[run].nanoseconds *= 60 }
        // Of another sort: what tasks of one sort may have to do, each of them may.
        guard let third = take(where: { [user] in $0 < user.truth.count && user.sort($0) != user.sort(task) }) else {
            return
        }
        for run in [2, 5] {
            let time = 60 * user.knowledge[third].nanoseconds
            user.knowledge[third].durations[run] = PastDuration(run: run, nanoseconds: time, cpuNanoseconds: time)
        }
    }

    private mutating func plantContention() {
        let fit = user.wideSorts
        guard !fit.isEmpty else { return }
        let sort = fit[Int.random(in: 0..<fit.count, using: &generator)]
        for task in sort {
            user.knowledge[task].durations = UserWorkflow.slowed(
                user.knowledge[task].durations, by: UserWorkflow.slowDown.factor)
            user.contended[task] = true
        }
        isTaken.formUnion(sort)
        note(.contention, sort[0])
    }

    private mutating func plantRequests() {
        for (kind, factor) in [(Finding.Kind.overRequest, 4.0), (.underRequest, 0.5)] {
            guard
                let task = take(where: { [user] in
                    $0 < user.truth.count && (user.knowledge[$0].suggestedMemoryBytes ?? 0) > 100_000_000
                })
            else { continue }
            let needed = user.knowledge[task].suggestedMemoryBytes ?? 0
            user.tasks[task].request.memoryBytes = .exactly(ByteCount.rounded(Int64(Double(needed) * factor)))
            note(kind, task)
        }
    }

    private mutating func plantTightLimit() {
        var levels: [Int: [Int]] = [:]
        var level: [Int] = []
        for needs in Waits(user).needs { level.append((needs.map { level[$0] }.max() ?? -1) + 1) }
        for task in user.truth.indices where !user.contended[task] { levels[level[task], default: []].append(task) }
        guard let widest = levels.values.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }), widest.count > 1 else {
            return
        }
        user.limits = [.init(name: "narrow", capacity: 1)]
        for task in widest { user.tasks[task].request.slots = [.init(limit: "narrow")] }
        // It is a defect only if it is what the workflow waits for.
        let sum = widest.reduce(Int64(0)) { $0 + user.knowledge[$1].nanoseconds }
        guard let analysis = try? Analysis(user.subject(overhead: .seconds(1))),
            let other = analysis.paces.first(where: { if case .limit = $0.kind { false } else { true } }),
            Double(sum) > 1.3 * Double(other.nanoseconds)
        else {
            for task in widest { user.tasks[task].request.slots = [] }
            user.limits = []
            return
        }
        note(.tightLimit, widest[0])
    }
}
