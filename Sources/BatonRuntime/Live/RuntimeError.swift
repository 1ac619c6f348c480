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
}
