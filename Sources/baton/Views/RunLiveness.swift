import BatonCore
import BatonRuntime

extension DataDirectory {
    /// True when a process drives the run now: it answers at the run's door, if only that it doesn't know the word.
    func isDriven(_ run: Run.ID) -> Bool {
        ControlClient.ask("ping", run: run, folder: folder(of: run)) != .nobody
    }
}

/// How a run stands, the state of the process that drives it included.
struct RunStanding {
    var status: Run.Status
    /// Meant to go on, but nobody drives it: its process was killed.
    var isAbandoned: Bool

    init(_ status: Run.Status, isDriven: @autoclosure () -> Bool) {
        self.status = status
        isAbandoned = !status.isTerminal && !isDriven()
    }

    var word: String { isAbandoned ? "interrupted" : status.rawValue }

    /// As the end of a sentence.
    var verb: String { isAbandoned ? "was interrupted" : status.verb }

    var ink: Ink { isAbandoned ? .warning : status.ink }
}
