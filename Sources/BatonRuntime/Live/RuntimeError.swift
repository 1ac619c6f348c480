public import BatonCore
public import BatonStore

/// Why a run can't be driven from here.
public enum RuntimeError: Error {
    case folder(String, String)
    /// Another process drives this run.
    case alreadyDriven(Run.ID)
    case unknownRun(Run.ID)
    case supervisor(String)
    case refused(CommandError)
    case missingSecrets([String])
    case store(StoreError)
    /// So many tasks wait or run already; the same submission may succeed later.
    case queueFull(limit: Int)
}

extension RuntimeError {
    /// Why there is no supervisor, for the record of the attempts that it would have run.
    var supervisorReason: String {
        if case .supervisor(let reason) = self { "no supervisor: \(reason)" } else { "no supervisor" }
    }
}
