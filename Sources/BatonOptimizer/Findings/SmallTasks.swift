import BatonCore

extension Analysis {
    /// From here on starting a task counts.
    private static let overheadShare = 0.2

    /// Chains of tasks so short that it takes a good part of their time to start them: as one task they start once.
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
        return chains.compactMap { chain in
            let names = context.names(chain)
            let edits = [WorkflowEdit.fuse(tasks: names)]
            guard (try? subject.workflow.applying(edits, parameters: subject.parameters)) != nil else { return nil }
            let work = chain.reduce(Int64(0)) {
                $0 + (subject.members[$1].map { subject.knowledge[$0].nanoseconds }.max() ?? 0)
            }
            let each = DurationText.format(.nanoseconds(subject.overheadNanoseconds))
            return Finding(
                kind: .smallTasks, tasks: names,
                evidence: [
                    "\(names.map { "'\($0)'" }.joined(separator: ", ")) run one after the other and take "
                        + "\(DurationText.format(.nanoseconds(work))) together; starting each takes another \(each)."
                ],
                rewrite: "Make one task of them.", edits: edits, preserves: .order, risk: .low)
        }
    }

    private static func isSmall(_ task: Int, _ subject: Subject) -> Bool {
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
