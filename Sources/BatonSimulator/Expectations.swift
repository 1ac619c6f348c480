import BatonCore

/// What the simulated orchestrator is told about tasks before they run: the truth, off by a known amount.
///
/// An error belongs to the seed and the task alone, so every policy is misled in the same way.
public struct Expectations: Hashable, Sendable {
    public var seed: UInt64
    /// Each duration is off by a factor between 1/error and error, log-uniform; 1 is exact but for the noise.
    public var durationError: Double
    /// The same for peak memory. With 1 nothing that Baton sizes is killed for memory.
    public var memoryError: Double
    /// Durations include the noise of the first attempt, which nobody can know.
    public var isOracle: Bool

    public init(seed: UInt64 = 0, durationError: Double = 1, memoryError: Double = 1, isOracle: Bool = false) {
        precondition(durationError >= 1 && memoryError >= 1, "an error is a factor of at least 1")
        self.seed = seed
        self.durationError = durationError
        self.memoryError = memoryError
        self.isOracle = isOracle
    }

    /// - Parameter instances: of the run that was just submitted; groups are left out.
    func estimates(
        for instances: [TaskInstance], of arrival: Workload.Arrival, _ durations: DurationModel
    ) -> [TaskEstimate] {
        // By index: an element of the loop would be copied whole, a million times.
        instances.indices.compactMap { index in
            guard instances[index].kind == .command else { return nil }
            let behaviour = arrival.behaviour(of: index, task: Int(instances[index].task))
            let attempt = Attempt.ID(run: arrival.submission.run, task: TaskInstance.ID(index), number: 1)
            var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ attempt.seed)
            let durationFactor = factor(durationError, generator.unit())
            let memoryFactor = factor(memoryError, generator.unit())
            let told = behaviour.expected?.duration ?? behaviour.duration
            let usual = isOracle ? durations.duration(usually: behaviour.duration, of: attempt) : told
            let expected = max(1, Int64(min(Double(usual.nanoseconds) * durationFactor, 1e18)))
            let usualPeak = behaviour.expected?.peakMemoryBytes ?? behaviour.peakMemoryBytes
            let peak = Int64(Double(usualPeak) * memoryFactor)
            let estimate = Estimate(
                durationP50Nanoseconds: expected,
                durationP90Nanoseconds: Int64(min(Double(expected) * durations.ninetiethPercentile, 1e18)),
                peakMemoryP50Bytes: peak, peakMemoryP99Bytes: peak, largestSeenMemoryBytes: peak, sampleCount: 1,
                model: "simulated"
            )
            return TaskEstimate(task: TaskInstance.ID(index), estimate: estimate, inputBytes: behaviour.inputBytes)
        }
    }

    private func factor(_ error: Double, _ unit: Double) -> Double {
        error == 1 ? 1 : PortableMath.exp(PortableMath.log(error) * (2 * unit - 1))
    }
}
