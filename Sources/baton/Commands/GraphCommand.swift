import ArgumentParser
import BatonCore
import BatonFormats
import BatonStore
import Glibc

struct GraphCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Draw what waits for what, in a workflow or in a run.",
        discussion: "In a run, colours show where each task stands.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, svg, dot
    }

    @Argument(
        help: ArgumentHelp("A workflow file, or the id of a run.", valueName: "file|run"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var subject: String

    @Option(help: ArgumentHelp("How to draw; dot is for Graphviz.", valueName: "format"))
    var format: Format = .text

    @Option(
        name: .customLong("collapse-above"),
        help: ArgumentHelp("Draw a fan-out of more than this many tasks as one.", valueName: "count"))
    var limit = 6

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Set a parameter of a workflow file; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        if limit < 1 { throw ValidationError("--collapse-above must be at least 1, not \(limit).") }
    }

    func run() throws {
        let outline = access(subject, F_OK) == 0 ? try outlineOfFile() : try outlineOfRun()
        if state.json { return JSONPrinter.print(outline.json) }
        switch format {
        case .text: Output.data(GraphText.list(outline, for: Terminal(descriptor: STDOUT_FILENO)))
        case .svg: Output.write(GraphSVG(outline).text, to: STDOUT_FILENO)
        case .dot: Output.data(GraphText.dot(outline))
        }
    }

    private func outlineOfFile() throws -> Outline {
        let input = try WorkflowInput(subject, assignments: assignments)
        let expansion = try input.expand()
        return Outline(
            input.file.workflow, instances: expansion.instances, graph: expansion.graph, collapsingAbove: limit)
    }

    private func outlineOfRun() throws -> Outline {
        if subject.contains("/") || subject.contains(".") {
            throw CommandFailure("there is no file '\(subject)'", exit: .usage)
        }
        let store = try state.existingStore()
        let run = try RunArgument.resolve(subject, in: store)
        var replay = Replay(run: run)
        _ = try replay.advance(store)
        let engine = replay.engine
        guard let submission = engine.submission(of: run), let graph = engine.graph(of: run) else {
            throw CommandFailure("the log of run \(run) has no beginning; it can't be drawn")
        }
        return Outline(
            submission.workflow, instances: engine.instances(of: run), graph: graph,
            states: { engine.state(of: TaskReference(run: run, task: TaskInstance.ID($0)))?.label ?? .blocked },
            collapsingAbove: limit
        )
    }
}
