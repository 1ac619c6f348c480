import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct PsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ps",
        abstract: "List runs, the newest first.",
        discussion: """
            'interrupted' means that the baton process of a run is gone; 'baton resume' takes it over. A run that asks waits \
            for a person's approval.
            """
    )

    @Option(name: .shortAndLong, help: ArgumentHelp("How many to list.", valueName: "count"))
    var number = 20

    @Option(
        name: .long,
        help: ArgumentHelp("Only runs of this status; may be repeated.", valueName: "status"))
    var status: [RunStatusName] = []

    @Option(name: .long, help: ArgumentHelp("Only runs of this workflow.", valueName: "name"))
    var workflow: String?

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        if number < 1 { throw ValidationError("--number must be at least 1, not \(number).") }
    }

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        let data = state.dataDirectory
        let filter = RunFilter(
            statuses: status.isEmpty ? nil : status.map(\.status), workflow: workflow, limit: number)
        let runs = data.hasDatabase ? try data.store().runs(matching: filter) : []
        let view = RunList(
            runs: runs.map { (summary: $0, standing: RunStanding($0.status, isDriven: data.isDriven($0.id))) })
        show(view, options: "", advice: "Nothing has run yet. Start with 'baton run FILE'.")
    }

    /// - Parameter options: what must follow a command about one of the runs, with a space before it.
    func show(_ view: RunList, options: String, advice: String) {
        let now = LiveClock().now
        if state.json {
            JSONPrinter.print(view.json(now: now))
        } else if view.runs.isEmpty {
            let isFiltered = !status.isEmpty || workflow != nil
            Output.messages(isFiltered ? "No run is like that." : advice)
        } else {
            Output.data(view.table(now: now).rendered(for: Terminal(descriptor: STDOUT_FILENO)))
            for request in view.requests(options: options) { Output.messages(request) }
        }
    }
}

/// A run's status as an argument.
struct RunStatusName: ExpressibleByArgument {
    var status: Run.Status

    init?(argument: String) {
        guard let status = Run.Status(rawValue: argument) else { return nil }
        self.status = status
    }

    static var allValueStrings: [String] { Run.Status.allCases.map(\.rawValue) }
}
