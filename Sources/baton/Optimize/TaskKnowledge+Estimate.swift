import BatonCore
import BatonOptimizer
import Glibc

extension TaskKnowledge {
    /// Standard deviation of the logarithm of what one attempt, or a declaration, says of the median.
    private static let doubtOfOne = 0.4

    /// - Parameter typical: what counts where nothing is known.
    init(_ instance: TaskInstance, _ estimate: Estimate?, typical: Duration) {
        self.init(
            nanoseconds: instance.expectedNanoseconds(estimate) ?? typical.nanoseconds, doubt: Self.doubtOfOne,
            peakMemoryBytes: nil)
        guard let estimate else { return }
        nanoseconds = max(nanoseconds, 1)
        spread = Self.spread(estimate.durationP50Nanoseconds, estimate.durationP90Nanoseconds, 1.2816)
        // What others of its name took is a guess, and no reason to change a file.
        sampleCount = estimate.basis == .elsewhere ? 0 : Int(estimate.sampleCount)
        doubt = max(0.05, Self.doubtOfOne / Double(max(sampleCount, 1)).squareRoot())
        peakMemoryBytes = estimate.peakMemoryP50Bytes
        memorySpread = Self.spread(estimate.peakMemoryP50Bytes, estimate.peakMemoryP99Bytes, 2.3263)
        suggestedMemoryBytes = estimate.requestBytes ?? estimate.peakMemoryP99Bytes
        suggestedMilliCPU = estimate.requestMilliCPU
    }

    /// Of a log-normal distribution with this median and this quantile, so many deviations above.
    private static func spread(_ median: Int64, _ quantile: Int64, _ deviations: Double) -> Double {
        guard median > 0, quantile > median else { return 0 }
        return log(Double(quantile) / Double(median)) / deviations
    }
}
