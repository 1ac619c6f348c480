import BatonCore
import Testing

@testable import BatonPrediction

@Suite("A kept model")
struct KeptModelTests {
    private var rows: [(Measurement, TaskProfile)] {
        var random = SeededGenerator(seed: 7)
        return (0..<300).map { place in
            let sample = "s\(place / 4 % 20)_\(place % 3)"
            let task = ["trim", "align", "call"][place % 3]
            let noise = Double(random.next() % 1_000) / 1_000
            return (
                Measurement(
                    durationSeconds: place % 17 == 0 ? 0 : 10 + noise * 3, peakMemoryBytes: 1e9 * (1 + noise),
                    cpuPercent: place % 5 == 0 ? nil : 90, writtenBytes: 1e6),
                TaskProfile(
                    signature: "flow/" + task, tool: task, sample: TaskProfile.lineage(of: sample),
                    inputBytes: place % 2 == 0 ? 1e8 * (1 + noise) : nil,
                    machine: ["here", "there", nil][place % 7 % 3], declaredMemoryBytes: 4e9)
            )
        }
    }

    private func figures(_ predictor: Predictor, _ profile: TaskProfile) -> [Double] {
        predictor.predict(profile, Target.allCases).flatMap { [$0.point, $0.p50, $0.p90, $0.p99] }
    }

    @Test("predicts and learns as it would have without having been written and read")
    func sameAgain() throws {
        var kept = Predictor()
        for (measurement, profile) in rows.prefix(200) { kept.observe(measurement, of: profile) }
        var read = try Predictor(decoding: kept.encoded())
        #expect(read.observationCount == 200)
        #expect(read.encoded() == kept.encoded())
        for (measurement, profile) in rows.dropFirst(200) {
            #expect(figures(read, profile) == figures(kept, profile))
            kept.observe(measurement, of: profile)
            read.observe(measurement, of: profile)
        }
        let unknown = TaskProfile(signature: "other/align", tool: "align")
        #expect(read.predict(unknown, .memory).basis == .tool)
        #expect(figures(read, unknown) == figures(kept, unknown))
    }

    @Test("forgets samples that no remembered attempt worked on, and predicts the others as before")
    func forgetting() throws {
        var predictor = Predictor()
        for (measurement, profile) in rows { predictor.observe(measurement, of: profile) }
        // Older than all that is remembered of either task.
        var lean = Predictor()
        for number in 0..<40 {
            lean.observe(
                Measurement(durationSeconds: 10), of: TaskProfile(signature: "x", tool: "x", sample: ["old\(number)"]))
        }
        for number in 0..<400 {
            let sample = ["new\(number % 5)"]
            for task in ["x", "y"] {
                lean.observe(
                    Measurement(durationSeconds: 10 + Double(number % 5)),
                    of: TaskProfile(signature: task, tool: task, sample: sample))
            }
        }
        let whole = lean
        lean.forgetUnusedSamples()
        #expect(lean.ledger.identifiers.keys.sorted() == (0..<5).map { "new\($0)" })
        for number in 0..<5 {
            let profile = TaskProfile(signature: "y", tool: "y", sample: ["new\(number)"])
            #expect(figures(lean, profile) == figures(whole, profile))
        }
        let before = rows.map { figures(predictor, $0.1) }
        predictor.forgetUnusedSamples()
        #expect(rows.map { figures(predictor, $0.1) } == before)
    }

    @Test("holds everything that a predictor knows")
    func nothingForgotten() {
        func fields(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
        let predictor = Predictor()
        // Whoever adds a field writes it in Predictor+Bytes.swift, and says so here.
        #expect(
            fields(predictor) == [
                "signatures", "tools", "histories", "toolHistories", "largest", "ledger", "machines", "models",
                "silent", "sequences", "observationCount",
            ])
        #expect(fields(predictor.ledger) == ["identifiers", "entries", "counts", "means"])
        #expect(fields(predictor.machines) == ["identifiers", "overall", "own"])
        #expect(
            fields(predictor.models[0]) == ["target", "weights", "quantiles", "firsts", "errors", "pools", "noise"])
        #expect(fields(predictor.models[0].weights) == ["everywhere", "own"])
        #expect(fields(predictor.models[0].quantiles) == ["everywhere", "own"])
        #expect(fields(predictor.models[0].quantiles.everywhere) == ["scores", "level"])
        #expect(fields(predictor.models[0].quantiles.everywhere.scores) == ["newest", "sorted", "limit"])
    }

    @Test("is refused wherever a byte was changed or cut off, and never crashes")
    func damage() throws {
        var kept = Predictor()
        for (measurement, profile) in rows.prefix(20) { kept.observe(measurement, of: profile) }
        let bytes = kept.encoded()
        for place in stride(from: 0, to: bytes.count, by: 97) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: ModelFault.self) { try Predictor(decoding: damaged) }
            #expect(throws: ModelFault.self) { try Predictor(decoding: Array(bytes[..<place])) }
        }
    }

    @Test("of another version or of somebody else is refused, and it is said why")
    func foreign() throws {
        #expect(throws: ModelFault.foreign) { try Predictor(decoding: Array("SQLite format 3".utf8)) }
        #expect(throws: ModelFault.foreign) { try Predictor(decoding: []) }
        var other = Predictor().encoded()
        other[10] = UInt8(ascii: "X")
        let fault = #expect(throws: ModelFault.self) { try Predictor(decoding: other) }
        #expect(fault?.description.contains("this Baton predicts with \(Predictor.version)") == true)
    }
}
