import BatonCore
import BatonFormats
import BatonPrediction
import BatonSimulator

/// How many workers keep a promise over the horizon, and which mix of them is cheapest, by simulating futures.
struct CapacityAnswer {
    let target: ServiceTarget
    let futures: Int
    let horizonSeconds: Double
    /// Tasks or runs in all futures.
    let count: Int
    let kind: Machine
    let plan: CapacityPlan
    let prices: Prices?

    /// What workers cost.
    struct Prices {
        var kinds: [PricedMachine]
        /// Nil when no mix keeps the promise.
        var cheapest: CheapestMix.Mix?
        /// Nil when the file counts no worker as there today.
        var today: CheapestMix.Mix?
        /// The cheapest mix at other risks, by ascending risk; those that no mix keeps are left out.
        var frontier: [(risk: Double, mix: CheapestMix.Mix)]
        /// Clusters that were simulated.
        var tried: Int
    }

    private static let mostWorkers = 4096
    private static let otherRisks = [0.01, 0.02, 0.05, 0.1, 0.2]

    init(_ source: LoadSource, _ outlook: LoadOutlook, promise: ServiceTarget, _ options: CapacityOptions) throws {
        guard !source.jobs.isEmpty else {
            throw CommandFailure("no run has ended yet, so there is nothing to simulate the future with", exit: .usage)
        }
        var kind = source.worker
        if let cpu = options.cpu { kind.capacity.milliCPU = Int64((cpu * 1000).rounded()) }
        if let memory = options.memory { kind.capacity.memoryBytes = memory.bytes }
        if kind != source.worker { kind.kind = "worker" }
        let workloads = outlook.futures(options.futures ?? Self.usualFutures(source, outlook))
        let priced = try options.prices.map(PricedMachine.read)
        // With a list of prices, the plan is for its first kind that can take everything.
        let kinds = priced?.map(\.machine) ?? [kind]
        let trial = CapacityTrial(workloads, promise: promise.promise, kinds: kinds)
        try Self.check(trial, on: kinds, promise)
        if let able = kinds.first(where: { trial.misfit(on: [$0]) == nil }) { kind = able }
        target = promise
        futures = workloads.count
        horizonSeconds = Double(outlook.horizon) * outlook.bucketSeconds
        count = trial.count
        self.kind = kind
        plan = CapacityPlan(trial, of: kind, risk: promise.risk, most: Self.mostWorkers)
        prices = priced.map { Self.prices($0, trial, promise.risk) }
    }

    /// 20, and fewer where they would hold more than 200,000 tasks: half a second for each cluster.
    private static func usualFutures(_ source: LoadSource, _ outlook: LoadOutlook) -> Int {
        let arrivals = outlook.arrivals.p50.reduce(0, +)
        let tasks = Double(source.jobs.reduce(0) { $0 + $1.taskCount }) / Double(source.jobs.count)
        return Int(min(max(200_000 / max(arrivals * tasks, 1), 5), 20))
    }

    private static func check(_ trial: CapacityTrial, on kinds: [Machine], _ target: ServiceTarget) throws {
        guard trial.count > 0 else {
            throw CommandFailure("nothing is expected to arrive within the horizon: no worker is needed", exit: .usage)
        }
        if let misfit = trial.misfit(on: kinds) {
            throw CommandFailure(
                "a task needs \(Sentence.resources(misfit)), which no worker has. Name larger ones with --cpu and "
                    + "--memory, or in the file of --prices", exit: .usage)
        }
        let floor = trial.unavoidable(on: kinds)
        guard floor.share <= target.risk else {
            throw CommandFailure(
                "\(Figures.percent(floor.share * 100)) of the runs take longer than the deadline even when nothing makes "
                    + "them wait: no number of workers brings the risk down to \(Figures.percent(target.risk * 100)). "
                    + "Allow a longer --deadline", exit: .usage)
        }
    }

    private static func prices(_ kinds: [PricedMachine], _ trial: CapacityTrial, _ risk: Double) -> Prices {
        var search = CheapestMix(kinds, trial: trial)
        let cheapest = search.cheapest(risk: risk)
        let counts = kinds.map(\.today)
        let today = counts.allSatisfy { $0 == 0 } ? nil : search.mix(counts)
        let frontier = otherRisks.compactMap { risk in search.cheapest(risk: risk).map { (risk, $0) } }
        return Prices(kinds: kinds, cheapest: cheapest, today: today, frontier: frontier, tried: search.triedCount)
    }
}

extension PricedMachine {
    /// The kinds in a file of workers, each of which must have a price.
    static func read(_ path: String) throws -> [PricedMachine] {
        try ClusterFile.kinds(path, areAllPriced: true).map { kind in
            PricedMachine(
                kind.machine, pricePerHour: kind.pricePerHour ?? 0, most: kind.most, today: kind.count)
        }
    }
}
