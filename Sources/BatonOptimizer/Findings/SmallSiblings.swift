import BatonCore

extension Analysis {
    /// A batch takes at least so many times what starting it costs, where there are enough of them to keep all cores busy.
    private static let overheads: Int64 = 20

    /// Small tasks of one sort that wait for the same, more of them than run at once: in batches fewer have to be started.
    ///
    /// - Parameter taken: tasks that are in chains, which come first.
    static func smallSiblings(_ context: Context, taken: Set<Int>) -> [Finding] {
        let subject = context.subject
        var groups: [Siblings: [Int]] = [:]
        var order: [Siblings] = []
        for index in subject.workflow.tasks.indices where !taken.contains(index) && isSmall(index, subject) {
            let task = subject.workflow.tasks[index]
            guard task.fanOut == nil, !task.isFinally else { continue }
            let key = Siblings(family: context.families.family[index], needs: task.needs)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(index)
        }
        return order.compactMap { batches(of: groups[$0]!, context) } + smallFanOuts(context, taken: taken)
    }

    private struct Siblings: Hashable {
        var family: Int
        var needs: [Template]
    }

    private static func batches(of tasks: [Int], _ context: Context) -> Finding? {
        let subject = context.subject
        let size = batchSize(tasks.flatMap { subject.members[$0] }, subject)
        guard size > 1 else { return nil }
        let names = context.names(tasks)
        var edits: [WorkflowEdit] = []
        for first in stride(from: 0, to: names.count, by: size) {
            let batch = Array(names[first..<min(first + size, names.count)])
            if batch.count > 1 { edits.append(.fuse(tasks: batch)) }
        }
        guard (try? subject.workflow.applying(edits, parameters: subject.parameters)) != nil else { return nil }
        return Finding(
            kind: .smallTasks, tasks: names,
            evidence: [evidence("'\(names[0])' and what is like it run", tasks.count, tasks[0], subject)],
            rewrite: "Let one task do the work of \(size) of them, one after the other.", edits: edits,
            preserves: .order, risk: .low)
    }

    /// Most bytes of a script: the system takes 128 KiB as one argument.
    private static let mostScript = 100_000

    /// Fan-outs whose instances do one value each; what no batch can do remains to whoever wrote the script.
    private static func smallFanOuts(_ context: Context, taken: Set<Int>) -> [Finding] {
        let subject = context.subject
        return subject.workflow.tasks.indices.compactMap { index in
            let task = subject.workflow.tasks[index]
            guard let fanOut = task.fanOut, fanOut.batch == nil, !taken.contains(index), isSmall(index, subject)
            else { return nil }
            let members = subject.members[index]
            let size = min(batchSize(members, subject), mostScript / task.scriptBytes)
            guard size > 1 else { return nil }
            let edits = possible([.setBatch(task: task.name, size: size)], subject)
            return Finding(
                kind: .smallTasks, tasks: [task.name],
                evidence: [evidence("'\(task.name)' runs", members.count, index, subject)],
                rewrite: edits.isEmpty
                    ? "Give each instance about \(size) values, over which its script goes in a loop."
                    : "Let each instance do \(size) values, one after the other.",
                edits: edits, preserves: .order, risk: .low)
        }
    }

    private static func evidence(_ opening: String, _ count: Int, _ task: Int, _ subject: Subject) -> String {
        let times = subject.members[task].map { subject.knowledge[$0].nanoseconds }.sorted()
        let (time, each) = (
            DurationText.format(.nanoseconds(times[times.count / 2])),
            DurationText.format(.nanoseconds(subject.overheadNanoseconds))
        )
        return
            "\(opening) \(count) times, for \(time) each; starting each takes another \(each)."
    }

    /// How many of these to do in one go; 1 where all can run at once, or take long enough.
    private static func batchSize(_ instances: [Int], _ subject: Subject) -> Int {
        let times = instances.map { subject.knowledge[$0].nanoseconds }.sorted()
        let slots = subject.slots(for: instances[0])
        guard slots > 0, instances.count > slots else { return 1 }
        let wanted = Int(min(overheads * subject.overheadNanoseconds / max(times[times.count / 2], 1), 1_000_000)) + 1
        // Whole rounds of all slots, so that none is left with a batch while the others have nothing.
        let rounds = max(instances.count / (wanted * slots), 1)
        return (instances.count + rounds * slots - 1) / (rounds * slots)
    }
}

extension Workflow.Task {
    /// About as long as its command becomes as part of a script; what expressions give is taken to be as long as they are.
    fileprivate var scriptBytes: Int {
        switch action {
        case .shell(let script): script.source.utf8.count + 20
        case .arguments(let arguments): arguments.reduce(20) { $0 + $1.source.utf8.count + 3 }
        }
    }
}
