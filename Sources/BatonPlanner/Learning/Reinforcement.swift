import BatonCore
import BatonNeural
import BatonSimulator

/// What eight rollouts of one problem came to, each under its own choices: what a step of reinforcement learns from.
///
/// All eight meet the same arrivals and durations, so the mean of the other seven says what this problem costs anyhow.
///
/// - Source: proximal policy optimisation, Schulman and others 2017, arXiv:1707.06347; leave-one-out baselines of Kool, van Hoof,
///   Welling 2019; baselines that depend on the input, Mao and others 2019, arXiv:1807.02264.
struct Experience: Sendable {
    static let rollouts = 8
    private static let clip = 0.2
    /// How widely numbers are varied: those of a way to share, and bids.
    private static let sharingSpread = 0.5
    private static let bidSpread = 0.4

    private let input: GraphNetwork.Input
    private let trials: [Trial]
    private let advantages: [Double]
    /// Mean cost of the rollouts over that of the rule.
    let ratio: Double
    /// Choices that were made in all rollouts together.
    let decisionCount: Int

    private enum Trial: Sendable {
        case list(ListPolicy.Choices, logarithms: [Double])
        case sharing(numbers: [Double], bids: [Double], before: (numbers: [Double], bids: [Double]))
    }

    private init?(_ input: GraphNetwork.Input, _ trials: [Trial], costs: [Double], rule: Double, decisions: Int) {
        self.input = input
        self.trials = trials
        let spread = Sample.standardDeviation(costs)
        let total = costs.reduce(0, +)
        let others = Double(costs.count - 1)
        advantages = costs.map { spread > 0 ? ((total - $0) / others - $0) / spread : 0 }
        ratio = rule > 0 ? Sample.mean(costs) / rule : 1
        decisionCount = decisions
        // Where every rollout costs the same there is nothing to learn.
        if spread <= 1e-9 * total { return nil }
    }

    // MARK: Rollouts

    /// Lists drawn from the network's scores; a list costs the makespan of its schedule.
    static func plan(_ problem: StaticProblem, _ network: GraphNetwork, seed: UInt64) -> Experience? {
        var generator = SeededGenerator(seed: seed)
        let input = GraphNetwork.Input(problem)
        var tape = Tape(network.parameters)
        let scores = network.apply(input, on: &tape).scores
        let policy = ListPolicy(lists: TaskLists(graph: problem.graph))
        var decoder = SerialDecoder(problem)
        let values = tape.value(of: scores).values
        var (trials, costs): ([Trial], [Double]) = ([], [])
        for _ in 0..<rollouts {
            let list = policy.sampled(values, using: &generator)
            costs.append(Double(decoder.decode(list)))
            let choices = policy.choices(of: list, most: 32, using: &generator)
            guard choices.count > 0 else { return nil }
            let logarithms = ListPolicy.logarithms(choices, scores, on: &tape)
            trials.append(.list(choices, logarithms: tape.value(of: logarithms).values))
        }
        let rule = Double(decoder.decode(policy.lists.byKey(Urgency(problem).paths)))
        return Experience(input, trials, costs: costs, rule: rule, decisions: rollouts * problem.count)
    }

    /// Ways to share and bids around the network's, in pairs to either side; they cost the mean completion of the runs.
    static func stream(_ problem: StaticProblem, _ network: GraphNetwork, seed: UInt64) -> Experience? {
        var generator = SeededGenerator(seed: seed)
        func normals(_ count: Int, _ spread: Double) -> [Double] {
            (0..<count).map { _ in spread * PortableMath.normal(generator.unit(), generator.unit()) }
        }
        let usual = TaskFeatures.Usual(ProblemView(problem))
        let input = GraphNetwork.Input(problem, usual: usual)
        var tape = Tape(network.parameters)
        let output = network.apply(input, on: &tape)
        let before = (tape.value(of: output.sharing).values, tape.value(of: output.bids).values)
        let scores = tape.value(of: output.scores).values
        var rollout = SharingTrial(problem, scores: scores, usual: usual)
        var (trials, costs): ([Trial], [Double]) = ([], [])
        for _ in 0..<rollouts / 2 {
            let noise = (normals(before.0.count, sharingSpread), normals(before.1.count, bidSpread))
            for sign in [1.0, -1] {
                let numbers = zip(before.0, noise.0).map { $0 + sign * $1 }
                let bids = zip(before.1, noise.1).map { $0 + sign * $1 }
                costs.append(rollout.meanCompletion(numbers, bids: bids))
                trials.append(.sharing(numbers: numbers, bids: bids, before: before))
            }
        }
        let rule = rollout.meanCompletion(SharingChoice.standard, bids: nil)
        return Experience(input, trials, costs: costs, rule: rule, decisions: rollouts * problem.count)
    }

    // MARK: Gradients

    /// - Returns: the gradient of the clipped loss, and by how much the network's choices have moved since the rollouts.
    func gradient(_ network: GraphNetwork) -> (gradient: [Double], divergence: Double) {
        var tape = Tape(network.parameters)
        let output = network.apply(input, on: &tape)
        var losses: [Tensor] = []
        var divergence = 0.0
        for (trial, advantage) in zip(trials, advantages) {
            switch trial {
            case .list(let choices, let before):
                let now = ListPolicy.logarithms(choices, output.scores, on: &tape)
                losses.append(loss(now, before, advantage, weight: 1, &divergence, on: &tape))
            case .sharing(let numbers, let bids, let before):
                let choice = gaussian(output.sharing, numbers, Self.sharingSpread, isJoint: true, on: &tape)
                let old = Self.gaussian(before.numbers, numbers, Self.sharingSpread).reduce(0, +)
                losses.append(loss(choice, [old], advantage, weight: 0.5, &divergence, on: &tape))
                let all = gaussian(output.bids, bids, Self.bidSpread, isJoint: false, on: &tape)
                let olds = Self.gaussian(before.bids, bids, Self.bidSpread)
                losses.append(loss(all, olds, advantage, weight: 4, &divergence, on: &tape))
            }
        }
        let loss = tape.sum(tape.concatenate(losses))
        return (tape.gradient(of: loss), divergence / Double(losses.count))
    }

    /// Minus the mean of ratio times advantage; where the ratio has left its bounds it is no longer pushed.
    private func loss(
        _ now: Tensor, _ before: [Double], _ advantage: Double, weight: Double, _ divergence: inout Double,
        on tape: inout Tape
    ) -> Tensor {
        let values = tape.value(of: now).values
        let scale = weight / Double(before.count * trials.count)
        var factors: [Double] = []
        var distance = 0.0
        for (value, old) in zip(values, before) {
            let ratio = PortableMath.exp(value - old)
            let isClipped = advantage > 0 ? ratio > 1 + Self.clip : ratio < 1 - Self.clip
            factors.append(isClipped ? 0 : -advantage * scale)
            // Schulman's estimate, which is never negative.
            distance += ratio - 1 - (value - old)
        }
        divergence += distance / Double(before.count)
        let ratios = tape.exp(tape.subtract(now, tape.constant(Matrix(rows: before.count, columns: 1, before))))
        let weighted = tape.multiply(ratios, tape.constant(Matrix(rows: before.count, columns: 1, factors)))
        return tape.sum(weighted)
    }

    /// Logarithms of normal densities, but for a constant.
    private static func gaussian(_ means: [Double], _ values: [Double], _ spread: Double) -> [Double] {
        zip(means, values).map { -($1 - $0) * ($1 - $0) / (2 * spread * spread) }
    }

    private func gaussian(
        _ means: Tensor, _ values: [Double], _ spread: Double, isJoint: Bool, on tape: inout Tape
    ) -> Tensor {
        let shape = tape.shape(of: means)
        let constant = tape.constant(Matrix(rows: shape.rows, columns: shape.columns, values))
        let squares = tape.scale(tape.square(tape.subtract(means, constant)), by: -1 / (2 * spread * spread))
        return isJoint ? tape.sum(squares) : squares
    }
}

/// One stream, simulated under many ways to share.
struct SharingTrial {
    private var rollout: SharingRollout
    private let usualLength: Int64

    /// - Parameter scores: the order of tasks where runs bid; where they don't the longest path goes first.
    init(_ problem: StaticProblem, scores: [Double], usual: TaskFeatures.Usual) {
        let ranks = problem.graph.upwardRanks(nanoseconds: problem.durations).map { Double($0) }
        usualLength = Int64(usual.length)
        rollout = SharingRollout(
            problem, places: SharingChoice.places(ranks),
            bids: .init(places: SharingChoice.places(scores), weights: problem.jobs.map { _ in 1 }))
    }

    /// - Parameter bids: logarithms, in the order of arrival; nil to go by the rule.
    mutating func meanCompletion(_ numbers: [Double], bids: [Double]?) -> Double {
        let parameters = SharingChoice(numbers).candidate.parameters(usualLength: usualLength, WaitingCost())
        rollout.begin(
            SharingRollout.Rule(parameters, byBids: bids != nil), weights: bids?.map(SharingChoice.weight))
        _ = rollout.advance(steps: .max)
        return Sample.mean(rollout.completions.map { Double($0) })
    }
}
