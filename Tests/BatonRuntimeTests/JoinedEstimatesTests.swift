import BatonCore
import Testing

@testable import BatonRuntime

@Suite("Estimates of tasks that join a run one by one")
struct JoinedEstimatesTests {
    private var joined = JoinedEstimates()
    private var asked = 0

    private mutating func join(_ name: String = "a", memory: Int64? = nil, seen: Int) -> Int32? {
        let number = asked + 1
        var wasAsked = false
        let request = TaskInstance.Request(memoryBytes: memory)
        let estimate = joined.estimate(of: name, request, seen: seen) {
            wasAsked = true
            return Estimate(
                durationP50Nanoseconds: 1, durationP90Nanoseconds: 1, peakMemoryP50Bytes: 0, peakMemoryP99Bytes: 0,
                largestSeenMemoryBytes: 0, sampleCount: Int32(number), model: "told")
        }
        if wasAsked { asked = number }
        return estimate?.sampleCount
    }

    @Test("a prediction serves all of its name until twice as many have been measured")
    mutating func doubling() {
        let served = [0, 0, 1, 2, 3, 4, 7, 8].map { seen in join(seen: seen) }
        #expect(served == [1, 1, 2, 3, 3, 4, 4, 5])
    }

    @Test("another name or another request is predicted by itself")
    mutating func others() {
        #expect([join(seen: 4), join("b", seen: 4), join(memory: 1 << 30, seen: 4)] == [1, 2, 3])
    }

    @Test("after a kill the next one is predicted anew")
    mutating func kill() {
        #expect([join(seen: 5), join("b", seen: 5)] == [1, 2])
        joined.forget("a")
        #expect([join(seen: 5), join("b", seen: 5)] == [3, 2])
    }
}
