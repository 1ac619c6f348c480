import BatonCore
import Testing

@testable import BatonPrediction

@Suite("Predictor")
struct PredictorTests {
    private func profile(_ task: String, sample: String = "", input: Double? = nil) -> TaskProfile {
        TaskProfile(signature: task, tool: task, sample: TaskProfile.lineage(of: sample), inputBytes: input)
    }

    private func off(_ predicted: Double, _ measured: Double) -> Double { abs(predicted / measured - 1) }

    @Test("a steady task is predicted as it was")
    func steady() {
        var predictor = Predictor()
        for _ in 0..<5 {
            predictor.observe(
                Measurement(durationSeconds: 40, peakMemoryBytes: 3e9, cpuPercent: 180), of: profile("sort"))
        }
        for (prediction, expected) in zip(
            predictor.predict(profile("sort"), Target.allCases), [40.0, 3e9, 180])
        {
            #expect(off(prediction.p50, expected) < 0.02)
            #expect(prediction.basis == .signature)
            #expect(prediction.sampleCount == 5)
        }
    }

    @Test("run time follows the size of the input beyond what was seen")
    func input() {
        var predictor = Predictor()
        for size in [1e8, 2e8, 4e8, 8e8] {
            predictor.observe(
                Measurement(durationSeconds: 5 + size / 1e7), of: profile("align", input: size))
        }
        #expect(off(predictor.predict(profile("align", input: 16e8), .duration).p50, 165) < 0.15)
    }

    @Test("what a machine was slower at tells of tasks that never ran on it")
    func machines() {
        var predictor = Predictor()
        func on(_ machine: String, _ task: String) -> TaskProfile {
            TaskProfile(signature: task, tool: task, machine: machine)
        }
        for _ in 1...6 {
            for (task, seconds) in [("trim", 30.0), ("align", 100), ("sort", 10)] {
                predictor.observe(Measurement(durationSeconds: seconds), of: on("fast", task))
            }
        }
        for _ in 1...6 {
            for (task, seconds) in [("trim", 90.0), ("align", 300)] {
                predictor.observe(Measurement(durationSeconds: seconds), of: on("slow", task))
            }
        }
        #expect(off(predictor.predict(on("slow", "sort"), .duration).p50, 30) < 0.3)
        #expect(off(predictor.predict(on("fast", "align"), .duration).p50, 100) < 0.1)
    }

    @Test("what earlier tasks took for a sample tells what the next takes for it")
    func sample() {
        var predictor = Predictor()
        for index in 1...12 {
            let size = Double(index)
            for (task, rate) in [("trim", 3.0), ("align", 10)] {
                predictor.observe(
                    Measurement(durationSeconds: rate * size), of: profile(task, sample: "s\(index)"))
            }
        }
        predictor.observe(Measurement(durationSeconds: 3 * 5.5), of: profile("trim", sample: "s13"))
        #expect(off(predictor.predict(profile("align", sample: "s13"), .duration).p50, 55) < 0.05)
    }

    @Test("after one run already, the same task on the same sample is predicted as it was")
    func repeated() {
        var predictor = Predictor()
        for (index, bytes) in [1e8, 2e8, 3e8].enumerated() {
            for task in ["make", "use"] {
                predictor.observe(
                    Measurement(durationSeconds: 1, peakMemoryBytes: task == "use" ? bytes : 5e7),
                    of: profile(task, sample: "s\(index)"))
            }
        }
        for (index, bytes) in [1e8, 2e8, 3e8].enumerated() {
            #expect(off(predictor.predict(profile("use", sample: "s\(index)"), .memory).p50, bytes) < 0.1)
        }
    }

    @Test("a new signature of a known tool borrows the tool's attempts")
    func tool() {
        var predictor = Predictor()
        for _ in 0..<4 {
            predictor.observe(
                Measurement(durationSeconds: 12), of: TaskProfile(signature: "one/index", tool: "samtools index"))
        }
        let cold = predictor.predict(TaskProfile(signature: "two/index", tool: "samtools index"), .duration)
        #expect(cold.basis == .tool)
        #expect(off(cold.p50, 12) < 0.1)
    }

    @Test("of nothing known a guess is made, and said to be one")
    func cold() {
        let prediction = Predictor().predict(profile("new"), .memory)
        #expect(prediction.basis == .none)
        #expect(prediction.sampleCount == 0)
        #expect(prediction.point > 0 && prediction.p90 >= prediction.p50)
    }

    @Test("measurements that are no measurements change nothing")
    func badMeasurements() {
        var clean = Predictor()
        var dirty = Predictor()
        for index in 0..<30 {
            let good = Measurement(durationSeconds: 10 + Double(index % 3), peakMemoryBytes: 1e9, cpuPercent: 90)
            clean.observe(good, of: profile("a"))
            dirty.observe(good, of: profile("a"))
            for bad in [0, -5, .nan, .infinity, 1e30] {
                dirty.observe(
                    Measurement(durationSeconds: bad, peakMemoryBytes: bad, cpuPercent: bad, writtenBytes: bad),
                    of: profile("bad"))
            }
        }
        for target in Target.allCases {
            #expect(clean.predict(profile("a"), target).p90 == dirty.predict(profile("a"), target).p90)
            #expect(dirty.predict(profile("bad"), target).sampleCount == 0)
        }
    }

    @Test("the same observations give the same predictions")
    func deterministic() {
        func prediction() -> Double {
            var generator = SeededGenerator(seed: 3)
            var predictor = Predictor()
            for index in 0..<200 {
                predictor.observe(
                    Measurement(durationSeconds: Double.random(in: 1...2, using: &generator)),
                    of: profile("t\(index % 7)", sample: "s\(index % 5)"))
            }
            return predictor.predict(profile("t3", sample: "s1"), .duration).p90
        }
        #expect(prediction() == prediction())
    }

    @Test("a sample is also found under the name of what it is part of")
    func lineage() {
        #expect(TaskProfile.lineage(of: "patient7_rep2_lane1") == ["patient7_rep2_lane1", "patient7_rep2"])
        #expect(TaskProfile.lineage(of: "EGL,lines") == ["EGL,lines", "EGL"])
        #expect(TaskProfile.lineage(of: "plain") == ["plain"])
        #expect(TaskProfile.lineage(of: "") == [])
    }
}
