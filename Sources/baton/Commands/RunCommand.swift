import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a workflow and show its progress.",
        discussion: """
            Everything is on disk before it is reported. If baton or its terminal dies, tasks go on, and 'baton resume' \
            takes the run over. Ctrl-C cancels: once with grace and 'finally' tasks, twice at once. With --server the run \
            is the server's: Ctrl-C ends only the following, and 'baton cancel' stops the run.

            Exit codes: 0 succeeded, 1 failed, 2 wrong usage or workflow, 128+n cancelled by signal n.
            """
    )

    @Argument(help: "The workflow file, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var shadow: ShadowOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var tracing: TracingOptions

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @Flag(name: .long, help: "Go on with the latest run of this file: run only what has not succeeded yet.")
    var resume = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --server: the folder on the server in which tasks run. [the server's own]", valueName: "folder"))
    var directory: String?

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        if directory != nil {
            throw CommandFailure(
                "--directory is for a run on a server; here tasks run in the folder of the file", exit: .usage)
        }
        let data = state.dataDirectory
        let tracer = try tracing.tracer()
        var file = try WorkflowFile.read(file)
        if sizing.rightSize { file.rightSize() }
        for warning in file.warnings { Output.messages(warning.text) }
        let parameters = try locating(in: file) { () throws(WorkflowError) in
            try file.workflow.resolveParameters(assignments.map(\.binding))
        }
        let store = try data.store()
        var submission = Run.Submission(
            run: Run.ID(at: LiveClock().now, random: UInt32.random(in: 0...UInt32.max)),
            workflow: file.workflow, parameters: parameters, directory: file.directory, source: file.path,
            trace: Environment["TRACEPARENT"].flatMap { TraceParent(header: $0) },
            expansion: file.knownExpansion(parameters: parameters)
        )
        if resume, let earlier = try Continuation.find(for: submission, in: store) {
            switch earlier {
            case .same(let run):
                return try ResumeCommand.resume(
                    run, retry: true, state: state, machine: machine, shadow: shadow, tracer: tracer,
                    store: store)
            case .changed(let carried):
                submission.carriedOver = carried
            }
        }
        try begin(submission, of: file, tracer: tracer, data: data, store: store)
    }

    private func begin(
        _ submission: Run.Submission, of file: WorkflowFile, tracer: FileTracer?, data: DataDirectory,
        store: any Store
    ) throws {
        let reporter = ProgressStyle.fitting(isJSON: state.json)
            .reporter(for: submission.run, logs: data.folder(of: submission.run))
        let refit = BackgroundRefit(data, run: submission.run, of: submission.workflow.name)
        let setup = Wiring.setup(
            data, machine: machine, shadow: shadow.policy, tracer: tracer, slot: refit.slot, observer: reporter,
            store: store)
        let orchestrator = Orchestrator(setup, store: store)
        do throws(RuntimeError) {
            try orchestrator.begin(submission)
        } catch {
            if case .refused(.invalidWorkflow(let problems)) = error { throw file.locate(problems) }
            throw error
        }
        let promises = PromiseCheck(submission: submission, isJSON: state.json, store: store)
        try Self.drive(submission.run, by: orchestrator, reporter, refit, data: data, store: store, promises: promises)
        {
            try shadow.report(submission.run, machine: machine, state: state, store: store)
        }
    }

    /// Carries a run through, and looks after the record when it has ended and everything has been told.
    ///
    /// - Parameters:
    ///   - promises: what the run is compared with when it has succeeded; nil for one that took longer than its tasks.
    ///   - report: tells more, after how the run ended.
    static func drive(
        _ run: Run.ID, by orchestrator: Orchestrator, _ reporter: any ProgressReporter, _ refit: BackgroundRefit,
        data: DataDirectory,
        store: any Store, promises: PromiseCheck? = nil, report: () throws -> Void
    ) throws {
        refit.start()
        let (ends, signal) = try {
            defer { refit.abandon() }
            return try orchestrator.drive()
        }()
        let status = ends[run] ?? .failed
        reporter.finish(at: LiveClock().now)
        try report()
        if status == .succeeded { promises?.tell() }
        Housekeeping(dataDirectory: data.path, retention: Settings.current.retention).run(store)
        DetachedFit(data: data).startIfOverdue(store)
        if status != .succeeded { throw ExitCode(signal.map(ExitStatus.signal) ?? status.exitStatus.rawValue) }
    }

    private func locating<Result>(
        in file: WorkflowFile, _ body: () throws(WorkflowError) -> Result
    ) throws(WorkflowError) -> Result {
        do {
            return try body()
        } catch {
            throw file.locate(error)
        }
    }
}
