import BatonCore
import BatonNeural
public import BatonSimulator

/// Trains a network, round by round: rules by cross-entropy search, then imitation of long searches, then reinforcement.
///
/// ```
/// var trainer = Trainer(network, on: problems, seed: 1, schedule: .init(imitation: 200, reinforcement: 400))
/// while let round = trainer.step(OneByOne()) { print(round.stage, round.value) }
/// trainer.network
/// ```
/// The same seed gives the same weights, bit for bit, however many threads there are.
public struct Trainer: Sendable {
    public enum Stage: String, Hashable, Sendable, CaseIterable {
        /// Fits the way to share by cross-entropy search.
        case rule
        /// Imitates lists found by long searches.
        case imitation
        /// Reinforces what rollouts show to be better.
        case reinforcement
    }

    /// How many rounds of each.
    public struct Schedule: Hashable, Sendable {
        public var rule: Int
        public var imitation: Int
        public var reinforcement: Int

        public init(rule: Int = 10, imitation: Int, reinforcement: Int) {
            self.rule = rule
            self.imitation = imitation
            self.reinforcement = reinforcement
        }
    }

    /// How much a round does.
    public struct Effort: Hashable, Sendable {
        /// Problems solved anew for imitation, and how long each is searched for, in nanoseconds by estimate.
        public var solved = 2
        public var searchNanoseconds = 200_000_000
        /// Solved problems that are imitated.
        public var imitated = 16
        /// Problems of which rollouts are made, half of them plans and half streams.
        public var experiences = 8
        /// Streams on which rules are tried.
        public var streams = 8

        public static let standard = Effort()
    }

    /// What a round came to.
    public struct Round: Hashable, Sendable {
        public var stage: Stage
        /// In its stage, from 1.
        public var number: Int
        /// Rule: the mean completion over that of the standard rule. Imitation: the loss. Reinforcement: the cost of lists drawn
        /// from the network over that of the longest path first; nil where all rollouts were alike.
        public var value: Double?
        /// Reinforcement: mean completion of runs that share a cluster, over that of the standard rule.
        public var sharing: Double?
        /// Choices that were simulated.
        public var decisions = 0
    }

    public private(set) var network: SchedulingNetwork
    public var schedule: Schedule
    /// Rounds of each stage that were done.
    public private(set) var done = Schedule(rule: 0, imitation: 0, reinforcement: 0)

    private static let keptProblems = 512
    private static let passes = 3
    private static let targetDivergence = 0.01
    /// Rounds of reinforcement after which problems no longer grow.
    private static let growingRounds = 300.0

    private let problems: TrainingProblems
    private let seed: UInt64
    private let effort: Effort
    private var search: RuleSearch
    private var solved: [SolvedProblem] = []
    private var adam = Adam(rate: 1e-3)

    public init(
        _ network: SchedulingNetwork, on problems: TrainingProblems, seed: UInt64, schedule: Schedule,
        effort: Effort = .standard
    ) {
        precondition(problems.isUsable, "training on nothing")
        self.network = network
        self.problems = problems
        self.seed = seed
        self.schedule = schedule
        self.effort = effort
        search = RuleSearch(seed: seed)
    }

    /// - Returns: nil when the schedule is over.
    public mutating func step(_ workforce: some Workforce) -> Round? {
        if done.rule < schedule.rule { return fitRule(workforce) }
        if done.imitation < schedule.imitation { return imitate(workforce) }
        if done.reinforcement < schedule.reinforcement { return reinforce(workforce) }
        return nil
    }

    /// What is left of imitation is left out.
    public mutating func endImitation() {
        schedule.imitation = done.imitation
        adam = Adam(rate: 3e-4)
    }

    /// Unrelated for different stages, rounds and places.
    private func draw(_ stage: Stage, _ round: Int, _ place: Int) -> SeededGenerator {
        let number = UInt64(round) << 20 | UInt64(place) << 4 | UInt64(Stage.allCases.firstIndex(of: stage)!)
        return SeededGenerator(seed: SeededGenerator.mix(SeededGenerator.mix(seed) ^ number))
    }

    private mutating func fitRule(_ workforce: some Workforce) -> Round {
        let problems = problems
        let streams = (0..<effort.streams).map { place -> StaticProblem? in
            var generator = draw(.rule, 0, place)
            return problems.stream(growth: 1, using: &generator)?.problem
        }.compactMap { $0 }
        done.rule += 1
        guard !streams.isEmpty else {
            done.rule = schedule.rule
            return Round(stage: .rule, number: done.rule)
        }
        let value = search.step(streams, workforce)
        let rule = network.network.rule
        network.network.parameters[rule] = Matrix(rows: 1, columns: search.means.count, search.means)
        return Round(stage: .rule, number: done.rule, value: value)
    }

    private mutating func imitate(_ workforce: some Workforce) -> Round {
        let (round, problems, effort) = (done.imitation, problems, effort)
        let generators = (0..<effort.solved).map { draw(.imitation, round, $0) }
        let growth = min(Double(round) / 100, 1)
        let new = workforce.map(effort.solved) { place -> SolvedProblem? in
            var generator = generators[place]
            guard let problem = problems.plan(growth: growth, using: &generator) else { return nil }
            return SolvedProblem(problem, nanoseconds: effort.searchNanoseconds, seed: generator.next())
        }
        solved += new.compactMap { $0 }
        solved.removeFirst(max(solved.count - Self.keptProblems, 0))
        done.imitation += 1
        guard !solved.isEmpty else { return Round(stage: .imitation, number: done.imitation) }
        var generator = draw(.imitation, round, effort.solved)
        let batch = (0..<effort.imitated).map { _ in solved[generator.int(below: solved.count)] }
        let current = network.network
        let results = workforce.map(batch.count) { batch[$0].loss(current) }
        adam.rate = 2e-3 / (1 + Double(round) / 150)
        apply(results.map(\.gradient))
        if done.imitation == schedule.imitation { adam = Adam(rate: 3e-4) }
        return Round(
            stage: .imitation, number: done.imitation, value: Sample.mean(results.map(\.loss)),
            decisions: batch.reduce(0) { $0 + $1.choices.count })
    }

    private mutating func reinforce(_ workforce: some Workforce) -> Round {
        let (round, problems, current) = (done.reinforcement, problems, network.network)
        let generators = (0..<effort.experiences).map { draw(.reinforcement, round, $0) }
        let growth = min(Double(round) / Self.growingRounds, 1)
        let drawn = workforce.map(effort.experiences) { place -> (isPlan: Bool, experience: Experience)? in
            var generator = generators[place]
            // Even places are plans, odd ones streams.
            if place % 2 == 0 {
                guard let problem = problems.plan(growth: growth, using: &generator) else { return nil }
                return Experience.plan(problem, current, seed: generator.next()).map { (true, $0) }
            }
            guard let stream = problems.stream(growth: growth, using: &generator) else { return nil }
            return Experience.stream(stream.problem, current, seed: generator.next()).map { (false, $0) }
        }.compactMap { $0 }
        done.reinforcement += 1
        adam.rate = 5e-4 / (1 + Double(round) / 500)
        for _ in 0..<(drawn.isEmpty ? 0 : Self.passes) {
            let current = network.network
            let results = workforce.map(drawn.count) { drawn[$0].experience.gradient(current) }
            if Sample.mean(results.map(\.divergence)) > 1.5 * Self.targetDivergence { break }
            apply(results.map(\.gradient))
        }
        func mean(_ isPlan: Bool) -> Double? {
            let ratios = drawn.filter { $0.isPlan == isPlan }.map(\.experience.ratio)
            return ratios.isEmpty ? nil : Sample.mean(ratios)
        }
        return Round(
            stage: .reinforcement, number: done.reinforcement, value: mean(true), sharing: mean(false),
            decisions: drawn.reduce(0) { $0 + $1.experience.decisionCount })
    }

    /// One step against the mean gradient, added up in the order of places.
    private mutating func apply(_ gradients: [[Double]]) {
        var sum = gradients[0]
        for gradient in gradients.dropFirst() {
            for index in sum.indices { sum[index] += gradient[index] }
        }
        adam.step(&network.network.parameters, sum.map { $0 / Double(gradients.count) })
    }
}
