import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Glibc

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a task waits, failed, was skipped, or ran where and when it did.",
        discussion: """
            Without a task: the run as a whole. Without a run: the latest. With --decision: what one decision of the run \
            started, which plan it followed, and what others promised.
            """
    )

    @OptionGroup var argument: RunArgument

    @Argument(help: ArgumentHelp("The task, such as align or 'align[b]'.", valueName: "task"))
    var task: String?

    @Flag(name: .long, help: "Say why the task's command ran, although an earlier run may have done the same.")
    var whyRun = false

    @Option(
        help: ArgumentHelp(
            "Explain this decision of the run; 'baton explain RUN TASK' names those of a task.", valueName: "number"))
    var decision: Int64?

    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        if whyRun && task == nil { throw ValidationError("--why-run is about one task: name it after the run.") }
        if decision != nil, let task {
            throw ValidationError("--decision is about all tasks that it started: leave '\(task)' out.")
        }
    }

    func run() throws {
        if let client = try server.client(state) { return try run(on: client) }
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        let story = try RunStory(run: run, store: store, data: state.dataDirectory, now: LiveClock().now)
        if let decision {
            let explanation = try DecisionExplanation(decision, of: story)
            return show(explanation.lines, explanation.json)
        }
        guard let task else { return show(RunExplanation(story: story).lines, RunExplanation(story: story).json) }
        let index = try find(task, in: story)
        var explanation = TaskExplanation(story: story, task: index)
        if whyRun { explanation.whyRun = try WhyRun(story: story, store: store, task: index) }
        show(explanation.lines, explanation.json)
    }

    private func find(_ name: String, in story: RunStory) throws -> Int {
        let names = story.instances.map(\.name)
        if let index = names.firstIndex(of: name) { return index }
        let hint = Suggestion.hint(for: name, among: names) ?? "'baton get \(story.run)' lists the tasks."
        throw CommandFailure("run \(story.run) has no task '\(name)'. \(hint)", exit: .usage)
    }

    private func show(_ lines: @autoclosure () -> [StyledLine], _ json: @autoclosure () -> Value) {
        if state.json {
            JSONPrinter.print(json())
        } else {
            let terminal = Terminal(descriptor: STDOUT_FILENO)
            for line in lines() { Output.data(line.rendered(hasColor: terminal.hasColor)) }
        }
    }
}
