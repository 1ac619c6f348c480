import BatonCore
public import BatonSimulator

/// Networks against each other and against none, on problems that no training draws.
///
/// All meet the same problems. A network is used where it is better than none by more than chance, and takes the place of
/// another if it is better than that one somewhere and worse nowhere.
public struct Validation: Sendable {
    /// What a network was compared with, over all problems of one sort.
    public struct Row: Hashable, Sendable {
        public var use: SchedulingNetwork.Use
        /// Problems on which they were compared.
        public var count: Int
        /// Makespan of the plan, or mean completion of runs, with the new network everywhere over that without one: geometric
        /// means, with 95 % intervals.
        public var overNone: Standing.Ratio
        /// With the new one where it pays, over the present one where that pays; nil without a present one.
        public var overPresent: Standing.Ratio?

        /// Better than none beyond doubt, and on enough problems for the interval to mean something.
        public var pays: Bool { count >= Validation.leastProblems && overNone.interval.high < 1 }
    }

    /// On fewer nothing is decided.
    private static let leastProblems = 10

    public private(set) var rows: [Row] = []

    /// A sort of problems, and what each network came to on them.
    struct Costs: Sendable {
        var use: SchedulingNetwork.Use
        var none: [Double]
        var new: [Double]
        var present: [Double]?
    }

    init(_ costs: [Costs], present: SchedulingNetwork?) {
        rows = costs.filter { !$0.none.isEmpty }.map { costs in
            let overNone = Self.ratio(costs.new, costs.none)
            var row = Row(use: costs.use, count: costs.none.count, overNone: overNone)
            if let present, let old = costs.present {
                let isUsed = present.uses.contains(costs.use)
                row.overPresent = Self.ratio(row.pays ? costs.new : costs.none, isUsed ? old : costs.none)
            }
            return row
        }
    }

    private static func ratio(_ values: [Double], _ references: [Double]) -> Standing.Ratio {
        let logarithms = zip(values, references).map { $1 > 0 && $0 > 0 ? PortableMath.log($0 / $1) : 0 }
        let interval = Bootstrap().interval(ofMean: logarithms)
        return Standing.Ratio(
            value: PortableMath.exp(Sample.mean(logarithms)),
            interval: Interval(PortableMath.exp(interval.low), PortableMath.exp(interval.high)))
    }

    /// Where the new network pays.
    public var uses: Set<SchedulingNetwork.Use> { Set(rows.filter(\.pays).map(\.use)) }

    /// Why it is used, or is not, in words.
    public enum Verdict: Hashable, Sendable {
        case accepted(String)
        case refused(String)

        public var reason: String {
            switch self {
            case .accepted(let reason), .refused(let reason): reason
            }
        }

        /// Nil when it is used.
        public var refusal: String? {
            if case .refused(let reason) = self { reason } else { nil }
        }
    }

    public var verdict: Verdict {
        if let worse = rows.first(where: { $0.overPresent.map { $0.interval.low > 1 } ?? false }) {
            return .refused("it is worse than the present network for \(worse.use.rawValue)")
        }
        if let better = rows.first(where: { $0.pays && ($0.overPresent ?? $0.overNone).interval.high < 1 }) {
            return .accepted("it is better for \(better.use.rawValue), and worse for nothing")
        }
        return .refused("it is not better beyond doubt for anything")
    }

    // MARK: Running it

    /// - Parameters:
    ///   - present: what it would take the place of.
    ///   - counts: of problems to plan, and of streams.
    public static func run(
        new: SchedulingNetwork, present: SchedulingNetwork?, on problems: TrainingProblems, seed: UInt64,
        counts: (plans: Int, streams: Int), _ workforce: some Workforce
    ) -> Validation {
        let contenders = [nil, new.everywhere] + (present.map { [$0.everywhere] } ?? [])
        @Sendable func draw(_ place: Int) -> SeededGenerator {
            SeededGenerator(seed: SeededGenerator.mix(seed ^ 0x7A11_DA7E) &+ UInt64(place) << 32)
        }
        let plans = workforce.map(counts.plans) { place -> [Double]? in
            var generator = draw(place)
            guard let problem = problems.plan(growth: 1, using: &generator) else { return nil }
            return contenders.map { network in
                var search = MakespanSearch(problem, seed: 1, network: network)
                search.run(isOver: PlanBudget.standard.limit(replacing: nil))
                return Double(search.best.makespanNanoseconds)
            }
        }
        let streams = workforce.map(counts.streams) { place -> [Double]? in
            var generator = draw(counts.plans + place)
            guard let stream = problems.stream(growth: 1, using: &generator) else { return nil }
            return contenders.map { meanCompletion(stream, $0) }
        }
        func costs(_ use: SchedulingNetwork.Use, _ results: [[Double]?]) -> Costs {
            let known = results.compactMap { $0 }
            return Costs(
                use: use, none: known.map { $0[0] }, new: known.map { $0[1] },
                present: present == nil ? nil : known.map { $0[2] })
        }
        return Validation([costs(.plans, plans), costs(.sharing, streams)], present: present)
    }

    /// By the whole engine, with expectations that are right but for the spread.
    private static func meanCompletion(_ stream: TrainingProblems.Stream, _ network: SchedulingNetwork?) -> Double {
        let conditions = Conditions(machines: stream.machines, spread: TrainingProblems.Stream.spread)
        let trial = Trial(name: "validation", stream.workload, conditions, seed: stream.seed)
        var simulation = Simulation(trial.scenario)
        let report = simulation.run { Intelligent(patience: nil, network: network) }
        return Sample.mean(report.runs.compactMap { $0.completion?.seconds })
    }
}

extension SchedulingNetwork {
    /// The same, used also where it was not found to pay.
    public var everywhere: SchedulingNetwork {
        var network = self
        network.uses = Set(Use.allCases)
        return network
    }
}
