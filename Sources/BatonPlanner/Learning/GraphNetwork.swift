import BatonCore
import BatonNeural
import BatonSimulator

/// Looks once at tasks and their graph, and says which should go first, which run, and how to share the cluster.
///
/// Messages go up the graph, from what waits to what it waits for, and down again, so that each task knows of all before and
/// behind it. What a run's tasks have come to is its read-out, from which, with the state of the cluster, its bid is made.
///
/// - Source: message passing over jobs as in Mao and others 2019, doi:10.1145/3341302.3342080 (Decima), with a second
///   direction, and sums over √n where that takes sums.
struct GraphNetwork: Sendable {
    /// Changes when features or layers do: other weights are of no use then.
    static let version: UInt16 = 1
    private static let width = 16
    static let sharingCount = 4

    /// Who bids.
    enum Agents: String, Hashable, Sendable, CaseIterable {
        /// Each run by itself, knowing its own tasks and the state of the cluster.
        case many
        /// One for all runs: it also sees the tasks of the runs that came before.
        case single

        /// Runs that one bid looks at.
        var context: Int { self == .many ? 1 : 8 }
    }

    let agents: Agents
    var parameters: ParameterSet
    private let encoder: Dense
    private let up: (signal: Dense, weights: Tensor)
    private let down: (signal: Dense, weights: Tensor)
    private let run: Dense
    private let cluster: Dense
    private let score: (hidden: Dense, output: Dense, direct: Dense)
    private let bid: (hidden: Dense, output: Dense)
    private let sharing: Dense
    /// How to share where nothing else is known; found by cross-entropy search.
    let rule: Tensor

    /// Random weights.
    init(agents: Agents = .many, seed: UInt64) {
        self.agents = agents
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0x6E65)
        var parameters = ParameterSet()
        let width = Self.width
        func dense(_ name: String, _ inputs: Int, _ outputs: Int) -> Dense {
            Dense(name, inputs: inputs, outputs: outputs, in: &parameters, using: &generator)
        }
        encoder = dense("encoder", TaskFeatures.taskCount, width)
        up = (
            dense("up", width, width),
            parameters.addWeights("up.messages", rows: width, columns: width, using: &generator)
        )
        down = (
            dense("down", 2 * width, width),
            parameters.addWeights("down.messages", rows: width, columns: width, using: &generator)
        )
        run = dense("run", 2 * width, width)
        cluster = dense("cluster", TaskFeatures.clusterCount, width)
        score = (
            dense("score.hidden", 5 * width, width), dense("score", width, 1),
            dense("score.direct", TaskFeatures.taskCount, 1)
        )
        bid = (dense("bid.hidden", 2 * width, width), dense("bid", width, 1))
        sharing = dense("sharing", width, Self.sharingCount)
        rule = parameters.addBias("rule", columns: Self.sharingCount)
        self.parameters = parameters
        self.parameters[rule] = Matrix(rows: 1, columns: Self.sharingCount, SharingChoice.standard)
    }

    /// A problem as the network sees it.
    struct Input: Sendable {
        fileprivate let features: TaskFeatures
        fileprivate let up: Messages
        fileprivate let down: Messages
        fileprivate let jobOf: [Int32]
        fileprivate let sizes: [Double]
        fileprivate let problem: StaticProblem

        init(_ problem: StaticProblem, usual: TaskFeatures.Usual? = nil) {
            self.problem = problem
            features = TaskFeatures(problem, usual: usual)
            guard let order = try? problem.graph.topologicalOrder() else { preconditionFailure("a cycle") }
            up = Messages(order: order.reversed(), sources: (0..<problem.count).map(problem.graph.successors))
            down = Messages(order: order, sources: (0..<problem.count).map(problem.graph.dependencies))
            var jobOf = [Int32](repeating: 0, count: problem.count)
            for (index, job) in problem.jobs.enumerated() {
                for task in job.tasks { jobOf[task] = Int32(index) }
            }
            self.jobOf = jobOf
            sizes = problem.jobs.map { $0.tasks.isEmpty ? 0 : 1 / Double($0.tasks.count) }
        }
    }

    struct Output {
        /// The higher, the earlier, `[V x 1]`.
        var scores: Tensor
        /// Logarithms of what a run's remaining work is multiplied by, `[J x 1]`: the lower, the earlier.
        var bids: Tensor
        /// A `SharingChoice` in numbers, `[1 x 4]`.
        var sharing: Tensor
    }

    func apply(_ input: Input, on tape: inout Tape) -> Output {
        let features = tape.constant(input.features.tasks)
        let (tasks, jobs) = (input.jobOf.count, input.sizes.count)
        let encoded = relu(encoder, features, on: &tape)
        let above = tape.propagate(up.signal.apply(encoded, on: &tape), up.weights, along: input.up)
        let both = tape.concatenate([encoded, above])
        let below = tape.propagate(down.signal.apply(both, on: &tape), down.weights, along: input.down)
        let states = tape.concatenate([above, below])
        let sums = tape.segmentSum(states, segments: input.jobOf, count: jobs)
        let sizes = tape.constant(Matrix(rows: jobs, columns: 1, input.sizes))
        let runs = relu(run, inContext(tape.multiply(sums, sizes), input, on: &tape), on: &tape)
        let cluster = relu(cluster, tape.constant(input.features.cluster), on: &tape)
        let everywhere = tape.gather(cluster, rows: Array(repeating: 0, count: tasks))
        let known = tape.concatenate([encoded, states, tape.gather(runs, rows: input.jobOf), everywhere])
        let hidden = relu(score.hidden, known, on: &tape)
        let scores = tape.add(score.output.apply(hidden, on: &tape), score.direct.apply(features, on: &tape))
        let byRun = tape.concatenate([runs, tape.gather(cluster, rows: Array(repeating: 0, count: jobs))])
        let bids = bid.output.apply(relu(bid.hidden, byRun, on: &tape), on: &tape)
        let choice = tape.add(sharing.apply(cluster, on: &tape), rule)
        return Output(scores: scores, bids: bids, sharing: choice)
    }

    private func relu(_ layer: Dense, _ input: Tensor, on tape: inout Tape) -> Tensor {
        tape.relu(layer.apply(input, on: &tape))
    }

    /// For a single agent, each run's state with those of the runs that came before it mixed in.
    private func inContext(_ states: Tensor, _ input: Input, on tape: inout Tape) -> Tensor {
        guard agents == .single else { return states }
        let jobs = input.problem.jobs
        let order = jobs.indices.sorted { (jobs[$0].arrival, $0) < (jobs[$1].arrival, $1) }
        var (rows, segments): ([Int32], [Int32]) = ([], [])
        var shares = [Double](repeating: 0, count: jobs.count)
        for (place, job) in order.enumerated() {
            let seen = order[max(0, place + 1 - agents.context)...place]
            shares[job] = 1 / Double(2 * seen.count)
            for other in seen {
                rows.append(Int32(other))
                segments.append(Int32(job))
            }
        }
        let around = tape.segmentSum(tape.gather(states, rows: rows), segments: segments, count: jobs.count)
        let mixed = tape.multiply(around, tape.constant(Matrix(rows: jobs.count, columns: 1, shares)))
        return tape.add(tape.scale(states, by: 0.5), mixed)
    }

    // MARK: Answers

    /// What it says of a problem, in numbers.
    struct Answer: Sendable {
        /// `[V]`
        var scores: [Double]
        /// What each run's remaining work is multiplied by, `[J]`.
        var weights: [Double]
        var sharing: SharingChoice
    }

    func answer(_ problem: StaticProblem, usual: TaskFeatures.Usual? = nil) -> Answer {
        var tape = Tape(parameters)
        let output = apply(Input(problem, usual: usual), on: &tape)
        return Answer(
            scores: tape.value(of: output.scores).values,
            weights: tape.value(of: output.bids).values.map(SharingChoice.weight),
            sharing: SharingChoice(tape.value(of: output.sharing).values))
    }

    /// About how long an answer takes on one core of an AMD EPYC of 2023; the same everywhere and every time.
    static func estimatedNanoseconds(tasks: Int) -> Int { 100_000 + tasks * 8_000 }
}
