import BatonCore
import BatonRuntime
import BatonStore
import Foundation

/// Fits the model after a run that was too short for it, in a process of its own: `baton model fit --if-due`.
///
/// As `git gc --auto` does: nobody waits for it, and where the machine ends all processes with the run, as containers do,
/// nothing is lost but the fit.
struct DetachedFit {
    let data: DataDirectory

    /// Starts it if the model is missing or too old. It takes a few milliseconds once a day, and else less than one.
    func startIfOverdue(_ store: any Store) {
        guard (try? TaskModel(store: store).isOverdue(at: LiveClock().now)) == true, let program = Wiring.executable
        else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["model", "fit", "--if-due", "--data-dir", data.path]
        // It must keep neither a pipe open that somebody reads to its end, nor a folder in use.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.currentDirectoryURL = URL(fileURLWithPath: data.path)
        // Where no process can be had, a later run tries again.
        try? process.run()
    }

    /// Among processes that fit because it is due; nil when another is at it.
    func lock() -> FileLock? { FileLock(tryLocking: data.path + "/model.lock") }
}
