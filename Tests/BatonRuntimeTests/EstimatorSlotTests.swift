import BatonCore
import Testing

@testable import BatonRuntime

@Suite("An estimator that comes while a run goes on")
struct EstimatorSlotTests {
    /// Says as its sample count how much it has learned.
    private struct Counter: Estimator {
        var seen: [String] = []

        func estimate(workflow: String, task: String, instance: String) -> Estimate? { nil }

        mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {
            seen.append(instance)
        }
    }

    private func measured(_ instance: String, at seconds: Int64) -> EstimatorSlot.Measured {
        EstimatorSlot.Measured(
            usage: Usage(wall: .seconds(1), meter: .simulated), workflow: "w", task: "t", instance: instance,
            at: Instant(nanoseconds: seconds))
    }

    @Test("has learned what was measured while it was made, once each, and then takes over")
    func handover() throws {
        let slot = EstimatorSlot()
        #expect(slot.exchange(measured("before", at: 1)) == nil, "nobody listened yet")
        slot.listen()
        for (place, name) in ["read from the store", "after", "later"].enumerated() {
            #expect(slot.exchange(measured(name, at: Int64(place + 2))) == nil)
        }
        slot.offer(Counter(seen: ["read from the store"]), known: Instant(nanoseconds: 2))
        let taken = try #require(slot.exchange(measured("next", at: 5)) as? Counter)
        #expect(taken.seen == ["read from the store", "after", "later"])
        #expect(slot.exchange(measured("one more", at: 6)) == nil, "it is taken once")
    }

    @Test("leaves the run as it is when nothing comes of it")
    func nothing() {
        let slot = EstimatorSlot()
        slot.listen()
        #expect(slot.exchange(measured("a", at: 1)) == nil)
        slot.giveUp()
        slot.offer(Counter(), known: nil)
        #expect((slot.exchange(measured("b", at: 2)) as? Counter)?.seen == [])
    }
}
