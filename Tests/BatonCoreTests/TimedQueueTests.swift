import BatonCore
import Testing

@Suite("Things by their time")
struct TimedQueueTests {
    @Test("what is due comes in the order of time, and at one instant in the order of insertion")
    func order() {
        var queue = TimedQueue<String>()
        for (name, at) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2), ("b3", 2)] {
            queue.insert(name, at: Instant(nanoseconds: Int64(at)))
        }
        #expect(queue.next == Instant(nanoseconds: 1))
        var taken: [String] = []
        while let name = queue.popDue(at: Instant(nanoseconds: 2)) { taken.append(name) }
        #expect(taken == ["a", "b1", "b2", "b3"])
        #expect(queue.next == Instant(nanoseconds: 3))
    }
}
