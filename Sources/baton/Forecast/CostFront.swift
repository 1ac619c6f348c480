import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator

/// What a workflow would take and cost on smaller and larger clusters, each planned by search and laid out under the same
/// futures.
struct CostFront {
    /// One cluster.
    struct Point {
        /// `4 cores`, `2 large and 1 small`.
        var name: String
        var machines: [Machine]
        var makespan: PlanOutlook.Quantiles
        var cost: Costs
    }

    struct Costs: Hashable {
        var p50: Double
        var p90: Double
    }

    let points: [Point]
    let front: ParetoFront
    /// Clusters that were left out because some task has no place there.
    let unfitCount: Int
    /// A price is that of the file; else a core costs 1 for an hour.
    let isPriced: Bool
    /// Lengths are uncertain, so the quantiles differ.
    let isUncertain: Bool
    let workflow: String

    private static let mostClusters = 200
    /// For the search of all clusters together, some seconds; and at most so much for one.
    private static let searchNanoseconds = (all: 3_000_000_000, one: 45_000_000)

    /// - Parameter kinds: machines that can be had; nil for one machine with more and fewer cores than the plan's.
    /// - Throws: why nothing can be said.
    init(_ plan: Plan, kinds: [PricedMachine]?) throws {
        guard plan.commandCount <= PlanOutlook.mostTasks else {
            throw CommandFailure(
                "\(plan.commandCount) tasks are too many to be laid out on many clusters; at most "
                    + "\(PlanOutlook.mostTasks) can be", exit: .usage)
        }
        guard !plan.instances.contains(where: { !$0.request.slots.isEmpty }) else {
            throw CommandFailure(
                "tasks wait for units of limits, of which these simulations know nothing: no front can be drawn",
                exit: .usage)
        }
        guard let futures = PlanFutures(plan), !plan.forecast.entries.isEmpty else {
            throw CommandFailure("nothing would run, so there is nothing to pay for", exit: .usage)
        }
        let all = Self.clusters(kinds, plan, futures.problem)
        let clusters = all.filter { cluster in
            var problem = futures.problem
            problem.machines = cluster.machines
            return problem.isFeasible
        }
        unfitCount = all.count - clusters.count
        guard !clusters.isEmpty else {
            throw CommandFailure(
                "some task fits on none of these workers that it may run on. Name larger ones, or those of its kind, in the file "
                    + "of --prices", exit: .usage)
        }
        let budget = min(Self.searchNanoseconds.one, Self.searchNanoseconds.all / clusters.count)
        points = clusters.map { Self.point($0.name, $0.machines, futures, budget) }
        front = ParetoFront(points.map { ($0.makespan.p50.seconds, $0.cost.p50) })
        isPriced = kinds != nil
        isUncertain = futures.isUncertain
        workflow = plan.workflow.name
    }

    // MARK: Clusters

    private typealias Cluster = (name: String, machines: [Machine])

    private static func clusters(_ kinds: [PricedMachine]?, _ plan: Plan, _ problem: StaticProblem) -> [Cluster] {
        guard let kinds else { return machines(problem.machines[0], problem) }
        // All numbers of all kinds; where these are too many, fewer and fewer of them.
        var ladders = kinds.map { [0] + ladder(upTo: $0.most) }
        if ladders.reduce(1, { $0 * Double($1.count) }) > Double(mostClusters) {
            ladders = kinds.map { kind in [0] + ladder(upTo: kind.most).filter { $0.nonzeroBitCount == 1 } }
        }
        var mixes: [[Int]] = [[]]
        if ladders.reduce(1, { $0 * Double($1.count) }) <= Double(mostClusters) {
            for ladder in ladders { mixes = mixes.flatMap { mix in ladder.map { mix + [$0] } } }
        } else {
            mixes = kinds.indices.flatMap { kind in
                ladders[kind].dropFirst().map { count in kinds.indices.map { $0 == kind ? count : 0 } }
            }
        }
        return mixes.filter { $0.contains { $0 > 0 } }.map { counts in
            let machines = zip(kinds, counts).flatMap { kind, count in
                var machine = kind.machine
                machine.pricePerHour = kind.pricePerHour
                return Array(repeating: machine, count: count)
            }
            return (CapacityAnswer.mix(counts, kinds), machines)
        }
    }

    /// One machine with 1, 2, 3, 4, 6, 8, 12 and so on cores, up to as many as can be used at once; its memory is that of the
    /// plan's, and grows with the cores beyond that.
    private static func machines(_ machine: Machine, _ problem: StaticProblem) -> [Cluster] {
        let capacity = machine.capacity
        let cores = max(Int(capacity.milliCPU / 1000), 1)
        let most = max(Int((peakMilliCPU(problem) + 999) / 1000), 1)
        var counts = ladder(upTo: max(most, 1))
        if cores <= most, !counts.contains(cores) { counts = (counts + [cores]).sorted() }
        return counts.map { count in
            var machine = machine
            machine.capacity.milliCPU = Int64(count) * 1000
            if count > cores {
                machine.capacity.memoryBytes = Int64(Double(capacity.memoryBytes) * Double(count) / Double(cores))
            }
            return (Sentence.count(count, "core"), [machine])
        }
    }

    /// CPU that is in use at once where nothing is scarce.
    private static func peakMilliCPU(_ problem: StaticProblem) -> Int64 {
        let heads = problem.heads()
        var steps: [(at: Int64, milliCPU: Int64)] = []
        for task in 0..<problem.count where problem.isCommand[task] && problem.durations[task] > 0 {
            steps.append((heads[task], problem.demands[task].milliCPU))
            steps.append((heads[task] + problem.durations[task], -problem.demands[task].milliCPU))
        }
        var (used, most) = (Int64(0), problem.demands.map(\.milliCPU).max() ?? 0)
        for step in steps.sorted(by: { ($0.at, $0.milliCPU) < ($1.at, $1.milliCPU) }) {
            used += step.milliCPU
            most = max(most, used)
        }
        return most
    }

    /// 1, 2, 3, 4, 6, 8, 12, 16 and so on, and the last.
    private static func ladder(upTo most: Int) -> [Int] {
        var counts: [Int] = []
        var power = 1
        while power <= most {
            counts.append(power)
            if power > 1, power * 3 / 2 <= most { counts.append(power * 3 / 2) }
            power *= 2
        }
        return counts.contains(most) ? counts : counts + [most]
    }

    // MARK: Figures

    private static func point(_ name: String, _ machines: [Machine], _ futures: PlanFutures, _ budget: Int) -> Point {
        var problem = futures.problem
        problem.machines = machines
        var search = MakespanSearch(problem, seed: 1)
        search.run { $0.estimatedNanoseconds >= budget || $0.decodedCount >= 20_000 }
        let judge = ScheduleJudge(problem, Objective(.makespan))
        var makespans: [Int64] = []
        var costs: [Double] = []
        for durations in futures.durations {
            problem.durations = durations
            var decoder = SerialDecoder(problem)
            let last = decoder.decode(search.best.list)
            makespans.append(last)
            costs.append(judge.figures(ends: decoder.ends, places: decoder.places, last: last).cost)
        }
        costs.sort()
        return Point(
            name: name, machines: machines, makespan: PlanOutlook.Quantiles(makespans),
            cost: Costs(p50: costs[costs.count / 2], p90: costs[costs.count * 9 / 10]))
    }
}

extension Plan {
    /// A worker that can hold whatever one of these can.
    static func widest(_ kinds: [PricedMachine]) -> Resources {
        kinds.reduce(into: Resources.zero) { $0 = $0.greater($1.machine.capacity) }
    }
}
