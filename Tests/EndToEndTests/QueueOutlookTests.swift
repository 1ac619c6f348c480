import BatonCore
import BatonRuntime
import BatonServer
import Synchronization
import Testing

@testable import baton

@Suite("The outlook of a queue") struct QueueOutlookTests {
    private static func time(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

    private let task = Workflow.Task(name: "t", action: .shell(Template(literal: "true")))
    private let estimate = Estimate(
        durationP50Nanoseconds: 4_000_000_000, durationP90Nanoseconds: 8_000_000_000, peakMemoryP50Bytes: 1,
        peakMemoryP99Bytes: 1, largestSeenMemoryBytes: 1, sampleCount: 9, model: "m")

    private func load(waiting: Int, used: Int64) -> LiveControl.Load {
        var load = LiveControl.Load()
        load.waitingTasks = waiting
        load.used.milliCPU = used
        load.capacity.milliCPU = 2_000
        return load
    }

    @Test("where there is room a task starts now, and ends after what such tasks took")
    func room() throws {
        let queue = QueueOutlook { _ in estimate }
        let outlook = try queue.outlook(of: task, load(waiting: 1, used: 1_000), at: Self.time(100))
        #expect(outlook == ScheduleOutlook(start: Self.time(100), completion: Self.time(104), confidence: 0.5))
    }

    @Test("in a queue it waits for those before it, at the rate at which tasks end")
    func queue() throws {
        let queue = QueueOutlook { _ in estimate }
        let full = load(waiting: 50, used: 2_000)
        #expect(try queue.outlook(of: task, full, at: Self.time(0)) == ScheduleOutlook(), "nothing has ended yet")
        // Five a second, for as long as it takes to forget the beginning and long before that.
        for second in 0..<200 {
            queue.ended(5, at: Self.time(Double(second)))
            guard second > 5 else { continue }
            let now = Self.time(Double(second))
            let outlook = try queue.outlook(of: task, full, at: now)
            let wait = try #require(outlook.start.map { now.duration(to: $0).seconds })
            #expect(wait > 8 && wait < 12, "50 tasks at 5 a second, after \(second) s: \(wait)")
            let start = try #require(outlook.start)
            #expect(outlook.completion == start.advanced(by: Duration.seconds(4)))
        }
        #expect(try queue.outlook(of: task, full, at: Self.time(1_000)).start == nil, "long after the last end")
    }

    @Test("what nobody knows is left open; what fails is told and not asked again at once")
    func unknown() throws {
        struct Broken: Error {}
        let asked = Mutex(0)
        let queue = QueueOutlook { _ in
            asked.withLock { $0 += 1 }
            throw Broken()
        }
        let room = load(waiting: 0, used: 0)
        #expect(throws: Broken.self) { try queue.outlook(of: task, room, at: Self.time(0)) }
        #expect(try queue.outlook(of: task, room, at: Self.time(1)) == ScheduleOutlook(start: Self.time(1)))
        #expect(throws: Broken.self) { try queue.outlook(of: task, room, at: Self.time(40)) }
        #expect(asked.withLock { $0 } == 2)
    }

    @Test("where each task has another name, few are asked about")
    func names() throws {
        let asked = Mutex(0)
        let queue = QueueOutlook { _ in
            asked.withLock { $0 += 1 }
            return estimate
        }
        for number in 0..<1_000 {
            let task = Workflow.Task(name: "t\(number)", action: .shell(Template(literal: "true")))
            _ = try queue.outlook(of: task, load(waiting: 0, used: 0), at: Self.time(1 + Double(number) / 1_000))
        }
        #expect(asked.withLock { $0 } == 10)
    }
}
