import BatonCore
import BatonPolicies

/// What runs on all workers, and when there will be room.
struct RunningTasks: Sendable {
    struct Task: Sendable {
        /// Its place in the engine.
        var run: Int
        var task: Int
        var worker: Int
        /// When it is expected to end, given how long it has run, in nanoseconds.
        var end: Int64
    }

    private(set) var tasks: [Task] = []
    /// One for each worker.
    let timelines: [Timeline]

    init(_ observation: Observation) {
        let now = observation.now.nanoseconds
        var bookings = Array(repeating: [Timeline.Booking](), count: observation.workerCount)
        var capacities = observation.free
        for worker in 0..<observation.workerCount {
            for running in observation.running(on: Worker.ID(worker)) {
                let task = Int(running.reference.task.index)
                let left = ResidualTime.nanoseconds(
                    median: Double(running.expectedEnd.nanoseconds - running.since.nanoseconds),
                    spread: observation.durationSpread(of: task, inRun: running.run),
                    elapsed: Double(now - running.since.nanoseconds))
                let end = now + max(Int64(left), 1)
                tasks.append(Task(run: running.run, task: task, worker: worker, end: end))
                capacities[worker] += running.grant
                bookings[worker].append(Timeline.Booking(from: now, to: end, amount: running.grant))
            }
        }
        timelines = capacities.indices.map { Timeline(capacity: capacities[$0], bookings: bookings[$0]) }
    }
}
