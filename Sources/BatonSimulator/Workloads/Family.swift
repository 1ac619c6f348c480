import BatonCore

/// A shape that workflows have, from which jobs of any size are drawn.
public enum Family: String, Hashable, Sendable, CaseIterable {
    /// Layers of equally many tasks; each needs some of the layer before.
    case layered
    /// Stages of tasks side by side, each closed by one task that waits for all of them.
    case forkJoin = "fork-join"
    /// The mosaic of a patch of sky: projections, differences of neighbours, one fit, backgrounds, one mosaic.
    case montage
    /// Rounds of maps and reduces; each reduce reads what all maps of its round wrote.
    case mapReduce = "map-reduce"
    /// Independent chains, as for samples that are processed alike, and a report at the end.
    case pipelines
    /// Layers of random size whose tasks need tasks of any earlier layer.
    case random

    /// What the tasks of a job are like.
    public struct Parameters: Hashable, Sendable {
        /// In seconds on a worker of reference speed.
        public var duration = Distribution.logNormal(mean: 60, coefficientOfVariation: 1)
        /// The true peak, in bytes.
        public var memoryBytes = Distribution.logNormal(mean: 2e9, coefficientOfVariation: 1)
        /// Between the normal variables behind duration and memory, -1 to 1.
        public var correlation = 0.5
        /// Of the variance of those variables, the share that tasks of one kind have in common, 0 to 1.
        public var likeness = 0.5
        /// How many times the largest peak of its kind a task declares; log-uniform, drawn for each kind. Nil when
        /// nothing is declared.
        public var overDeclaration: ClosedRange<Double>? = 2...20
        /// No task needs or declares more.
        public var memoryLimitBytes: Int64 = 64_000_000_000
        /// Demands, each equally likely; drawn for each kind. Empty when nothing is declared.
        public var milliCPU: [Int64] = [1000, 1000, 2000, 4000]
        /// Drawn for the whole job.
        public var priorities: ClosedRange<Int32> = 50...50
        /// Wanted end after arrival, as a multiple of the critical path; drawn for the whole job.
        public var deadlineSlack: ClosedRange<Double>?
        /// Tasks side by side; by default as wide as deep.
        public var width: Int?
        /// Tasks one after the other; counts where no width is given.
        public var depth: Int?
        /// Tasks that a layered or random task needs.
        public var degree = 2

        public init() {}
    }

    /// A job of about so many tasks; families whose shape has a fixed part may be a few off.
    ///
    /// - Parameters:
    ///   - tasks: at least 1.
    ///   - seed: the same seed gives the same job.
    /// - Complexity: O(tasks).
    public func job(tasks: Int, parameters: Parameters = Parameters(), seed: UInt64) -> Job {
        precondition(tasks >= 1, "a job of \(tasks) tasks")
        var sketch = FamilySketch(name: "\(rawValue)-\(tasks)-\(seed)", parameters, tasks: tasks, seed: seed)
        switch self {
        case .layered: sketch.drawLayers(tasks)
        case .forkJoin: sketch.drawForkJoins(tasks)
        case .montage: sketch.drawMontage(tasks)
        case .mapReduce: sketch.drawMapReduce(tasks)
        case .pipelines: sketch.drawPipelines(tasks)
        case .random: sketch.drawRandomLayers(tasks)
        }
        return sketch.finish()
    }
}
