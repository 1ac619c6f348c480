import BatonCore
import BatonRuntime
import BatonServer
import BatonStore
import Foundation
import Synchronization

/// When a task that was just handed to the server is likely to start and to end.
///
/// It starts after those that wait already, which leave at the rate at which tasks have ended lately (Little 1961,
/// doi:10.1287/opre.9.3.383), and then takes what such tasks took before. Priorities are not looked at.
final class QueueOutlook: Sendable {
    private struct Known {
        var estimate: Estimate?
        var at: Instant
    }

    private struct State {
        var rate = EndRate()
        var known: [String: Known] = [:]
        var isAsking = false
        /// Not before: where each task has another name, asking would take a core.
        var mayAskAt = Instant.zero
    }

    private let state = Mutex(State())
    private let ask: @Sendable (Workflow.Task) throws -> Estimate?

    /// What was asked is asked again after that time: tasks that have ended since say more.
    private static let freshness = Duration.seconds(30)
    private static let pause = Duration.milliseconds(100)
    private static let mostKnown = 1_000

    /// - Parameter ask: what such a task takes; a few milliseconds. Nil: nobody knows.
    init(_ ask: @escaping @Sendable (Workflow.Task) throws -> Estimate?) {
        self.ask = ask
    }

    /// Takes in that so many tasks have ended.
    func ended(_ count: Int, at now: Instant) {
        state.withLock { $0.rate.add(count, at: now) }
    }

    /// - Parameter load: of which the task is a part already.
    func outlook(of task: Workflow.Task, _ load: LiveControl.Load, at now: Instant) throws -> ScheduleOutlook {
        let estimate = try estimate(of: task, at: now)
        var outlook = ScheduleOutlook(start: start(load, at: now))
        guard let start = outlook.start, let estimate else { return outlook }
        outlook.completion = start.advanced(by: .nanoseconds(estimate.durationP50Nanoseconds))
        if estimate.durationP90Nanoseconds > 0 {
            outlook.confidence = Double(estimate.durationP50Nanoseconds) / Double(estimate.durationP90Nanoseconds)
        }
        return outlook
    }

    /// At once where there is room; nil while nothing tells how fast the queue moves.
    private func start(_ load: LiveControl.Load, at now: Instant) -> Instant? {
        if load.waitingTasks <= 1, load.used.milliCPU < load.capacity.milliCPU { return now }
        guard let perSecond = state.withLock({ $0.rate.perSecond(at: now) }) else { return nil }
        return now.advanced(by: .nanoseconds(Int64(Double(load.waitingTasks) / perSecond * 1e9)))
    }

    /// While somebody asks, everybody else does with what is known: many tasks must not wait for one another here.
    private func estimate(of task: Workflow.Task, at now: Instant) throws -> Estimate? {
        let (known, mayAsk) = state.withLock { state in
            let known = state.known[task.name]
            let isFresh = known.map { $0.at.duration(to: now) < Self.freshness } ?? false
            let mayAsk = !isFresh && !state.isAsking && now >= state.mayAskAt
            if mayAsk {
                state.isAsking = true
                state.mayAskAt = now.advanced(by: Self.pause)
            }
            return (known?.estimate, mayAsk)
        }
        guard mayAsk else { return known }
        let answer = Result { try ask(task) }
        state.withLock { state in
            state.isAsking = false
            if state.known.count >= Self.mostKnown { state.known = [:] }
            state.known[task.name] = Known(estimate: (try? answer.get()) ?? known, at: now)
        }
        return try answer.get()
    }
}

/// How many tasks end in a second, the last half minute counting most.
struct EndRate {
    private var first: Instant?
    private var last = Instant(nanoseconds: 0)
    /// Ends, each counted the less the longer it is ago.
    private var weight = 0.0

    private static let memory = 30.0
    /// Fewer tell nothing.
    private static let fewest = 3.0

    mutating func add(_ count: Int, at now: Instant) {
        if first == nil { first = now }
        weight = faded(at: now) + Double(count)
        last = max(last, now)
    }

    /// Nil where too few have ended.
    func perSecond(at now: Instant) -> Double? {
        guard let first, faded(at: now) >= Self.fewest else { return nil }
        // As much as there would be of a steady stream of one a second that began with the first.
        let age = max(1, first.duration(to: now).seconds)
        return faded(at: now) / (Self.memory * (1 - exp(-age / Self.memory)))
    }

    private func faded(at now: Instant) -> Double {
        weight * exp(-max(0, last.duration(to: now).seconds) / Self.memory)
    }
}
