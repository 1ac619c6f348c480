import BatonCore

extension Analysis {
    /// From here on starting a task counts.
    private static let overheadShare = 0.2

    /// Tasks so short that it takes a good part of their time to start them: as one task they start once.
    static func smallTasks(_ context: Context) -> [Finding] {
        let subject = context.subject
        guard subject.overheadNanoseconds > 0 else { return [] }
        var chains: [[Int]] = []
        var isTaken = [Bool](repeating: false, count: subject.workflow.tasks.count)
        for task in subject.workflow.tasks.indices where !isTaken[task] && isSmall(task, subject) {
            if let before = soleDependency(of: task, subject), isSmall(before, subject) { continue }  // not the first
            var chain = [task]
            while let next = soleSuccessor(of: chain[chain.count - 1], subject), isSmall(next, subject) {
                chain.append(next)
            }
            for member in chain { isTaken[member] = true }
            if chain.count > 1 { chains.append(chain) }
        }
        let fused = smallChains(chains, context)
        return fused + smallSiblings(context, taken: Set(chains.joined()))
    }

    /// Chains of the same sorts of tasks are one finding.
    private static func smallChains(_ chains: [[Int]], _ context: Context) -> [Finding] {
        let subject = context.subject
        var groups: [[Int]: [[Int]]] = [:]
        var order: [[Int]] = []
        for chain in chains {
            let sorts = chain.map { context.families.family[$0] }
            if groups[sorts] == nil { order.append(sorts) }
            groups[sorts, default: []].append(chain)
        }
        return order.compactMap { sorts in
            let edits = possible(groups[sorts]!.map { .fuse(tasks: context.names($0)) }, subject)
            guard let first = edits.first else { return nil }
            let work = first.tasks.reduce(Int64(0)) { sum, name in
                let task = subject.workflow.tasks.firstIndex { $0.name == name } ?? 0
                return sum + (subject.members[task].map { subject.knowledge[$0].nanoseconds }.max() ?? 0)
            }
            let each = DurationText.format(.nanoseconds(subject.overheadNanoseconds))
            let more = edits.count == 1 ? "." : "; so it is with \(edits.count - 1) more."
            return Finding(
                kind: .smallTasks, tasks: edits.flatMap(\.tasks),
                evidence: [
                    "\(first.tasks.map { "'\($0)'" }.joined(separator: ", ")) run one after the other and take "
                        + "\(DurationText.format(.nanoseconds(work))) together; starting each takes another \(each)\(more)"
                ],
                rewrite: edits.count == 1 ? "Make one task of them." : "Make one task of each chain.", edits: edits,
                preserves: .order, risk: .low)
        }
    }

    /// Each takes to expand the workflow, where not all can be made together.
    private static let mostTried = 20

    static func possible(_ edits: [WorkflowEdit], _ subject: Subject) -> [WorkflowEdit] {
        func isPossible(_ edits: [WorkflowEdit]) -> Bool {
            (try? subject.workflow.applying(edits, parameters: subject.parameters)) != nil
        }
        if isPossible(edits) { return edits }
        return edits.count == 1 ? [] : edits.prefix(mostTried).filter { isPossible([$0]) }
    }

    static func isSmall(_ task: Int, _ subject: Subject) -> Bool {
        let members = subject.members[task]
        return !members.isEmpty
            && members.allSatisfy { index in
                Double(subject.overheadNanoseconds) >= overheadShare * Double(subject.knowledge[index].nanoseconds)
            }
    }

    /// The task for whose instances those of this one wait, each for its counterpart, and for nothing else.
    private static func soleDependency(of task: Int, _ subject: Subject) -> Int? {
        var found: Int?
        for index in subject.members[task] {
            let dependencies = subject.graph.dependencies(of: index)
            guard dependencies.count == 1, let only = dependencies.first.map(Int.init), subject.isCommand(only) else {
                return nil
            }
            let other = Int(subject.expansion.instances[only].task)
            guard found ?? other == other else { return nil }
            found = other
        }
        guard let found, subject.members[found].count == subject.members[task].count else { return nil }
        // Nobody else waits for it; its group is waited for by none.
        for index in subject.members[found] {
            let followers = subject.graph.successors(of: index).map(Int.init)
            let isSole = followers.allSatisfy { follower in
                subject.isCommand(follower)
                    ? Int(subject.expansion.instances[follower].task) == task
                    : subject.graph.successors(of: follower).isEmpty
            }
            guard isSole else { return nil }
        }
        return found
    }

    private static func soleSuccessor(of task: Int, _ subject: Subject) -> Int? {
        guard let first = subject.members[task].first else { return nil }
        let next = subject.graph.successors(of: first).map(Int.init).first(where: subject.isCommand)
        guard let next else { return nil }
        let other = Int(subject.expansion.instances[next].task)
        return soleDependency(of: other, subject) == task ? other : nil
    }
}
