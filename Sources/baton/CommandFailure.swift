import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// How the process ends.
enum ExitStatus: Int32 {
    case success = 0
    /// A run failed, or a check found something.
    case failure = 1
    /// Wrong arguments, or a workflow that can't run.
    case usage = 2
    case timeout = 124

    /// As shells report the end by a signal.
    static func signal(_ number: Int32) -> Int32 { 128 + number }
}

extension Run.Status {
    /// What `baton run` and `baton wait` end with; a run that a signal cancelled ends with that signal's code instead.
    var exitStatus: ExitStatus {
        switch self {
        case .succeeded: .success
        case .failed, .cancelled, .running, .paused, .cancelling: .failure
        }
    }
}

extension FileTracer.Obstacle {
    var sentence: String {
        switch self {
        case .notInstalled: "There is no strace on the PATH, by which files are traced."
        case .notPermitted(let reason): "Files can't be traced here: \(reason)."
        }
    }

    var advice: String {
        switch self {
        case .notInstalled: "Install it, on Debian with 'apt-get install strace'."
        case .notPermitted: "A container must permit ptrace, as with 'docker run --cap-add SYS_PTRACE'."
        }
    }
}

/// Why a command can't do what was asked: what was expected, what was found, what to do.
struct CommandFailure: Error, Hashable {
    var message: String
    var exit: ExitStatus

    init(_ message: String, exit: ExitStatus = .failure) {
        self.message = message
        self.exit = exit
    }

    /// Every error that a command may throw, in words.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as WorkflowError: self.init(error.description, exit: .usage)
        case let error as CommandError: self.init(error.sentence, exit: .usage)
        case let error as RuntimeError: self.init(error)
        case let error as StoreError:
            let isUsage = error.code == .unknownRun || error.code == .ambiguousRun
            self.init(error.description, exit: isUsage ? .usage : .failure)
        default: self.init("\(error)")
        }
    }

    private init(_ error: RuntimeError) {
        switch error {
        case .folder(let path, let reason): self.init("the folder \(path) can't be made: \(reason)")
        case .alreadyDriven(let run):
            self.init("run \(run) is going on in another process. Follow it with 'baton watch \(run)'", exit: .usage)
        case .unknownRun(let run): self.init("there is no run \(run). 'baton ps' lists them", exit: .usage)
        case .supervisor(let reason): self.init("the supervisor can't be reached: \(reason). Try 'baton doctor'")
        case .refused(let error): self.init(error.sentence, exit: .usage)
        case .missingSecrets(let names):
            self.init(
                "the workflow needs \(Sentence.list(names.map { "the secret '\($0)'" })), which nobody set. "
                    + "Set the environment variable of that name, or put the value into a file of that name in "
                    + DataDirectory.secrets,
                exit: .usage)
        case .store(let error): self.init(error)
        case .queueFull(let limit):
            self.init("\(limit) tasks wait or run already, which is as many as the queue takes; try again later")
        }
    }
}
