import BatonCore
import BatonSimulator

extension Analysis {
    /// Of the longest path, so much work of each slot of the cheaper workers is given away at most.
    private static let mostLoad = 0.8

    /// Tasks that cost less on a cheaper kind of worker and make nobody wait there: the dearest workers are let go earlier.
    static func workerKinds(_ context: Context) -> [Finding] {
        let subject = context.subject
        guard let dearest = DearestKind(subject.machines) else { return [] }
        var moved: [(tasks: [Int], slack: Int64)] = []
        var load = 0.0
        for family in families(context, dearest) {
            let works = family.tasks.flatMap { subject.members[$0] }.map { instance in
                Double(dearest.nanoseconds(of: instance, subject))
                    / Double(max(subject.slots(for: instance, on: dearest.cheaper), 1))
            }
            let sum = works.reduce(0, +)
            if load + sum > mostLoad * Double(context.criticality.lengthNanoseconds) { continue }
            load += sum
            moved.append(family)
        }
        guard let least = moved.map(\.slack).min() else { return [] }
        let tasks = moved.flatMap(\.tasks).sorted()
        let names = context.names(tasks)
        let kinds = dearest.cheaperKinds.map { "'\($0)'" }.joined(separator: " or ")
        let others = names.count == 1 ? "" : names.count == 2 ? " and one other" : " and \(names.count - 1) others"
        let time = least > 0 ? ", with \(DurationText.format(.nanoseconds(least))) to spare" : ""
        return [
            Finding(
                kind: .workerKind, tasks: names,
                evidence: [
                    "'\(names[0])'\(others) can run on \(kinds) and be done by the same time\(time); "
                        + dearest.comparison
                ],
                rewrite: "Let \(names.count == 1 ? "it" : "them") run on workers of kind \(kinds) only.",
                edits: names.map { .setWorkerKinds(task: $0, dearest.cheaperKinds) }, preserves: .order, risk: .low)
        ]
    }

    /// Families that lose no more time on cheaper workers than they can spare, those that can spare most first.
    private static func families(_ context: Context, _ dearest: DearestKind) -> [(tasks: [Int], slack: Int64)] {
        let subject = context.subject
        let found = context.families.families.compactMap { family -> (tasks: [Int], slack: Int64)? in
            let members = family.tasks.flatMap { subject.members[$0] }
            let isOpen = members.allSatisfy { subject.expansion.instances[$0].request.workerKinds == nil }
            guard isOpen, !members.isEmpty,
                members.allSatisfy({ subject.slots(for: $0, on: dearest.cheaper) > 0 })
            else { return nil }
            let slack = members.map { instance in
                context.criticality.slackNanoseconds[instance] - dearest.loss(of: instance, subject)
            }
            return slack.min().flatMap { $0 >= 0 ? (family.tasks, $0) : nil }
        }
        let sorted = found.enumerated().sorted { ($1.element.slack, $0.offset) < ($0.element.slack, $1.offset) }
        return sorted.map(\.element)
    }
}

/// The kind of worker of which a core costs most, and all others, where each has a price.
private struct DearestKind {
    let cheaper: [Machine]
    /// In the order of the cluster.
    let cheaperKinds: [String]
    /// What cores cost, in a sentence.
    let comparison: String
    /// Thousandths of the reference: of the slowest worker that is cheaper, and of the fastest of all.
    private let slowest: Int64
    private let fastest: Int64

    /// - Returns: nil where there is one kind only, one without a price, or none that is dearer than all others.
    init?(_ machines: [Machine]) {
        var prices: [(kind: String, price: Double)] = []
        for machine in machines {
            guard let price = machine.pricePerHour, machine.capacity.milliCPU > 0 else { return nil }
            let perCore = price * 1000 / Double(machine.capacity.milliCPU)
            if let place = prices.firstIndex(where: { $0.kind == machine.kind }) {
                prices[place].price = max(prices[place].price, perCore)
            } else {
                prices.append((machine.kind, perCore))
            }
        }
        guard let most = prices.map(\.price).max() else { return nil }
        let dear = prices.filter { $0.price == most }
        let rest = prices.filter { $0.price < most }
        guard dear.count == 1, !rest.isEmpty else { return nil }
        cheaperKinds = rest.map(\.kind)
        cheaper = machines.filter { $0.kind != dear[0].kind }
        slowest = cheaper.map(\.speedPermille).min() ?? 1000
        fastest = machines.map(\.speedPermille).max() ?? 1000
        let words = rest.map { "\(Self.number($0.price)) on '\($0.kind)'" }.joined(separator: ", ")
        comparison = "a core costs \(Self.number(most)) an hour on '\(dear[0].kind)' and \(words)."
    }

    /// On the slowest of the cheaper workers.
    func nanoseconds(of instance: Int, _ subject: Subject) -> Int64 {
        subject.knowledge[instance].nanoseconds / slowest * 1000
    }

    /// How much longer it takes there than where it takes least.
    func loss(of instance: Int, _ subject: Subject) -> Int64 {
        nanoseconds(of: instance, subject) - subject.knowledge[instance].nanoseconds / fastest * 1000
    }

    private static func number(_ price: Double) -> String { Value.number((price * 1000).rounded() / 1000).json }
}
