public import BatonCore
import BatonSimulator

/// What holds a workflow back: how critical each task is, which resource sets the pace, and what is wrong with it.
///
/// Nothing is simulated here; what the cure of a finding is worth, a `PairedTrial` says.
public struct Analysis: Sendable {
    public let subject: Subject
    public let criticality: Criticality
    /// What no schedule can beat, the largest first: what is first sets the pace.
    public let paces: [Pace]
    /// Families of tasks that lie on the longest path at least so often, and what they take of it.
    public let bottlenecks: [Bottleneck]
    public let findings: [Finding]
    let families: TaskFamilies
    let beliefs: Beliefs
    private let observed: ObservedFlow?

    /// - Parameters:
    ///   - threshold: share of sampled executions from which on tasks are bottlenecks, 0 to 1.
    ///   - minimumShare: of the longest path, below which a task is no bottleneck however often it lies there.
    public init(_ subject: Subject, threshold: Double = 0.8, minimumShare: Double = 0.05) {
        self.subject = subject
        families = TaskFamilies(subject.workflow)
        beliefs = Beliefs(subject, families)
        criticality = Criticality(subject, beliefs, families: families)
        paces = Pace.all(subject, criticality)
        bottlenecks = Bottleneck.all(subject, criticality, families, threshold, minimumShare)
        observed = subject.observed.contains { $0 != nil } ? ObservedFlow(subject) : nil
        let context = Context(
            subject: subject, families: families, beliefs: beliefs, criticality: criticality, paces: paces,
            observed: observed, redundant: Self.redundantEdges(subject, observed))
        findings = Self.finders.flatMap { $0(context) }
    }

    /// What makes all of these findings at once, each edit once.
    ///
    /// What flows is still waited for: of two ways by which a task waited for a file, each may go, but not both.
    /// - Returns: nil where they can't be made together.
    public func edits(of findings: [Finding]) -> [WorkflowEdit]? {
        var seen: Set<WorkflowEdit> = []
        let edits = findings.flatMap(\.edits).filter { seen.insert($0).inserted }
        let needs = edits.filter(\.isOfNeeds)
        guard let observed, !needs.isEmpty else { return edits }
        // The others may take tasks away that these name.
        return observed.restoring(needs).map { needs + $0 + edits.filter { !$0.isOfNeeds } }
    }

    /// What finders look at.
    struct Context {
        let subject: Subject
        let families: TaskFamilies
        let beliefs: Beliefs
        let criticality: Criticality
        let paces: [Pace]
        /// Nil where nobody watched the files.
        let observed: ObservedFlow?
        /// Edges whose order others ensure, over which something flows or which nobody watched: those stay.
        let redundant: Set<Graph.Edge>

        /// A family by its only task, or by its first with how many more there are.
        func words(for tasks: [Int]) -> String {
            let first = "'\(subject.workflow.tasks[tasks[0]].name)'"
            switch tasks.count {
            case 1: return first
            case 2: return "\(first) and '\(subject.workflow.tasks[tasks[1]].name)'"
            default: return "\(first) and \(tasks.count - 1) tasks like it"
            }
        }

        func names(_ tasks: [Int]) -> [String] { tasks.map { subject.workflow.tasks[$0].name } }
    }

    /// Edges over which nothing flows may go one day, so they don't count for the order of others.
    private static func redundantEdges(_ subject: Subject, _ observed: ObservedFlow?) -> Set<Graph.Edge> {
        let doubted = Set((observed?.withoutFlow ?? []).flatMap(\.edges))
        guard !doubted.isEmpty else { return subject.graph.redundantEdges(order: subject.order) }
        let rest = Graph(count: subject.graph.count, edges: subject.graph.edges.filter { !doubted.contains($0) })
        let others = subject.graph.edges.filter(doubted.contains)
        return rest.redundantEdges(order: subject.order, others: others)
    }

    /// In the order in which findings are listed before they are priced.
    private static let finders: [@Sendable (Context) -> [Finding]] = [
        missingDependencies, Requests.overRequests, Requests.underRequests, needlessDependencies, redundantDependencies,
        smallTasks, repeatedWork, repeatedSetup, retryStorms, stragglers, lateAttempts, contentions,
        tightLimits, workerKinds, lateOrder,
    ]
}

/// One thing that bounds how soon the workflow can end, by usual run times.
public struct Pace: Hashable, Sendable {
    public var kind: Kind
    public var nanoseconds: Int64

    public enum Kind: Hashable, Sendable {
        /// The longest chain of dependencies.
        case path
        case cores, memory, gpus, disk
        /// A limit or concurrency group of that name.
        case limit(String)
        /// The workers of these kinds, for tasks that may run on no others.
        case kinds([String])
    }

    static func all(_ subject: Subject, _ criticality: Criticality) -> [Pace] {
        var work: [(kind: Kind, capacity: Int64, sum: Double)] = [
            (.cores, subject.capacity.milliCPU, 0), (.memory, subject.capacity.memoryBytes, 0),
            (.gpus, subject.capacity.gpus, 0), (.disk, subject.capacity.diskBytes, 0),
        ]
        let limits = work.count
        work += subject.workflow.limits.map { (.limit($0.name), $0.capacity, 0) }
        let times = subject.nanoseconds
        for index in times.indices where times[index] > 0 {
            let demand = subject.demand(of: index)
            let amounts = [demand.milliCPU, demand.memoryBytes, demand.gpus, demand.diskBytes]
            for (place, amount) in amounts.enumerated() { work[place].sum += Double(times[index]) * Double(amount) }
            for slot in subject.expansion.instances[index].request.slots {
                work[limits + Int(slot.limit)].sum += Double(times[index]) * Double(slot.units)
            }
        }
        let areas = work.filter { $0.sum > 0 && $0.capacity > 0 }.map { entry in
            Pace(kind: entry.kind, nanoseconds: Int64(min(entry.sum / Double(entry.capacity), 1e18)))
        }
        return ([Pace(kind: .path, nanoseconds: criticality.lengthNanoseconds)] + areas + ofKinds(subject))
            .sorted { $0.nanoseconds > $1.nanoseconds }
    }

    /// What may run on some kinds of workers only, over what these have, by the resource of which they have least.
    private static func ofKinds(_ subject: Subject) -> [Pace] {
        let times = subject.nanoseconds
        var work: [(kinds: [String], sums: [Double])] = []
        let amounts: [KeyPath<Resources, Int64>] = [\.milliCPU, \.memoryBytes, \.gpus, \.diskBytes]
        for index in times.indices where times[index] > 0 {
            guard let kinds = subject.expansion.instances[index].request.workerKinds else { continue }
            if !work.contains(where: { $0.kinds == kinds }) { work.append((kinds, amounts.map { _ in 0 })) }
            guard let place = work.firstIndex(where: { $0.kinds == kinds }) else { continue }
            let demand = subject.demand(of: index)
            for (component, amount) in amounts.enumerated() {
                work[place].sums[component] += Double(times[index]) * Double(demand[keyPath: amount])
            }
        }
        return work.compactMap { kinds, sums in
            let machines = subject.machines.filter { kinds.contains($0.kind) }
            guard machines.count < subject.machines.count else { return nil }
            let capacity = machines.reduce(into: Resources.zero) { $0 += $1.capacity }
            let areas = zip(sums, amounts).map { sum, amount in
                sum / Double(max(capacity[keyPath: amount], 1))
            }
            return Pace(kind: .kinds(kinds), nanoseconds: Int64(min(areas.max() ?? 0, 1e18)))
        }
    }
}

/// Tasks of one sort that nearly always lie on the longest path.
public struct Bottleneck: Hashable, Sendable {
    /// Names of tasks of the workflow.
    public var tasks: [String]
    /// The highest criticality among their instances, 0 to 1.
    public var criticality: Double
    /// Of the longest path by usual run times, 0 to 1.
    public var share: Double

    static func all(
        _ subject: Subject, _ criticality: Criticality, _ families: TaskFamilies, _ threshold: Double,
        _ minimumShare: Double
    ) -> [Bottleneck] {
        let times = subject.nanoseconds
        var isOnPath = [Bool](repeating: false, count: times.count)
        for index in criticality.path { isOnPath[index] = true }
        return families.families.compactMap { family -> Bottleneck? in
            let instances = family.tasks.flatMap { subject.members[$0] }
            let highest = instances.map { criticality.share[$0] }.max() ?? 0
            let often = instances.filter { criticality.share[$0] >= threshold && isOnPath[$0] }
            let time = often.reduce(Int64(0)) { $0 + times[$1] }
            let share = Double(time) / Double(max(criticality.lengthNanoseconds, 1))
            guard highest >= threshold, share >= minimumShare else { return nil }
            let tasks = family.tasks.filter { subject.members[$0].contains { criticality.share[$0] >= threshold } }
            return Bottleneck(
                tasks: tasks.map { subject.workflow.tasks[$0].name }, criticality: highest, share: share)
        }.sorted { ($0.share, $0.criticality) > ($1.share, $1.criticality) }
    }
}
