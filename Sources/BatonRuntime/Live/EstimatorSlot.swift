public import BatonCore
import Synchronization

/// Where another thread leaves a better estimator for a run to go on with.
///
/// The run's loop never waits for the one who makes it: it swaps a pointer when the next attempt has been measured. What
/// is measured while the other thread is at work is noted here, so nothing is forgotten and nothing learned twice.
public final class EstimatorSlot: Sendable {
    /// An attempt of the run that succeeded.
    public struct Measured: Sendable {
        public var usage: Usage
        public var workflow: String
        public var task: String
        public var instance: String
        public var at: Instant

        public init(usage: Usage, workflow: String, task: String, instance: String, at: Instant) {
            self.usage = usage
            self.workflow = workflow
            self.task = task
            self.instance = instance
            self.at = at
        }
    }

    private struct State {
        /// Nil while nobody wants to know.
        var notes: [Measured]?
        var offered: (any Estimator)?
    }

    private let state = Mutex(State())

    public init() {}

    /// Begins to note what is measured; comes before reading what was measured so far.
    public func listen() {
        state.withLock { $0.notes = [] }
    }

    /// Stops noting, for nothing will be offered.
    public func giveUp() {
        state.withLock { $0.notes = nil }
    }

    /// Lets the run go on with an estimator, once that has learned what was measured meanwhile.
    ///
    /// - Parameter known: the end of the last attempt of the run that it has learned from; nil: of none.
    public func offer(_ estimator: any Estimator, known: Instant?) {
        var estimator = estimator
        while true {
            let current = estimator
            let notes = state.withLock { state -> [Measured] in
                let notes = state.notes ?? []
                if notes.isEmpty { state.offered = current }
                state.notes = notes.isEmpty ? nil : []
                return notes
            }
            if notes.isEmpty { return }
            for note in notes where known.map({ note.at > $0 }) ?? true {
                estimator.observe(note.usage, workflow: note.workflow, task: note.task, instance: note.instance)
            }
        }
    }

    /// Takes note of a measurement, or returns the estimator that shall learn from it and all that follow.
    func exchange(_ measured: Measured) -> (any Estimator)? {
        state.withLock { state in
            if let offered = state.offered {
                state.offered = nil
                return offered
            }
            state.notes?.append(measured)
            return nil
        }
    }
}
