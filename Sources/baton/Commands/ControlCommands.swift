import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore

// Commands that change a run which may be driven by another process.

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop a run: its tasks end, 'finally' tasks still run."
    )

    @OptionGroup var argument: RunName

    @Flag(name: .long, help: "No grace for running tasks, and no 'finally' tasks.")
    var force = false

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var machine: MachineOptions

    func run() throws {
        if let client = try server.client(state) {
            let run = try RemoteRun(argument.name, client: client)
            try run.ask("cancel", force: force)
            let options = client.commandOptions
            return Output.messages("Cancelling \(run.id); 'baton wait \(run.id)\(options)' returns when it has ended.")
        }
        let (store, id) = try Control.findGoingOn(argument.name, state)
        switch ControlClient.ask(force ? "kill" : "cancel", run: id, folder: state.dataDirectory.folder(of: id)) {
        case .granted: Output.messages("Cancelling \(id); 'baton wait \(id)' returns when it has ended.")
        case .refused(let reason): throw CommandFailure(reason, exit: .usage)
        case .nobody:
            // Its baton process is gone: this one takes the run over just to end it.
            try ResumeCommand.resume(
                id, retry: false, then: .cancel(id, force: force), state: state, machine: machine, store: store
            )
        }
    }
}

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Start nothing new in a run; what runs goes on."
    )

    @OptionGroup var argument: RunName

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        if let client = try server.client(state) {
            let run = try RemoteRun(argument.name, client: client)
            try run.ask("pause")
            let options = client.commandOptions
            return Output.messages("Paused \(run.id); 'baton unpause \(run.id)\(options)' lets it go on.")
        }
        let (_, id) = try Control.findGoingOn(argument.name, state)
        try Control.ask("pause", id, state)
        Output.messages("Paused \(id); 'baton unpause \(id)' lets it go on.")
    }
}

struct UnpauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unpause", abstract: "Let a paused run go on.")

    @OptionGroup var argument: RunName

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        if let client = try server.client(state) {
            let run = try RemoteRun(argument.name, client: client)
            try run.ask("resume")
            return Output.messages("\(run.id) goes on.")
        }
        let (_, id) = try Control.findGoingOn(argument.name, state)
        try Control.ask("unpause", id, state)
        Output.messages("\(id) goes on.")
    }
}

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Run the tasks of a failed or cancelled run that did not succeed, and nothing else.",
        discussion: "The exit code is that of 'baton run'."
    )

    @OptionGroup var argument: RunName

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var machine: MachineOptions

    func run() throws {
        if let client = try server.client(state) {
            let run = try RemoteRun(argument.name, client: client)
            return try run.drive(isJSON: state.json) { try run.ask("retry") }
        }
        let (store, id) = try Control.find(argument.name, state)
        let status = try store.run(id).status
        guard status == .failed || status == .cancelled else {
            let hint = status == .succeeded ? "There is nothing to retry" : "Only a run that has ended can be retried"
            throw CommandFailure("run \(id) is \(status.rawValue). \(hint)", exit: .usage)
        }
        try ResumeCommand.resume(id, retry: true, state: state, machine: machine, store: store)
    }
}

/// A run that is to change: there is no default, so that nobody cancels what he didn't mean.
struct RunName: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The run: its id, the beginning or end of it, or 'latest'.", valueName: "run"),
        completion: .custom(RunArgument.candidates))
    var name: String
}

enum Control {
    static func find(_ run: String, _ state: StateOptions) throws -> (store: any Store, id: Run.ID) {
        let store = try state.existingStore()
        return (store, try RunArgument.resolve(run, in: store))
    }

    /// - Throws: for a run that has ended what became of it.
    static func findGoingOn(_ run: String, _ state: StateOptions) throws -> (store: any Store, id: Run.ID) {
        let (store, id) = try find(run, state)
        let status = try store.run(id).status
        guard status.isTerminal else { return (store, id) }
        let how = status == .cancelled ? "was cancelled" : status.rawValue
        throw CommandFailure("run \(id) has ended: it \(how)", exit: .usage)
    }

    static func ask(_ word: String, _ run: Run.ID, _ state: StateOptions) throws {
        try settle(ControlClient.ask(word, run: run, folder: state.dataDirectory.folder(of: run)), run)
    }

    /// - Throws: for whatever is no consent.
    static func settle(_ answer: ControlClient.Answer, _ run: Run.ID) throws {
        switch answer {
        case .granted: return
        case .refused(let reason): throw CommandFailure(reason, exit: .usage)
        case .nobody:
            throw CommandFailure(
                "nothing starts in run \(run) at the moment: its baton process is gone. 'baton resume \(run)' takes it over",
                exit: .usage
            )
        }
    }
}
