import BatonCore
import BatonPrediction
import Testing

@Suite("Estimator")
struct EnsembleEstimatorTests {
    private func usage(_ seconds: Double, _ bytes: Int64) -> Usage {
        Usage(wall: .seconds(seconds), userCPU: .seconds(seconds), peakMemoryBytes: bytes, meter: .cgroup2)
    }

    private func expect(
        of estimator: EnsembleEstimator, workflow: String, task: String, instance: String,
        request: TaskInstance.Request = .init()
    ) -> Estimate? {
        estimator.estimate(workflow: workflow, task: task, instance: instance, request: request)
    }

    @Test("nothing is estimated of a task of which nothing was measured")
    func unknown() {
        var estimator = EnsembleEstimator()
        #expect(expect(of: estimator, workflow: "w", task: "a", instance: "a") == nil)
        estimator.observe(usage(1, 1 << 30), workflow: "w", task: "b", instance: "b")
        #expect(expect(of: estimator, workflow: "w", task: "a", instance: "a") == nil)
    }

    @Test("an instance is estimated by its own attempts, and a new one by its siblings'")
    func instances() throws {
        var history: [EnsembleEstimator.PastAttempt] = []
        for _ in 0..<3 {
            for (sample, seconds) in [("a", 2.0), ("b", 20), ("c", 200)] {
                history.append(
                    .init(
                        workflow: "w", task: "step", instance: "step[\(sample)]",
                        end: .succeeded(usage(seconds, Int64(seconds) << 28))))
            }
        }
        let estimator = EnsembleEstimator(history)
        let large = try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step[c]"))
        #expect(abs(Double(large.durationP50Nanoseconds) / 200e9 - 1) < 0.25)
        #expect(large.peakMemoryP50Bytes <= large.peakMemoryP99Bytes)
        #expect(large.largestSeenMemoryBytes >= 200 << 28)
        #expect(large.requestBytes! >= large.peakMemoryP50Bytes)
        let sibling = try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step[d]"))
        #expect(sibling.sampleCount == 9)
        #expect((1e9...300e9).contains(Double(sibling.durationP50Nanoseconds)))
    }

    @Test("what was learned during a run counts for the tasks still to come")
    func learning() throws {
        var estimator = EnsembleEstimator()
        estimator.observe(usage(5, 3 << 30), workflow: "w", task: "step", instance: "step[a]")
        let estimate = try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step[b]"))
        #expect(abs(Double(estimate.durationP50Nanoseconds) / 5e9 - 1) < 0.3)
        #expect(estimate.requestBytes! >= 3 << 30)
    }

    @Test("a meter that failed leaves an estimate of the duration alone")
    func unmeasuredMemory() throws {
        var estimator = EnsembleEstimator()
        estimator.observe(usage(5, 0), workflow: "w", task: "step", instance: "step")
        let estimate = try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step"))
        #expect(estimate.peakMemoryP99Bytes == 0)
        #expect(estimate.requestBytes == nil)
    }

    @Test(
        "cores follow the CPU that was used, in whole ones",
        arguments: [(95.0, 1), (380, 4), (12, 1), (108, 1), (125, 2)])
    func cores(_ percent: Double, _ cores: Int64) throws {
        var estimator = EnsembleEstimator()
        for _ in 0..<4 {
            let usage = Usage(
                wall: .seconds(10), userCPU: .seconds(percent / 10), peakMemoryBytes: 1 << 30, meter: .cgroup2)
            estimator.observe(usage, workflow: "w", task: "step", instance: "step")
        }
        let estimate = try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step"))
        #expect(estimate.requestMilliCPU == cores * 1000)
    }

    @Test("with a kept model, kills before the run count, and nothing is learned twice")
    func kept() throws {
        var predictor = Predictor()
        let profile = TaskProfile(workflow: "w", task: "step", instance: "step")
        for _ in 0..<20 { predictor.observe(Measurement(usage(10, 1 << 30)), of: profile) }
        func past(_ end: EnsembleEstimator.PastAttempt.End) -> EnsembleEstimator.PastAttempt {
            .init(workflow: "w", task: "step", instance: "step", end: end)
        }
        let calm = Array(repeating: past(.succeeded(usage(10, 1 << 30))), count: 20)
        func estimate(_ recent: [EnsembleEstimator.PastAttempt]) throws -> Estimate {
            let estimator = EnsembleEstimator(predictor, id: 7, newer: [], recent: recent)
            return try #require(expect(of: estimator, workflow: "w", task: "step", instance: "step"))
        }
        let (before, after) = (try estimate(calm), try estimate(calm + [past(.killed(at: 2 << 30))]))
        #expect(before.sampleCount == 20)
        #expect(before.model == Predictor.version + "#7")
        #expect(before.requestBytes! < 2 << 30)
        #expect(after.requestBytes! > 2 << 30)
        #expect(after.peakMemoryP50Bytes == before.peakMemoryP50Bytes)
        let later = EnsembleEstimator(
            predictor, id: 7, newer: [past(.succeeded(usage(10, 1 << 30)))], recent: calm + [past(.killed(at: 2 << 30))]
        )
        #expect(expect(of: later, workflow: "w", task: "step", instance: "step")?.sampleCount == 21)
    }

    @Test("a kill of an earlier run counts in the next")
    func pastKill() throws {
        let succeeded = EnsembleEstimator.PastAttempt(
            workflow: "w", task: "step", instance: "step", end: .succeeded(usage(5, 1 << 30)))
        let killed = EnsembleEstimator.PastAttempt(
            workflow: "w", task: "step", instance: "step", end: .killed(at: 5 << 28))
        func request(_ history: [EnsembleEstimator.PastAttempt]) -> Int64? {
            expect(of: EnsembleEstimator(history), workflow: "w", task: "step", instance: "step")?.requestBytes
        }
        let calm = [EnsembleEstimator.PastAttempt](repeating: succeeded, count: 20)
        #expect(try #require(request(calm)) < 5 << 28)
        #expect(try #require(request(calm + [killed])) > 5 << 28)
    }
}
