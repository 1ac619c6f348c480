import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct LogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what tasks printed.",
        discussion: """
            Standard output goes to standard output, standard error to standard error. The output of several tasks \
            comes with the task's name before each line. A task's name stands for all instances of its fan-out. With \
            --json each line of either is an object on standard output, with its task, attempt and stream.
            """
    )

    @OptionGroup var argument: RunArgument

    @Argument(help: ArgumentHelp("The tasks; all by default.", valueName: "task"))
    var tasks: [String] = []

    @Flag(name: .shortAndLong, help: "Go on until the run, or the given tasks, have ended.")
    var follow = false

    @Option(name: .long, help: ArgumentHelp("Which attempt. [the latest]", valueName: "number"))
    var attempt: Int32?

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        if let attempt, attempt < 1 { throw ValidationError("--attempt counts from 1, not from \(attempt).") }
        if follow && attempt != nil { throw ValidationError("--follow shows every attempt; leave --attempt out.") }
    }

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        try print(run, store, state.dataDirectory.folder(of: run)) {
            Pause.sleep(.milliseconds(100))
            return store
        }
    }

    /// - Parameter next: waits, and gives the record as it stands then.
    func print(
        _ run: Run.ID, _ store: any Store, _ logs: any AttemptLogs, next: () throws -> any Store
    ) throws {
        var store = store
        var selection = try TaskSelection(tasks, run: run, in: store)
        let printer = LogPrinter(logs: logs, form: state.json ? .json : selection.isSeveral ? .named : .plain)
        if let attempt, !selection.tasks.contains(where: { $0.attempt >= attempt }) {
            let most = selection.tasks.map(\.attempt).max() ?? 0
            throw CommandFailure(
                "there is no attempt \(attempt): \(most == 0 ? "none has begun" : "the latest is number \(most)")",
                exit: .usage)
        }
        guard follow else {
            for task in selection.tasks where task.attempt >= attempt ?? 1 {
                // Of two beside each other the log of the first to succeed is that of the task.
                let decisive =
                    try attempt == nil && task.attempt > 1 ? store.attempts(of: run, task: task.id).decisive : nil
                let number = attempt ?? decisive?.id.number ?? task.attempt
                printer.printAll(Attempt.ID(run: run, task: task.id, number: number), name: task.name)
            }
            return
        }
        var follower = LogFollower(printer: printer)
        while true {
            // Asked before reading: what a task printed before its end is then read too.
            let isOver = try store.run(run).status.isTerminal || selection.areAllOver
            follower.advance(selection.tasks, run: run)
            if isOver { return follower.finish() }
            store = try next()
            try selection.refresh(from: store)
        }
    }
}

/// The tasks of a run that a user named.
struct TaskSelection {
    let run: Run.ID
    private let names: [String]
    private(set) var tasks: [TaskSummary] = []
    private var sequence: Int64 = 0

    /// - Throws: for a name that is neither a task nor one of its instances, with what was probably meant.
    init(_ names: [String], run: Run.ID, in store: any Store) throws {
        self.run = run
        self.names = names
        let all = try store.tasks(of: run, in: nil)
        for name in names where !all.contains(where: { $0.name == name || $0.template == name }) {
            let known = all.map(\.template) + all.map(\.name)
            let hint = Suggestion.hint(for: name, among: known) ?? "'baton get \(run)' lists the tasks."
            throw CommandFailure("run \(run) has no task '\(name)'. \(hint)", exit: .usage)
        }
        tasks = all.filter(isWanted)
    }

    private func isWanted(_ task: TaskSummary) -> Bool {
        !task.isGroup && (names.isEmpty || names.contains(task.name) || names.contains(task.template))
    }

    var isSeveral: Bool { tasks.count > 1 || names.isEmpty && tasks.count != 1 }

    var areAllOver: Bool { !names.isEmpty && tasks.allSatisfy { $0.state.isTerminal } }

    /// Takes in what changed: new attempts, and instances that became known.
    mutating func refresh(from store: any Store) throws(StoreError) {
        let changes = try store.changes(of: run, after: sequence)
        sequence = changes.sequence
        for task in changes.tasks where isWanted(task) {
            if let place = tasks.firstIndex(where: { $0.id == task.id }) {
                tasks[place] = task
            } else {
                tasks.append(task)
            }
        }
    }
}

extension TaskState.Label {
    /// True when the task will not change any more.
    var isTerminal: Bool {
        switch self {
        case .blocked, .awaitingApproval, .ready, .running, .backingOff: false
        case .succeeded, .failed, .skipped, .cancelled: true
        }
    }
}
