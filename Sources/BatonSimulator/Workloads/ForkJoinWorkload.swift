public import BatonCore

/// Stages of tasks side by side, each stage closed by one task that waits for all of them.
public struct ForkJoinWorkload: Hashable, Sendable {
    public var stages: Int
    public var width: Int
    /// Durations are drawn evenly from this range, in seconds.
    public var seconds: ClosedRange<Double>

    public init(stages: Int, width: Int, seconds: ClosedRange<Double> = 1...10) {
        self.stages = stages
        self.width = width
        self.seconds = seconds
    }

    public func arrival(run: Run.ID, at: Instant = .zero, seed: UInt64) -> Workload.Arrival {
        var generator = SeededGenerator(seed: seed)
        var sketch = WorkflowSketch()
        var join: [String] = []
        for _ in 0..<stages {
            join = sketch.addForkJoin(width: width, after: join, seconds, using: &generator)
        }
        return sketch.arrival(name: "fork-join", run: run, at: at)
    }
}

extension WorkflowSketch {
    /// - Returns: the name of the closing task.
    mutating func addForkJoin(
        width: Int, after entries: [String], _ seconds: ClosedRange<Double>, using generator: inout SeededGenerator
    ) -> [String] {
        let fork = (0..<width).map { _ in add(needs: entries, duration: generator.duration(in: seconds)) }
        return [add(needs: fork, duration: generator.duration(in: seconds))]
    }
}
