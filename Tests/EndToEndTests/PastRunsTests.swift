import BatonCore
import BatonOptimizer
import BatonStore
import Testing

@testable import baton

@Suite("What past runs say of tasks") struct PastRunsTests {
    @Test("how long attempts took, how they failed, and what retries were of use")
    func facts() throws {
        let stage = try ProgressTests.eventful()
        let store = try stage.store()
        let conditions = store.conditions(of: stage.run)
        var workflow = try #require(conditions).submission.workflow
        let past = try PastRuns(of: workflow, parameters: [], store)
        func seconds(_ seconds: Double, _ company: Company) -> [PastDuration] {
            [
                PastDuration(
                    run: 0, nanoseconds: Int64(seconds * 1e9), cpuNanoseconds: 1_250_000_000, company: company)
            ]
        }
        let second = seconds(4, Company(siblings: 0, isFirst: false))
        #expect(past.durations["index"] == seconds(1.5, Company(siblings: 0, isFirst: true)))
        #expect(past.durations["align[a]"] == second, "of its second attempt, from 5 to 9")
        #expect(past.durations["align[b]"] == nil, "it never succeeded")
        #expect(past.failures["align[a]"] == FailureHistory(instances: 1, outOfMemory: 1))
        #expect(
            past.failures["align[b]"]
                == FailureHistory(
                    instances: 1, failedFirst: 1, wastedAttempts: 1, wastedNanoseconds: 6_000_000_000, exitCode: 75))

        workflow.tasks[0].action = .shell(Template(literal: "false"))
        let changed = try PastRuns(of: workflow, parameters: [], store)
        #expect(changed.durations["index"] == nil, "it does something else now")
        #expect(changed.durations["align[a]"] == second)
    }

    @Test("what tasks of its name took in other workflows stands behind no advice, and is less than a declaration")
    func elsewhere() {
        func knowledge(_ basis: Estimate.Basis) -> TaskKnowledge {
            TaskKnowledge(
                TaskInstance(name: "test", task: 0, expectedDuration: .seconds(2)),
                Estimate(
                    durationP50Nanoseconds: 10_000_000_000, durationP90Nanoseconds: 20_000_000_000,
                    peakMemoryP50Bytes: 1_000_000, peakMemoryP99Bytes: 2_000_000, largestSeenMemoryBytes: 2_000_000,
                    sampleCount: 9, model: "test", basis: basis), typical: .seconds(1))
        }
        let (own, elsewhere) = (knowledge(.own), knowledge(.elsewhere))
        #expect((own.sampleCount, own.nanoseconds) == (9, 10_000_000_000))
        #expect((elsewhere.sampleCount, elsewhere.nanoseconds) == (0, 2_000_000_000))
        #expect(elsewhere.doubt > own.doubt)
    }
}
