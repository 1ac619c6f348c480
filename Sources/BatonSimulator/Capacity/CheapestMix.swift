/// A kind of machine that can be had for a price.
public struct PricedMachine: Hashable, Sendable {
    public var machine: Machine
    public var pricePerHour: Double
    /// How many can be had.
    public var most: Int
    /// How many there are today.
    public var today: Int

    public init(_ machine: Machine, pricePerHour: Double, most: Int, today: Int = 0) {
        precondition(pricePerHour >= 0 && most >= 0, "\(most) machines at \(pricePerHour)")
        self.machine = machine
        self.pricePerHour = pricePerHour
        self.most = most
        self.today = today
    }
}

/// Finds the cheapest numbers of machines of several kinds that keep a promise.
///
/// Branch and bound: the numbers of all kinds but the cheapest are tried in turn, and for each the least number of the
/// cheapest kind is found by halving. A branch is left as soon as it costs as much as the best that is known, or breaks the
/// promise with all that it may still add. One more machine is taken to make the risk no higher.
///
/// - Source: Land and Doig 1960, doi:10.2307/1910129.
public struct CheapestMix {
    public struct Mix: Hashable, Sendable {
        /// Of each kind, in the order given.
        public var counts: [Int]
        public var costPerHour: Double
        public var risk: ServiceRisk
    }

    private let kinds: [PricedMachine]
    /// Places of the kinds, the most expensive first.
    private let order: [Int]
    private let trial: CapacityTrial
    /// Tried before; those that were given up are only known to break the promise more often than that.
    private var known: [[Int]: ServiceRisk] = [:]
    /// The same mixes in the order in which they were tried.
    private var tried: [[Int]] = []
    private var best: (counts: [Int], costPerHour: Double)?
    /// Clusters that were simulated.
    public var triedCount: Int { tried.count }

    public init(_ kinds: [PricedMachine], trial: CapacityTrial) {
        self.kinds = kinds
        self.trial = trial
        order = kinds.indices.sorted { (-kinds[$0].pricePerHour, $0) < (-kinds[$1].pricePerHour, $1) }
    }

    /// - Returns: nil when no mix keeps the promise.
    public mutating func cheapest(risk: Double) -> Mix? {
        best = nil
        for counts in tried {
            guard let found = known[counts], found.isWhole, found.share <= risk else { continue }
            if cost(of: counts) < best?.costPerHour ?? .infinity { best = (counts, cost(of: counts)) }
        }
        // Each kind alone first: what is cheap makes the rest of the search short.
        for kind in kinds.indices {
            var counts = Array(repeating: 0, count: kinds.count)
            fill(kind, &counts, risk)
        }
        var counts = Array(repeating: 0, count: kinds.count)
        branch(0, &counts, risk)
        return best.map { mix($0.counts) }
    }

    /// What a mix costs, and its risk, tried in full.
    public mutating func mix(_ counts: [Int]) -> Mix {
        Mix(counts: counts, costPerHour: cost(of: counts), risk: risk(of: counts))
    }

    private func cost(of counts: [Int]) -> Double {
        zip(kinds, counts).reduce(0) { $0 + $1.0.pricePerHour * Double($1.1) }
    }

    private mutating func risk(of counts: [Int]) -> ServiceRisk {
        if let known = known[counts], known.isWhole { return known }
        return remember(trial.risk(of: machines(counts)), of: counts)
    }

    private mutating func branch(_ depth: Int, _ counts: inout [Int], _ risk: Double) {
        guard let kind = order.indices.contains(depth) ? order[depth] : nil else { return }
        guard depth < order.count - 1 else { return fill(kind, &counts, risk) }
        for count in 0...kinds[kind].most {
            counts[kind] = count
            if let best, cost(of: counts) >= best.costPerHour { break }
            var all = counts
            for rest in order[(depth + 1)...] { all[rest] = kinds[rest].most }
            if suffices(all, risk) { branch(depth + 1, &counts, risk) }
        }
        counts[kind] = 0
    }

    /// The least number of one kind beside the others.
    private mutating func fill(_ kind: Int, _ counts: inout [Int], _ risk: Double) {
        counts[kind] = 0
        var high = kinds[kind].most
        if let best, kinds[kind].pricePerHour > 0 {
            let left = best.costPerHour - cost(of: counts)
            high = min(high, Int((left / kinds[kind].pricePerHour).rounded(.up)) - 1)
        }
        defer { counts[kind] = 0 }
        guard high >= 0 else { return }
        counts[kind] = high
        guard suffices(counts, risk) else { return }
        var low = -1
        while high - low > 1 {
            counts[kind] = (low + high) / 2
            if suffices(counts, risk) { high = counts[kind] } else { low = counts[kind] }
        }
        counts[kind] = high
        let cost = cost(of: counts)
        if cost < best?.costPerHour ?? .infinity { best = (counts, cost) }
    }

    private mutating func suffices(_ counts: [Int], _ risk: Double) -> Bool {
        if let known = known[counts], known.isWhole || known.share > risk { return known.share <= risk }
        // What breaks it with more of each kind, breaks it with less.
        for other in tried where zip(counts, other).allSatisfy({ $0 <= $1 }) {
            if let found = known[other], found.share > risk { return false }
        }
        let found = remember(trial.risk(of: machines(counts), limit: risk), of: counts)
        return found.isWhole && found.share <= risk
    }

    private mutating func remember(_ risk: ServiceRisk, of counts: [Int]) -> ServiceRisk {
        if known.updateValue(risk, forKey: counts) == nil { tried.append(counts) }
        return risk
    }

    private func machines(_ counts: [Int]) -> [Machine] {
        zip(kinds, counts).flatMap { Array(repeating: $0.machine, count: $1) }
    }
}
