import BatonCore
import Testing

@testable import BatonPrediction

@Suite("Guard rails of sizing")
struct SizingGuardTests {
    private func prediction(_ bytes: Double, samples: Int = 20) -> Prediction {
        Prediction(
            target: .memory, point: bytes, p50: bytes, p90: bytes * 1.02, p99: bytes * 1.05,
            distribution: [(bytes, 1)], basis: .signature, sampleCount: samples, largestSeen: bytes)
    }

    /// A guard, and a kill in it of a task that was expected to take 1 GB.
    private func killed(at bytes: Double, times: Int = 1) -> SizingGuard {
        var rails = SizingGuard()
        for _ in 0..<times {
            let wanted = rails.request(bytes, signature: "s", prediction: prediction(1e9), declared: nil)
            rails.observeKill(
                at: bytes, signature: "s", prediction: prediction(1e9), wanted: wanted, declared: nil)
        }
        return rails
    }

    private func request(
        _ rails: SizingGuard, _ expected: Double = 1e9, _ signature: String = "s", declared: Double? = nil
    ) -> Double {
        rails.request(
            expected * 1.01, signature: signature, prediction: prediction(expected), declared: declared)
    }

    @Test("each measurement halves how much of a declaration is still asked for at least")
    func evidence() {
        func request(_ samples: Int) -> Double {
            SizingGuard().request(1e9, signature: "s", prediction: prediction(1e9, samples: samples), declared: 8e9)
        }
        #expect([0, 1, 2, 3, 10].map(request) == [8e9, 4e9, 2e9, 1e9, 1e9])
    }

    @Test("after one kill siblings get a rung more, in proportion to their size; strangers get nothing more")
    func oneKill() {
        let rails = killed(at: 1.01e9)
        #expect((1.1 * 1.01e9...2.1e9).contains(request(rails)))
        #expect(abs(request(rails, 4e9) / request(rails) - 4) < 0.1)
        #expect(request(rails, 1e9, "other") == 1.01e9)
    }

    @Test("a second kill under the same belief doubles, and further ones change nothing")
    func burst() {
        #expect(request(killed(at: 1.01e9, times: 2)) >= 2.02e9)
        #expect(request(killed(at: 1.01e9, times: 50)) == request(killed(at: 1.01e9, times: 2)))
    }

    @Test("a kill far above what was expected says little about a sibling that is expected to be larger")
    func farOff() {
        let rails = killed(at: 20e9)
        #expect(request(rails) > 20e9)
        #expect(request(rails, 18e9) <= 40e9)
    }

    @Test("no request goes above what was declared")
    func bound() {
        #expect(request(killed(at: 1.01e9, times: 2), declared: 1.5e9) == 1.5e9)
    }

    @Test("what a kill raised falls by at most half with each success, and not to what was killed for 50 attempts")
    func decay() {
        var rails = killed(at: 1.01e9, times: 2)
        var last = request(rails)
        for attempt in 1...60 {
            rails.observeSuccess(signature: "s")
            let next = request(rails)
            #expect(next >= last / 2)
            #expect(next > 1.01e9 || attempt >= SizingGuard.window)
            last = next
        }
        #expect(last == 1.01e9)
    }

    @Test("more than 2 % of kills among the recent attempts raise all requests until it is less again")
    func share() {
        var rails = SizingGuard()
        for kill in 1...5 {
            // Each is granted more than the one before, and each time it was too little.
            rails.observeKill(
                at: Double(kill) * 1e9, signature: "s\(kill)", prediction: prediction(Double(kill) * 1e9), wanted: 0,
                declared: nil)
        }
        #expect(request(rails, 1e9, "other") > 1.01e9)
        for _ in 0..<200 { rails.observeSuccess(signature: "other") }
        #expect(request(rails, 1e9, "other") == 1.01e9)
    }

    @Test("when memory doubles with 50 attempts in flight, at most those and one more are killed, and little is wasted")
    func drift() throws {
        var estimator = EnsembleEstimator()
        var generator = SeededGenerator(seed: 7)
        func usage(_ bytes: Double) -> Usage {
            Usage(wall: .seconds(10), userCPU: .seconds(9), peakMemoryBytes: Int64(bytes), meter: .cgroup2)
        }
        func need(_ scale: Double) -> Double { scale * (0.97 + 0.06 * Double(generator.next() >> 11) / 0x1p53) }
        func request(_ instance: Int) throws -> Double {
            let estimate = try #require(
                estimator.estimate(
                    workflow: "w", task: "t", instance: "t[\(instance)]",
                    request: TaskInstance.Request(memoryBytes: 8_000_000_000, isAutomatic: true)))
            return Double(try #require(estimate.requestBytes))
        }
        for instance in 0..<100 {
            estimator.observe(usage(need(1e9)), workflow: "w", task: "t", instance: "t[\(instance)]")
        }
        // 50 in flight; whenever one ends the next starts, and what was killed runs again on the ladder.
        var flight: [(instance: Int, granted: Double, isOld: Bool)] = []
        for instance in 100..<150 { flight.append((instance, try request(instance), true)) }
        #expect(flight.allSatisfy { $0.granted < 1.2e9 })
        var killed = (old: 0, new: 0)
        var granted: [Double] = []
        for instance in 150..<450 {
            let (ended, bytes, isOld) = flight.removeFirst()
            let needed = need(2e9)
            if bytes < needed {
                if isOld { killed.old += 1 } else { killed.new += 1 }
                estimator.observeKill(at: Int64(bytes), workflow: "w", task: "t", instance: "t[\(ended)]")
            } else {
                estimator.observe(usage(needed), workflow: "w", task: "t", instance: "t[\(ended)]")
            }
            let next = try request(instance)
            flight.append((instance, next, false))
            granted.append(next)
        }
        #expect(killed.old == 50)
        #expect(killed.new <= 1)
        #expect(granted.dropFirst(100).allSatisfy { $0 < 1.5 * 2.06e9 })
    }
}
