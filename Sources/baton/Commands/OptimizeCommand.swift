import ArgumentParser
import BatonCore
import BatonFormats
import BatonOptimizer
import BatonRuntime
import BatonSimulator
import BatonStore
import Glibc

struct OptimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Find what holds a workflow back, price the cures, and make them in the file.",
        discussion: """
            What tasks take is what earlier runs took, else what the workflow says. Each finding comes with what a rewrite \
            would save: 40 worlds are simulated with and without it, and in 95 of 100 the saving lies between the two \
            numbers in brackets.

            With --apply the file is changed in place, comments and order kept, after a diff has been shown: by what is \
            worth it and needs no permission, or by the findings that are named. Each such revision is recorded with what \
            it promises, and later runs that do the same work are compared with the runs before it. --history lists them, \
            --revert takes one back.
            """)

    @Argument(
        help: ArgumentHelp(
            "The workflow file, YAML or JSON, or the name of a workflow that has run: then the file of its latest run.",
            valueName: "file|workflow"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var subject: String

    @Argument(
        help: ArgumentHelp(
            "With --apply: ids of findings. [those that are worth it] With --revert: the revision. [the latest]",
            valueName: "id"))
    var ids: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write all of it as one page, with the graph and how it runs before and after.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    @Flag(help: "Change the file.")
    var apply = false

    @Flag(help: "With --apply: if the promise is broken, the file is put back by itself.")
    var auto = false

    @Flag(help: "List the revisions that were made, with what they promised and what came of it.")
    var history = false

    @Flag(help: "Put the file back to what it was before a revision.")
    var revert = false

    @Flag(help: "With --apply or --revert: show the diff, and change nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Permit what nothing can prove safe: drop-dependencies, change-limits, stop-stragglers, speculate. May be repeated.",
            valueName: "what"))
    var allow: [Permission] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @Option(
        help: ArgumentHelp("Workers of several kinds, described in a file. [this machine]", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var cluster: String?

    @Option(help: ArgumentHelp("What a task takes besides its work, such as 20s. [1.5ms]", valueName: "time"))
    var overhead: TimeSpan?

    @Flag(
        help: "Look at the workflow as if no other run went on. [beside the runs that are open; with --cluster alone]")
    var alone = false

    /// A server asks: it drives all runs, and would drive the workflow.
    @Flag(help: .hidden)
    var inServer = false

    @OptionGroup var machine: MachineOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    struct Permission: ExpressibleByArgument {
        var permission: Finding.Permission

        init?(argument: String) {
            guard let permission = Finding.Permission(rawValue: argument) else { return nil }
            self.permission = permission
        }

        static var allValueStrings: [String] { Finding.Permission.allCases.map(\.rawValue) }
    }

    mutating func validate() throws {
        guard [apply, history, revert].count(where: { $0 }) <= 1 else {
            throw ValidationError("--apply, --history and --revert are three different things to do.")
        }
        if !apply, !revert, !ids.isEmpty || dryRun {
            throw ValidationError("Findings to make are named with --apply.")
        }
        if auto, !apply { throw ValidationError("--auto says something about --apply, which is missing.") }
        if revert, ids.count > 1 || ids.contains(where: { Int64($0) == nil }) {
            throw ValidationError("--revert takes the number of one revision, as --history lists them.")
        }
    }

    func run() throws {
        // Only where it is said here: a file on this machine is this machine's business.
        if server.server != nil, let client = try server.client(state) { return try run(on: client) }
        if history { return try listRevisions() }
        if revert { return try revertRevision() }
        let data = state.dataDirectory
        let store = data.hasDatabase ? try data.store() : nil
        let input = try OptimizedWorkflow(subject, assignments: assignments, sizing: sizing, store: store)
        let estimator = try store.map { try Wiring.estimator(for: input.workflow, store: $0) }
        let past = try store.map { try PastRuns(of: input.workflow, parameters: input.parameters, $0) }
        let revisions = try store.flatMap { store in try input.file.map { try Revisions.of($0, in: store) } } ?? []
        let permissions = Set(allow.map(\.permission))
        let here = Machine(capacity: machine.capacity(directory: input.directory), kind: machine.kind ?? "local")
        let load =
            alone || cluster != nil ? nil : try PresentLoad(data, store, on: here, isOfServer: inServer)
        let optimization = try Optimization(
            input,
            .init(
                machines: try cluster.map(ClusterFile.read) ?? [here], load: load,
                overhead: overhead?.duration ?? Optimization.usualOverhead, policy: machine.policy,
                permissions: permissions, distrusted: WorkflowOptimization.distrusted(revisions)),
            estimator: estimator, past: past)
        let view = OptimizationView(optimization: optimization)
        if !state.json {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
        if let html {
            try OptimizationPage(optimization: optimization).write(to: html)
            Output.messages("wrote \(html)")
        }
        let revision = apply ? try make(optimization, input, permissions) : nil
        if state.json { JSONPrinter.print(view.json(with: revision)) }
    }

    /// - Returns: the file before and after; nil where nothing is worth a change.
    private func make(
        _ optimization: Optimization, _ input: OptimizedWorkflow, _ permissions: Set<Finding.Permission>
    ) throws -> WorkflowRevision? {
        let (ids, edits) = try optimization.edits(of: ids, permissions: permissions)
        guard !edits.isEmpty else {
            Output.messages("Nothing is worth a change.")
            return nil
        }
        guard let file = input.file else {
            throw CommandFailure("the file of '\(subject)' is gone, so nothing can be changed in it", exit: .usage)
        }
        let revision = try WorkflowRevision(file.path, parameters: input.parameters, edits)
        let promise = try optimization.promise(of: edits)
        Output.messages(revision.diff(for: Terminal(descriptor: STDERR_FILENO)))
        guard !dryRun else {
            Output.messages("Nothing was changed: --dry-run.")
            return revision
        }
        let store = try state.dataDirectory.store()
        let record = WorkflowOptimization(
            workflow: input.workflow.name, path: WorkflowOptimization.path(of: file), findings: ids,
            edits: edits, appliedBy: auto ? .automatic : .user, applied: LiveClock().now,
            promise: .init(
                completionTime: .init(promise.completionTime), memoryHours: .init(promise.memoryHours)),
            before: try ComparableRun.before(edits, of: input.workflow, parameters: input.parameters, in: store),
            textBefore: revision.before, textAfter: revision.after)
        let id = try Revisions.make(revision, record, in: store)
        Output.messages(
            "\(file.path) was changed by \(Sentence.list(ids, limit: 5)). It is optimisation \(id): \(record.story).")
        return revision
    }
}
