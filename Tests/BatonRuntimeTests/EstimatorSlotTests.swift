import BatonCore
import Testing

@testable import BatonRuntime

@Suite("An estimator that comes while a run goes on")
struct EstimatorSlotTests {
    /// Says as its sample count how much it has learned.
    private struct Counter: Estimator {
        var seen: [String] = []

        func estimate(workflow: String, task: String, instance: String, request: TaskInstance.Request) -> Estimate? {
            nil
        }

        mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {
            seen.append(instance)
        }

        mutating func observeKill(at bytes: Int64, workflow: String, task: String, instance: String) {
            seen.append("\(instance) killed at \(bytes)")
        }
    }

    private func measured(_ instance: String, at seconds: Int64) -> EstimatorSlot.Lesson {
        lesson(.succeeded(Usage(wall: .seconds(1), meter: .simulated)), instance, at: seconds)
    }

    private func lesson(_ end: EstimatorSlot.Lesson.End, _ instance: String, at seconds: Int64) -> EstimatorSlot.Lesson
    {
        EstimatorSlot.Lesson(
            end: end, workflow: "w", task: "t", instance: instance, at: Instant(nanoseconds: seconds))
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

    @Test("has learned of kills while it was made, in their order, and takes over at one, too")
    func kills() throws {
        let slot = EstimatorSlot()
        slot.listen()
        #expect(slot.exchange(lesson(.killed(at: 7), "in the store", at: 2)) == nil)
        #expect(slot.exchange(lesson(.killed(at: 8), "a", at: 3)) == nil)
        #expect(slot.exchange(measured("b", at: 4)) == nil)
        slot.offer(Counter(), known: Instant(nanoseconds: 2))
        let last = lesson(.killed(at: 9), "c", at: 5)
        var taken = try #require(slot.exchange(last))
        last.teach(&taken)
        #expect((taken as? Counter)?.seen == ["a killed at 8", "b", "c killed at 9"])
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
