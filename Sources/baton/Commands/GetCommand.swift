import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a run and its tasks: where they stand and what they took.",
        discussion: "Without a run: the latest."
    )

    @OptionGroup var argument: RunArgument

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp("Only tasks in this state; may be repeated.", valueName: "state"))
    var labels: [TaskStateName] = []

    @OptionGroup var state: StateOptions

    func run() throws {
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        let summary = try store.run(run)
        let view = RunDetail(
            run: summary, standing: RunStanding(summary.status, isDriven: state.dataDirectory.isDriven(run)),
            tasks: try store.tasks(of: run, in: nil),
            attempts: try store.attempts(of: run, task: nil), labels: labels.isEmpty ? nil : labels.map(\.label)
        )
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
