import BatonCore
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
        try clean.cleanUp()
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
    /// Takes out what recorded workflows have themselves: needless waits, and tasks shorter than what starting them costs.
    fileprivate mutating func cleanUp() throws {
        for index in tasks.indices {
            knowledge[index].nanoseconds = max(knowledge[index].nanoseconds, 10_000_000_000)
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

// Their names count from the beginning, so that each comes after what it needs.
extension UserWorkflow {
    func needs(_ task: Int) -> [Int] {
        tasks[task].needs.compactMap { need in tasks.firstIndex { $0.name == need.source } }
    }

    func ancestors(_ task: Int) -> Set<Int> {
        var found: Set<Int> = []
        var open = needs(task)
        while let next = open.popLast() {
            if found.insert(next).inserted { open += needs(next) }
        }
        return found
    }

    /// Without the need itself.
    func isOrdered(_ first: Int, _ task: Int) -> Bool {
        needs(task).contains { $0 != first && ancestors($0).contains(first) }
    }

    /// A task of another sort, before which this one has nothing to do with it: to wait for it changes no other wait.
    func isFar(_ other: Int, _ task: Int) -> Bool {
        let (before, known) = (ancestors(other), ancestors(task))
        return other < task && !known.contains(other) && !before.contains(task)
            && Self.sort(tasks[other].name) != Self.sort(tasks[task].name)
            && needs(task).allSatisfy { !before.contains($0) }
    }

    /// A later defect may have brought in order what an earlier one had left open, and the other way round.
    func stillHas(_ kind: Finding.Kind, _ name: String) -> Bool {
        guard let task = tasks.firstIndex(where: { $0.name == name }) else { return false }
        switch kind {
        case .missingDependency:
            let ordered = Set(ancestors(task).map { "out/\(tasks[$0].name)" })
            return (observed[task]?.reads ?? []).contains { $0.hasPrefix("out/") && !ordered.contains($0) }
        case .redundantDependency:
            let last = needs(task).last ?? -1
            return isOrdered(last, task)
        default: return true
        }
    }

    static func sort(_ name: String) -> String { String(name.filter { !$0.isNumber }) }
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
        plantRedundantDependency()
        plantNeedlessDependency()
        plantMissingDependency()
        plantSerialFanOut()
        plantSmallTasks()
        plantRepeatedWork()
        plantRetryStorm()
        plantRequests()
        plantTightLimit()
        let user = user
        planted.removeAll { !user.stillHas($0.kind, $0.task) }
    }

    private mutating func take(where isFit: (Int, UserWorkflow) -> Bool = { _, _ in true }) -> Int? {
        let fit = user.tasks.indices.filter { !isTaken.contains($0) && isFit($0, user) }
        guard !fit.isEmpty else { return nil }
        let chosen = fit[Int.random(in: 0..<fit.count, using: &generator)]
        isTaken.insert(chosen)
        return chosen
    }

    private mutating func note(_ kind: Finding.Kind, _ task: Int) { planted.append((kind, user.tasks[task].name)) }

    // MARK: Orders

    private mutating func plantRedundantDependency() {
        guard let task = take(where: { !$1.ancestors($0).subtracting($1.needs($0)).isEmpty }) else { return }
        let far = user.ancestors(task).subtracting(user.needs(task)).sorted()
        let chosen = far[Int.random(in: 0..<far.count, using: &generator)]
        user.tasks[task].needs.append(Template(literal: user.tasks[chosen].name))
        note(.redundantDependency, task)
    }

    /// Waits for a task of another sort that nothing flows from, before which it has nothing to do with it.
    private mutating func plantNeedlessDependency() {
        guard let task = take(where: { task, user in user.tasks.indices.contains { user.isFar($0, task) } }) else {
            return
        }
        let others = user.tasks.indices.filter { user.isFar($0, task) }
        let chosen = others[Int.random(in: 0..<others.count, using: &generator)]
        user.tasks[task].needs.append(Template(literal: user.tasks[chosen].name))
        note(.needlessDependency, task)
    }

    private mutating func plantMissingDependency() {
        guard
            let task = take(where: { task, user in user.needs(task).contains { !user.isOrdered($0, task) } }),
            let need = user.needs(task).first(where: { !user.isOrdered($0, task) })
        else { return }
        let name = user.tasks[need].name
        user.tasks[task].needs.removeAll { $0.source == name }
        note(.missingDependency, task)
    }

    /// Tasks of one sort with the same needs, one after the other.
    private mutating func plantSerialFanOut() {
        var groups: [String: [Int]] = [:]
        for task in user.tasks.indices where !isTaken.contains(task) {
            let key =
                UserWorkflow.sort(user.tasks[task].name)
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

    private mutating func plantRepeatedWork() {
        guard let original = take(where: { $0 < $1.truth.count }) else { return }
        var copy = user.tasks[original]
        copy.name = "again_" + copy.name
        add(copy, like: original, nanoseconds: user.knowledge[original].nanoseconds)
        user.observed[user.observed.count - 1] = ObservedFiles(
            reads: user.observed[original]?.reads ?? [], writes: ["out/\(copy.name)"])
        note(.repeatedWork, user.tasks.count - 1)
    }

    // MARK: Rules and requests

    private mutating func plantRetryStorm() {
        guard let task = take() else { return }
        user.tasks[task].retry = RetryRule(limit: 3)
        user.knowledge[task].failures = FailureHistory(
            instances: 10, failedFirst: 2, saved: 0, wastedAttempts: 6, exitCode: 1)
        note(.retryStorm, task)
        // Retries that do help are none.
        guard
            let other = take(where: { UserWorkflow.sort($1.tasks[$0].name) != UserWorkflow.sort($1.tasks[task].name) })
        else { return }
        user.tasks[other].retry = RetryRule(limit: 3)
        user.knowledge[other].failures = FailureHistory(instances: 10, failedFirst: 2, saved: 2, wastedAttempts: 0)
    }

    private mutating func plantRequests() {
        for (kind, factor) in [(Finding.Kind.overRequest, 4.0), (.underRequest, 0.5)] {
            guard
                let task = take(where: {
                    $0 < $1.truth.count && ($1.knowledge[$0].suggestedMemoryBytes ?? 0) > 100_000_000
                })
            else { continue }
            let needed = user.knowledge[task].suggestedMemoryBytes ?? 0
            user.tasks[task].request.memoryBytes = .exactly(ByteCount.rounded(Int64(Double(needed) * factor)))
            note(kind, task)
        }
    }

    private mutating func plantTightLimit() {
        var levels: [Int: [Int]] = [:]
        var level = [Int](repeating: 0, count: user.tasks.count)
        let places = Dictionary(uniqueKeysWithValues: user.tasks.enumerated().map { ($1.name, $0) })
        for _ in 0..<user.tasks.count {
            var changed = false
            for task in user.tasks.indices {
                let deepest =
                    (user.tasks[task].needs.compactMap { places[$0.source] }.map { level[$0] }.max() ?? -1) + 1
                if deepest > level[task] { (level[task], changed) = (deepest, true) }
            }
            if !changed { break }
        }
        for task in user.truth.indices { levels[level[task], default: []].append(task) }
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
