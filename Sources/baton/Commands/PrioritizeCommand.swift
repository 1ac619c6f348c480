import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

struct PrioritizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prioritize", abstract: "Change which run, or which task of it, goes first.",
        discussion: "It goes for tasks that have not started, and for those that join the run later; what runs goes on."
    )

    @OptionGroup var argument: RunName

    @Argument(help: "From 0 to 100; higher goes first.")
    var priority: Int

    @Option(
        name: .long,
        help: ArgumentHelp("Only this task, by its name; that of a fan-out means all of it.", valueName: "task"))
    var task: String?

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        guard (0...100).contains(priority) else {
            throw ValidationError("A priority is between 0 and 100, not \(priority).")
        }
    }

    func run() throws {
        if let client = try server.client(state) {
            let run = try RemoteRun(argument.name, client: client)
            guard let task else {
                try run.prioritize(nil, priority)
                return show(run.id, [])
            }
            let chosen = try chosen(task, of: run.id, in: try run.record().store)
            for task in chosen { try run.prioritize(task.id, priority) }
            return show(run.id, chosen)
        }
        let (store, id) = try Control.findGoingOn(argument.name, state)
        let folder = state.dataDirectory.folder(of: id)
        guard let task else {
            try Control.settle(ControlClient.ask(priority: priority, of: nil, run: id, folder: folder), id)
            return show(id, [])
        }
        let chosen = try chosen(task, of: id, in: store)
        for task in chosen {
            try Control.settle(ControlClient.ask(priority: priority, of: task.id, run: id, folder: folder), id)
        }
        show(id, chosen)
    }

    /// - Throws: where none of what is named can still be brought forward.
    private func chosen(_ name: String, of run: Run.ID, in store: any Store) throws -> [TaskSummary] {
        let tasks = try TaskSelection([name], run: run, in: store).tasks
        let open = tasks.filter { !$0.state.isTerminal && $0.state != .running }
        guard open.isEmpty, let first = tasks.first else { return open }
        throw CommandFailure(
            "'\(first.name)' of run \(run) has begun: it is \(first.state.words)", exit: .usage)
    }

    private func show(_ run: Run.ID, _ tasks: [TaskSummary]) {
        if state.json {
            return JSONPrinter.print(
                .object([
                    "run": .string(run.description), "tasks": task == nil ? nil : .strings(tasks.map(\.name)),
                    "priority": .number(priority),
                ]))
        }
        let subject = tasks.isEmpty ? "Run \(run)" : "\(Sentence.list(tasks.map(\.name))) of run \(run)"
        Output.messages("\(subject) \(tasks.count > 1 ? "have" : "has") priority \(priority) now.")
    }
}
