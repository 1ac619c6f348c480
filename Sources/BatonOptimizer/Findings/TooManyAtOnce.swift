import BatonCore
import BatonSimulator

extension Analysis {
    /// Tasks of one sort that would end sooner if fewer of them ran at once.
    static func contentions(_ context: Context) -> [Finding] {
        let subject = context.subject
        return context.families.families.indices.compactMap { place in
            guard let found = context.beliefs.contentions[place] else { return nil }
            let family = context.families.families[place]
            let tasks = family.tasks.filter { !subject.members[$0].isEmpty }
            let own = limit(heldOnlyBy: tasks, subject)
            let count = mostAtOnce(tasks, own, subject)
            guard let cap = found.cap(insteadOf: count), let most = found.levels.last else { return nil }
            let many = Double(min(count, most))
            let times = found.slowDown.factor(many) / found.slowDown.factor(Double(cap))
            let gain = found.slowDown.throughput(Double(cap)) / found.slowDown.throughput(many)
            let names = context.names(tasks)
            let name = own?.name ?? freeName(family.name, subject.workflow)
            var edits: [WorkflowEdit]
            if let own {
                edits = [.setLimit(name: name, capacity: Int64(cap) * own.units)]
            } else {
                edits = [.addLimit(name: name, capacity: Int64(cap))]
                edits += names.map { .addSlot(task: $0, limit: name) }
            }
            return Finding(
                kind: .contention, tasks: names,
                evidence: [
                    "With \(min(count, most)) at once each of \(context.words(for: tasks)) took \(tenths(times)) times as long "
                        + "as with \(cap), by \(found.attemptCount) attempts in \(found.runCount) runs: "
                        + "\(cap) at once get \(tenths(gain)) times as much done."
                ],
                rewrite: "Let no more than \(cap) of them run at once, by \(own == nil ? "a" : "the") limit '\(name)'.",
                edits: edits, preserves: .order, risk: .low)
        }
    }

    /// A limit of which these tasks all hold the same, and others nothing.
    private static func limit(heldOnlyBy tasks: [Int], _ subject: Subject) -> (name: String, units: Int64)? {
        let all = subject.workflow.tasks
        for slot in tasks.first.map({ all[$0].request.slots }) ?? [] {
            let holders = all.indices.filter { task in all[task].request.slots.contains { $0.limit == slot.limit } }
            if holders == tasks, holders.allSatisfy({ all[$0].request.slots.contains(slot) }) {
                return (slot.limit, slot.units)
            }
        }
        return nil
    }

    private static func mostAtOnce(
        _ tasks: [Int], _ limit: (name: String, units: Int64)?, _ subject: Subject
    ) -> Int {
        let members = tasks.flatMap { subject.members[$0] }
        let room = members.map(subject.slots(for:)).max() ?? 0
        let capacity = limit.flatMap { limit in
            subject.workflow.limits.first { $0.name == limit.name }.map { Int($0.capacity / limit.units) }
        }
        return min(members.count, room, capacity ?? .max)
    }

    /// After the workflow, because all runs on a machine share limits of one name, and after the tasks.
    private static func freeName(_ family: String, _ workflow: Workflow) -> String {
        let parts = family.split { "*_-.".contains($0) }
        let name = ([Substring(workflow.name)] + parts).joined(separator: "-")
        func isFree(_ name: String) -> Bool { !workflow.limits.contains { $0.name == name } }
        return isFree(name) ? name : (2...).lazy.map { "\(name)-\($0)" }.first(where: isFree) ?? name
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
