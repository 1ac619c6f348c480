import BatonCore

/// What files say of dependencies: those that are missing, and those over which nothing flows.
struct ObservedFlow {
    let flow: DataFlow
    private let subject: Subject

    init(_ subject: Subject) {
        self.init(subject, subject.workflow, subject.expansion)
    }

    /// Of an edited workflow with the same instances.
    private init(_ subject: Subject, _ workflow: Workflow, _ expansion: Expansion) {
        self.subject = subject
        let values = ValueFlow(workflow)
        let instances = expansion.instances
        flow = DataFlow(
            expansion.graph, observed: subject.observed, isGroup: { instances[$0].kind != .command },
            hasOtherFlow: { values.leads(from: instances[Int($0.dependency)], to: instances[Int($0.node)]) })
    }

    /// Entries of `needs` over which nothing was seen to flow, with the edges that they make.
    var withoutFlow: [(task: Int, need: Template, edges: [Graph.Edge])] {
        let without = Set(flow.withoutFlow.map { Graph.Edge($0.to, dependsOn: $0.from) })
        var entries: [(task: Int, need: Template, edges: [Graph.Edge])] = []
        for (index, task) in subject.workflow.tasks.enumerated() where !task.isFinally && !without.isEmpty {
            for need in task.needs {
                let edges = subject.targets(of: need, in: index)?.map { target in
                    Graph.Edge(Int32(target.instance), dependsOn: Int32(target.dependency))
                }
                if let edges, edges.allSatisfy(without.contains) { entries.append((index, need, edges)) }
            }
        }
        return entries
    }

    /// Entries of `needs` that would bring these pairs in order, each once.
    func needs(for missing: [DataFlow.Missing]) -> [WorkflowEdit] {
        var edits: [WorkflowEdit] = []
        for pair in missing {
            let (from, to) = (subject.task(of: Int(pair.from)), subject.task(of: Int(pair.to)))
            guard from.name != to.name, !to.needs.contains(where: { $0.source == from.name }) else { continue }
            let edit = WorkflowEdit.addNeed(task: to.name, need: from.name)
            if !edits.contains(edit) { edits.append(edit) }
        }
        return edits
    }

    /// What has to be added after these edits so that everything that flows is waited for still.
    ///
    /// - Returns: nil when that can't be done.
    func restoring(_ edits: [WorkflowEdit]) -> [WorkflowEdit]? {
        let known = Set(flow.missing.map { [$0.from, $0.to] })
        let undone = edits.compactMap(\.reversed)
        var added: [WorkflowEdit] = []
        // Each round can only add, and there are finitely many; more than a few say that it leads nowhere.
        for _ in 0..<4 {
            guard let workflow = try? subject.workflow.applying(edits + added, parameters: subject.parameters),
                let expansion = try? workflow.expand(parameters: subject.parameters),
                expansion.instances.map(\.name) == subject.expansion.instances.map(\.name)
            else { return nil }
            let after = ObservedFlow(subject, workflow, expansion)
            let lost = after.flow.missing.filter { !known.contains([$0.from, $0.to]) }
            if lost.isEmpty { return keepsUnobserved(expansion.graph) ? added : nil }
            let more = needs(for: lost).filter { !added.contains($0) && !undone.contains($0) }
            if more.isEmpty { return nil }
            added += more
        }
        return nil
    }

    /// With more of them too little is known to drop anything.
    private static let mostUnobserved = 500

    /// Whether all that came before or after a task that nobody watched still does: it may use any file.
    private func keepsUnobserved(_ graph: Graph) -> Bool {
        let unobserved = subject.observed.indices.filter { subject.isCommand($0) && subject.observed[$0] == nil }
        guard unobserved.count <= Self.mostUnobserved else { return false }
        return unobserved.allSatisfy { task in
            [Graph.dependencies(of:), Graph.successors(of:)].allSatisfy { next in
                let (before, after) = (
                    Self.reached(from: task, next(subject.graph), count: graph.count),
                    Self.reached(from: task, next(graph), count: graph.count)
                )
                return zip(before, after).allSatisfy { !$0 || $1 }
            }
        }
    }

    private static func reached(from task: Int, _ next: (Int) -> ArraySlice<Int32>, count: Int) -> [Bool] {
        var isReached = [Bool](repeating: false, count: count)
        var open = [task]
        while let node = open.popLast() {
            for other in next(node).map(Int.init) where !isReached[other] {
                isReached[other] = true
                open.append(other)
            }
        }
        return isReached
    }
}

extension WorkflowEdit {
    var isOfNeeds: Bool { reversed != nil }

    /// What undoes it, of edits of `needs`.
    fileprivate var reversed: WorkflowEdit? {
        switch self {
        case .addNeed(let task, let need): .removeNeed(task: task, need: need)
        case .removeNeed(let task, let need): .addNeed(task: task, need: need)
        default: nil
        }
    }
}

extension Analysis {
    /// Two tasks that use the same file, in an order that nothing ensures.
    static func missingDependencies(_ context: Context) -> [Finding] {
        guard let observed = context.observed else { return [] }
        let subject = context.subject
        var families: [Int: [DataFlow.Missing]] = [:]
        for pair in observed.flow.missing {
            families[context.families.family[subject.taskIndex(of: Int(pair.to))], default: []].append(pair)
        }
        return families.keys.sorted().compactMap { family in
            let pairs = families[family]!
            let edits = observed.needs(for: pairs)
            guard let first = pairs.first, !edits.isEmpty else { return nil }
            let isPossible = (try? subject.workflow.applying(edits, parameters: subject.parameters)) != nil
            let (from, to) = (subject.name(of: Int(first.from)), subject.name(of: Int(first.to)))
            let fact =
                switch first.kind {
                case .reads: "'\(to)' reads '\(first.path)', which '\(from)' writes, and nothing makes it wait"
                case .misses: "'\(to)' looked for '\(first.path)', which '\(from)' writes, and came too early"
                case .deletes: "'\(to)' deletes '\(first.path)', which '\(from)' reads, and nothing makes it wait"
                }
            let more = pairs.count == 1 ? "." : "; so it is with \(pairs.count - 1) more pairs."
            return Finding(
                kind: .missingDependency, tasks: edits.flatMap(\.tasks), evidence: [fact + more],
                rewrite: isPossible
                    ? "Let \(edits.map(words).joined(separator: ", "))."
                    : "Bring them in order: 'needs' alone would go round.",
                edits: isPossible ? edits : [], preserves: .waits, risk: .none)
        }
    }

    private static func words(_ edit: WorkflowEdit) -> String {
        guard case .addNeed(let task, let need) = edit else { return "" }
        return "'\(task)' need '\(need)'"
    }

    /// Entries of `needs` over which no file flows and no value, as far as was seen, and whose order nothing else ensures.
    static func needlessDependencies(_ context: Context) -> [Finding] {
        guard let observed = context.observed else { return [] }
        let subject = context.subject
        var serial: [Int: [WorkflowEdit]] = [:]
        var needless: [Int: [WorkflowEdit]] = [:]
        for entry in observed.withoutFlow where !entry.edges.allSatisfy(context.redundant.contains) {
            let task = subject.workflow.tasks[entry.task]
            let edit = WorkflowEdit.removeNeed(task: task.name, need: entry.need.source)
            let family = context.families.family[entry.task]
            if context.families.family[subject.taskIndex(of: Int(entry.edges[0].dependency))] == family {
                serial[family, default: []].append(edit)
            } else {
                needless[family, default: []].append(edit)
            }
        }
        return serial.keys.sorted().compactMap { finding(.serialFanOut, serial[$0]!, observed, context) }
            + needless.keys.sorted().compactMap { finding(.needlessDependency, needless[$0]!, observed, context) }
    }

    private static func finding(
        _ kind: Finding.Kind, _ edits: [WorkflowEdit], _ observed: ObservedFlow, _ context: Context
    ) -> Finding? {
        guard let added = observed.restoring(edits), case .removeNeed(let task, let need) = edits[0] else { return nil }
        let more = edits.count == 1 ? "" : " So it is with \(edits.count - 1) more."
        let tasks = edits.reduce(into: [String]()) { if $0.last != $1.tasks[0] { $0 += $1.tasks } }
        let instead = added.isEmpty ? "" : " \(added.map(words).joined(separator: ", ")) instead: there files flow."
        return Finding(
            kind: kind, tasks: tasks,
            evidence: [
                "'\(task)' waits for '\(need)', and no file or value was seen to flow from one to the other.\(more)"
            ],
            rewrite: (kind == .serialFanOut ? "Let them run side by side." : "Leave out the wait.")
                + (instead.isEmpty ? "" : " Let\(instead)"),
            edits: edits + added, preserves: .commands, risk: .high, permission: .dropDependencies)
    }
}
