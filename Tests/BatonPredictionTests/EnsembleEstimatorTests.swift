import BatonCore
import BatonPrediction
import Testing

@Suite("Estimator")
struct EnsembleEstimatorTests {
    private func usage(_ seconds: Double, _ bytes: Int64) -> Usage {
        Usage(wall: .seconds(seconds), userCPU: .seconds(seconds), peakMemoryBytes: bytes, meter: .cgroup2)
    }

    @Test("nothing is estimated of a task of which nothing was measured")
    func unknown() {
        var estimator = EnsembleEstimator()
        #expect(estimator.estimate(workflow: "w", task: "a", instance: "a") == nil)
        estimator.observe(usage(1, 1 << 30), workflow: "w", task: "b", instance: "b")
        #expect(estimator.estimate(workflow: "w", task: "a", instance: "a") == nil)
    }

    @Test("an instance is estimated by its own attempts, and a new one by its siblings'")
    func instances() throws {
        var history: [(usage: Usage, workflow: String, task: String, instance: String)] = []
        for _ in 0..<3 {
            for (sample, seconds) in [("a", 2.0), ("b", 20), ("c", 200)] {
                history.append((usage(seconds, Int64(seconds) << 28), "w", "step", "step[\(sample)]"))
            }
        }
        let estimator = EnsembleEstimator(history)
        let large = try #require(estimator.estimate(workflow: "w", task: "step", instance: "step[c]"))
        #expect(abs(Double(large.durationP50Nanoseconds) / 200e9 - 1) < 0.25)
        #expect(large.peakMemoryP50Bytes <= large.peakMemoryP99Bytes)
        #expect(large.largestSeenMemoryBytes >= 200 << 28)
        #expect(large.requestBytes! >= large.peakMemoryP50Bytes)
        let sibling = try #require(estimator.estimate(workflow: "w", task: "step", instance: "step[d]"))
        #expect(sibling.sampleCount == 9)
        #expect((1e9...300e9).contains(Double(sibling.durationP50Nanoseconds)))
    }

    @Test("what was learned during a run counts for the tasks still to come")
    func learning() throws {
        var estimator = EnsembleEstimator()
        estimator.observe(usage(5, 3 << 30), workflow: "w", task: "step", instance: "step[a]")
        let estimate = try #require(estimator.estimate(workflow: "w", task: "step", instance: "step[b]"))
        #expect(abs(Double(estimate.durationP50Nanoseconds) / 5e9 - 1) < 0.3)
        #expect(estimate.requestBytes! >= 3 << 30)
    }

    @Test("a meter that failed leaves an estimate of the duration alone")
    func unmeasuredMemory() throws {
        var estimator = EnsembleEstimator()
        estimator.observe(usage(5, 0), workflow: "w", task: "step", instance: "step")
        let estimate = try #require(estimator.estimate(workflow: "w", task: "step", instance: "step"))
        #expect(estimate.peakMemoryP99Bytes == 0)
        #expect(estimate.requestBytes == nil)
    }
}
