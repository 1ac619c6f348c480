import BatonCore
import BatonSimulator
import Testing

/// How many workers, and which, keep a promise.
@Suite("Capacity")
struct CapacityTests {
    private let small = Machine(capacity: Resources(milliCPU: 2000, memoryBytes: 8_000_000_000), kind: "small")
    private let large = Machine(capacity: Resources(milliCPU: 8000, memoryBytes: 32_000_000_000), kind: "large")

    /// One core for a minute, once a second.
    private func minutes(memoryBytes: Int64 = 1_000_000_000, perSecond: Double = 1) throws -> [Workload] {
        let job = try Job(
            name: "minute",
            tasks: [
                Job.Task(
                    name: "t", kind: "t", request: .init(milliCPU: 1000, memoryBytes: memoryBytes),
                    behaviour: .init(duration: .seconds(60), peakMemoryBytes: memoryBytes))
            ])
        return (0..<2).map { seed in
            Arrivals.stream(
                jobs: [job], counts: Array(repeating: 60 * perSecond, count: 5), bucketSeconds: 60, seed: UInt64(seed))
        }
    }

    @Test("a stream of counts has as many arrivals in each stretch, in order")
    func stream() throws {
        let workload = try minutes(perSecond: 2)[0]
        #expect(workload.arrivals.count == 600)
        for stretch in 0..<5 {
            let begin = Int64(stretch) * 60_000_000_000
            let inside = workload.arrivals.count {
                ($0.at.nanoseconds - begin) / 60_000_000_000 == 0 && $0.at.nanoseconds >= begin
            }
            #expect(inside == 120)
        }
        #expect(zip(workload.arrivals, workload.arrivals.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    @Test("a minute of work each second takes some sixty cores, and fewer than enough break the promise")
    func fewest() throws {
        let trial = CapacityTrial(try minutes(), promise: .wait(.seconds(5)), kinds: [small])
        let plan = CapacityPlan(trial, of: small, risk: 0.05, most: 1000)
        let count = try #require(plan.count)
        #expect((28...34).contains(count))
        for tried in plan.tried { #expect((tried.risk.share <= 0.05) == (tried.count >= count)) }
        #expect(plan.tried.map(\.count) == Array(count - 2...count + 2))
    }

    @Test("memory limits as cores do")
    func memory() throws {
        let trial = CapacityTrial(
            try minutes(memoryBytes: 8_000_000_000), promise: .wait(.seconds(5)), kinds: [small])
        let plan = CapacityPlan(trial, of: small, risk: 0.05, most: 1000)
        #expect((56...68).contains(plan.count ?? 0))
    }

    @Test("what no worker can hold, and what takes too long by itself, is known before anything is tried")
    func impossible() throws {
        let trial = CapacityTrial(
            try minutes(memoryBytes: 16_000_000_000), promise: .completion(.seconds(59)), kinds: [small, large])
        #expect(trial.misfit(on: [small])?.memoryBytes == 16_000_000_000)
        #expect(trial.misfit(on: [small, large]) == nil)
        #expect(trial.unavoidable(on: [large]).share == 1)
        var fast = large
        fast.speedPermille = 2000
        #expect(trial.unavoidable(on: [fast]).share == 0)
    }

    @Test("a trial that is given up says so, and never for a cluster that keeps the promise")
    func givenUp() throws {
        let trial = CapacityTrial(try minutes(), promise: .wait(.seconds(5)), kinds: [small])
        let few = trial.risk(of: Array(repeating: small, count: 5), limit: 0.05)
        #expect(!few.isWhole && few.share > 0.05)
        let many = trial.risk(of: Array(repeating: small, count: 60), limit: 0.05)
        #expect(many.isWhole && many.share == 0)
    }

    @Test("the cheapest mix costs what trying all of them finds", arguments: 0..<4)
    func bruteForce(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let futures = try minutes(
            memoryBytes: seed % 2 == 0 ? 1_000_000_000 : 6_000_000_000, perSecond: 0.2)
        let kinds = [small, large].map {
            PricedMachine($0, pricePerHour: 0.05 + generator.unit() * Double($0.capacity.milliCPU) / 8000, most: 4)
        }
        let trial = CapacityTrial(futures, promise: .completion(.seconds(70)), kinds: [small, large])
        var search = CheapestMix(kinds, trial: trial)
        let found = search.cheapest(risk: 0.05)
        var best: Double?
        for first in 0...4 {
            for second in 0...4 {
                let mix = search.mix([first, second])
                if mix.risk.share <= 0.05 { best = min(best ?? .infinity, mix.costPerHour) }
            }
        }
        #expect(found?.costPerHour == best)
        if let found { #expect(found.risk.isWhole && found.risk.share <= 0.05) }
    }

    @Test("three kinds are searched with far fewer trials than there are mixes")
    func fewTrials() throws {
        let kinds = [
            PricedMachine(small, pricePerHour: 0.1, most: 20), PricedMachine(large, pricePerHour: 0.35, most: 20),
            PricedMachine(
                Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 8_000_000_000)), pricePerHour: 0.17, most: 20),
        ]
        let trial = CapacityTrial(
            try minutes(perSecond: 0.25), promise: .wait(.seconds(5)), kinds: kinds.map(\.machine))
        var search = CheapestMix(kinds, trial: trial)
        let cheapest = search.cheapest(risk: 0.05)
        let mix = try #require(cheapest)
        #expect(mix.costPerHour > 0.5 && mix.costPerHour < 0.8)
        #expect(search.triedCount < 400, "of 9,261")
    }

    @Test("no mix is found where all of them are too few")
    func none() throws {
        let trial = CapacityTrial(try minutes(), promise: .wait(.seconds(5)), kinds: [small])
        var search = CheapestMix([PricedMachine(small, pricePerHour: 1, most: 3)], trial: trial)
        #expect(search.cheapest(risk: 0.05) == nil)
    }
}
