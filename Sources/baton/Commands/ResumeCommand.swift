import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take over a run whose baton process is gone.",
        discussion: """
            Tasks that went on meanwhile are adopted with their results; finished ones are not run again. Without a run: \
            the latest that has not ended. The exit code is that of 'baton run'.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The run: its id, the beginning or end of it, or 'latest'. [the latest unfinished one]", valueName: "run"))
    var name: String?

    @OptionGroup var state: StateOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var shadow: ShadowOptions
    @OptionGroup var tracing: TracingOptions

    func run() throws {
        let tracer = try tracing.tracer()
        let store = try state.existingStore()
        let chosen: Run.ID
        if let name {
            chosen = try RunArgument.resolve(name, in: store)
        } else if let latest = try store.latestRun(matching: RunFilter(statuses: [.running, .paused, .cancelling])) {
            chosen = latest.id
        } else if let latest = try store.latestRun(matching: RunFilter()) {
            Output.messages("Every run has ended; the latest, \(latest.id), \(latest.status.rawValue).")
            throw ExitCode(latest.status.exitStatus.rawValue)
        } else {
            throw CommandFailure("there is no run yet. Start one with 'baton run FILE'", exit: .usage)
        }
        try Self.resume(
            chosen, retry: false, state: state, machine: machine, shadow: shadow, tracer: tracer, store: store)
    }

    /// - Parameter command: a wish to grant before anything else happens.
    static func resume(
        _ run: Run.ID, retry: Bool, then command: Command? = nil, state: StateOptions, machine: MachineOptions,
        shadow: ShadowOptions? = nil, tracer: FileTracer? = nil, store: any Store
    ) throws {
        let data = state.dataDirectory
        let reporter = ProgressStyle.fitting(isJSON: state.json).reporter(for: run, logs: data.folder(of: run))
        var replay = Replay(run: run)
        reporter.catchUp(try replay.advance(store))
        guard let submission = replay.engine.submission(of: run) else { throw RuntimeError.unknownRun(run) }
        let refit = BackgroundRefit(data, run: run, of: submission.workflow.name)
        let setup = Wiring.setup(
            data, machine: machine, shadow: shadow?.policy, tracer: tracer, slot: refit.slot, observer: reporter,
            store: store)
        let orchestrator = Orchestrator(setup, store: store)
        try orchestrator.resume(run, retry: retry)
        if let command { try orchestrator.submit(command) }
        try RunCommand.drive(run, by: orchestrator, reporter, refit, data: data, store: store) {
            try shadow?.report(run, machine: machine, state: state, store: store)
        }
    }
}
