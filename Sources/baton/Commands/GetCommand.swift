import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a run and its tasks: where they stand and what they took.",
        discussion: """
            Without a run: the latest. With --files, of a run that was traced ('baton run --trace-files'): which files each \
            task read and wrote, which dependencies are missing for them, and over which no file flows.
            """
    )

    @OptionGroup var argument: RunArgument

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("Only tasks in this state; may be repeated.", valueName: "state"))
    var labels: [TaskStateName] = []

    @Flag(name: .long, help: "Show which files tasks read and wrote, and check their dependencies by that.")
    var files = false

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        if files { return try showFiles(of: run, store) }
        try show(run, store, isDriven: state.dataDirectory.isDriven(run))
    }

    /// - Parameter options: what must follow a command about the run, with a space before it.
    func show(
        _ run: Run.ID, _ store: any Store, options: String = "", isDriven: @autoclosure () -> Bool
    ) throws {
        let summary = try store.run(run)
        var view = RunDetail(
            run: summary, standing: RunStanding(summary.status, isDriven: isDriven()),
            tasks: try store.tasks(of: run, in: nil),
            attempts: try store.attempts(of: run, task: nil), labels: labels.isEmpty ? nil : labels.map(\.label)
        )
        view.commandOptions = options
        view.revision = try store.optimizations(of: summary.workflow).first { $0.after.contains { $0.run == run } }
        let now = LiveClock().now
        if state.json {
            let observations = RunObservations(
                dependencies: try store.dependencies(of: run), metrics: try store.metrics(of: run),
                moments: try store.systemStates(of: run))
            JSONPrinter.print(view.json(observations, now: now))
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO), now: now))
        }
    }

    private func showFiles(of run: Run.ID, _ store: any Store) throws {
        let traced = try store.observedFiles(of: run)
        guard !traced.isEmpty else {
            throw CommandFailure(
                "nobody watched the files of run \(run). Run its workflow with 'baton run --trace-files'", exit: .usage)
        }
        var replay = Replay(run: run)
        _ = try replay.advance(store)
        let view = FilesView(run: run, engine: replay.engine, traced: traced)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            let terminal = Terminal(descriptor: STDOUT_FILENO)
            for line in view.lines { Output.data(line.rendered(hasColor: terminal.hasColor)) }
        }
    }
}

/// A task's state as an argument.
struct TaskStateName: ExpressibleByArgument {
    var label: TaskState.Label

    init?(argument: String) {
        guard let label = TaskState.Label(rawValue: argument) else { return nil }
        self.label = label
    }

    static var allValueStrings: [String] { TaskState.Label.allCases.map(\.rawValue) }
}
