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
    }

    private mutating func take(where isFit: (Int) -> Bool = { _ in true }) -> Int? {
        let fit = user.tasks.indices.filter { !isTaken.contains($0) && isFit($0) }
        guard !fit.isEmpty else { return nil }
        let chosen = fit[generator.int(below: fit.count)]
        isTaken.insert(chosen)
        return chosen
    }

    private mutating func note(_ kind: Finding.Kind, _ task: Int) { planted.append((kind, user.tasks[task].name)) }

    // MARK: Orders

    private func needs(_ task: Int) -> [Int] {
        user.tasks[task].needs.compactMap { need in user.tasks.firstIndex { $0.name == need.source } }
    }

    private func ancestors(_ task: Int) -> Set<Int> {
        var found: Set<Int> = []
        var open = needs(task)
        while let next = open.popLast() {
            if found.insert(next).inserted { open += needs(next) }
        }
        return found
    }

    private mutating func plantRedundantDependency() {
        guard let task = take(where: { !ancestors($0).subtracting(needs($0)).isEmpty }) else { return }
        let far = ancestors(task).subtracting(needs(task)).sorted()
        let chosen = far[generator.int(below: far.count)]
        user.tasks[task].needs.append(Template(literal: user.tasks[chosen].name))
        note(.redundantDependency, task)
    }

    /// Waits for a task of another sort that nothing flows from, before which it has nothing to do with it.
    private mutating func plantNeedlessDependency() {
        let users = user
        func isFar(_ other: Int, _ task: Int) -> Bool {
            other < task && !ancestors(task).contains(other)
                && sort(users.tasks[other].name) != sort(users.tasks[task].name)
                && ancestors(task).isDisjoint(with: ancestors(other).union([other]).subtracting(ancestors(task)))
                && needs(task).allSatisfy { !ancestors(other).contains($0) }
        }
        guard let task = take(where: { task in users.tasks.indices.contains { isFar($0, task) } }) else { return }
        let others = user.tasks.indices.filter { isFar($0, task) }
        user.tasks[task].needs.append(Template(literal: user.tasks[others[generator.int(below: others.count)]].name))
        note(.needlessDependency, task)
    }

    private mutating func plantMissingDependency() {
        guard let task = take(where: { task in needs(task).contains { !isOrdered($0, task) } }) else { return }
        let need = needs(task).first { !isOrdered($0, task) }!
        user.tasks[task].needs.removeAll { $0.source == user.tasks[need].name }
        note(.missingDependency, task)
    }

    /// Without the need itself.
    private func isOrdered(_ first: Int, _ task: Int) -> Bool {
        needs(task).contains { $0 != first && ancestors($0).contains(first) }
    }

    /// Tasks of one sort with the same needs, one after the other.
    private mutating func plantSerialFanOut() {
        var groups: [String: [Int]] = [:]
        for task in user.tasks.indices where !isTaken.contains(task) {
            let key = sort(user.tasks[task].name) + user.tasks[task].needs.map(\.source).sorted().joined(separator: ",")
            groups[key, default: []].append(task)
        }
        let fit = groups.values.filter { $0.count >= 3 && $0.count <= 40 }.sorted { $0[0] < $1[0] }
        guard !fit.isEmpty else { return }
        let chain = fit[generator.int(below: fit.count)]
        for (first, second) in zip(chain, chain.dropFirst()) {
            user.tasks[second].needs = [Template(literal: user.tasks[first].name)]
        }
        isTaken.formUnion(chain)
        note(.serialFanOut, chain[1])
    }

    private func sort(_ name: String) -> String { String(name.filter { !$0.isNumber }) }

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
        guard let original = take(where: { $0 < user.truth.count }) else { return }
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
        guard let other = take(where: { sort(user.tasks[$0].name) != sort(user.tasks[task].name) }) else { return }
        user.tasks[other].retry = RetryRule(limit: 3)
        user.knowledge[other].failures = FailureHistory(instances: 10, failedFirst: 2, saved: 2, wastedAttempts: 0)
    }

    private mutating func plantRequests() {
        for (kind, factor) in [(Finding.Kind.overRequest, 4.0), (.underRequest, 0.5)] {
            guard
                let task = take(where: {
                    $0 < user.truth.count && (user.knowledge[$0].suggestedMemoryBytes ?? 0) > 50_000_000
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
        for task in user.tasks.indices { levels[level[task], default: []].append(task) }
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
