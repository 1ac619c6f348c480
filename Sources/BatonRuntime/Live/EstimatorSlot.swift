public import BatonCore
import Synchronization

/// Where another thread leaves a better estimator for a run to go on with.
///
/// The run's loop never waits for the one who makes it: it swaps a pointer when the next attempt has ended. What ends
/// while the other thread is at work is noted here, so nothing is forgotten, kills least of all, and nothing learned twice.
public final class EstimatorSlot: Sendable {
    /// An attempt of the run that an estimator learns from.
    public struct Lesson: Sendable {
        public var end: End
        public var workflow: String
        public var task: String
        public var instance: String
        public var at: Instant

        public enum End: Sendable {
            case succeeded(Usage)
            /// Ended for want of memory: bytes granted or used then, whichever was more.
            case killed(at: Int64)
        }

        public init(end: End, workflow: String, task: String, instance: String, at: Instant) {
            self.end = end
            self.workflow = workflow
            self.task = task
            self.instance = instance
            self.at = at
        }

        func teach(_ estimator: inout any Estimator) {
            switch end {
            case .succeeded(let usage):
                estimator.observe(usage, workflow: workflow, task: task, instance: instance)
            case .killed(let bytes):
                estimator.observeKill(at: bytes, workflow: workflow, task: task, instance: instance)
            }
        }
    }

    private struct State {
        /// Nil while nobody wants to know.
        var notes: [Lesson]?
        var offered: (any Estimator)?
    }

    private let state = Mutex(State())

    public init() {}

    /// Begins to note what ends; comes before reading what has ended so far.
    public func listen() {
        state.withLock { $0.notes = [] }
    }

    /// Stops noting, for nothing will be offered.
    public func giveUp() {
        state.withLock { $0.notes = nil }
    }

    /// Lets the run go on with an estimator, once that has learned what ended meanwhile.
    ///
    /// - Parameter known: the end of the last attempt of the run that it has learned from; nil: of none.
    public func offer(_ estimator: any Estimator, known: Instant?) {
        var estimator = estimator
        while true {
            let current = estimator
            let notes = state.withLock { state -> [Lesson] in
                let notes = state.notes ?? []
                if notes.isEmpty { state.offered = current }
                state.notes = notes.isEmpty ? nil : []
                return notes
            }
            if notes.isEmpty { return }
            for note in notes where known.map({ note.at > $0 }) ?? true { note.teach(&estimator) }
        }
    }

    /// Takes note of how an attempt ended, or returns the estimator that shall learn from it and all that follow.
    func exchange(_ lesson: Lesson) -> (any Estimator)? {
        state.withLock { state in
            if let offered = state.offered {
                state.offered = nil
                return offered
            }
            state.notes?.append(lesson)
            return nil
        }
    }
}
