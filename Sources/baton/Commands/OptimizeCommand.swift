import ArgumentParser
import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator
import Glibc

struct OptimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Find what holds a workflow back, price the cures, and make them in the file.",
        discussion: """
            What tasks take is what earlier runs took, else what the workflow says. Each finding comes with what a rewrite \
            would save: 40 worlds are simulated with and without it, and in 95 of 100 the saving lies between the two \
            numbers in brackets.

            With --apply the file is changed in place, comments and order kept, after a diff has been shown: by what is worth it \
            and needs no permission, or by the findings that are named.
            """)

    @Argument(help: "The workflow file, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Argument(help: "With --apply: ids of findings. [those that are worth it]")
    var ids: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write all of it as one page, with the graph and how it runs before and after.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var html: String?

    @Flag(help: "Change the file.")
    var apply = false

    @Flag(help: "With --apply: show the diff, and change nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Permit what nothing can prove safe: drop-dependencies, change-limits. May be repeated.", valueName: "what")
    )
    var allow: [Permission] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @Option(
        help: ArgumentHelp("Workers of several kinds, described in a file. [this machine]", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var cluster: String?

    @Option(help: ArgumentHelp("What a task takes besides its work, such as 20s. [1.5ms]", valueName: "time"))
    var overhead: TimeSpan?

    @OptionGroup var machine: MachineOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var state: StateOptions

    struct Permission: ExpressibleByArgument {
        var permission: Finding.Permission

        init?(argument: String) {
            guard let permission = Finding.Permission(rawValue: argument) else { return nil }
            self.permission = permission
        }

        static var allValueStrings: [String] { Finding.Permission.allCases.map(\.rawValue) }
    }

    mutating func validate() throws {
        if !apply, !ids.isEmpty || dryRun { throw ValidationError("Findings to make are named with --apply.") }
    }

    func run() throws {
        let input = try WorkflowInput(file, assignments: assignments, sizing: sizing)
        let data = state.dataDirectory
        let store = data.hasDatabase ? try data.store() : nil
        let estimator = try store.map { try Wiring.estimator(for: input.file.workflow, store: $0) }
        let past = try store.map { try PastRuns(of: input.file.workflow.name, $0) }
        let permissions = Set(allow.map(\.permission))
        let machines =
            try cluster.map(ClusterFile.read)
            ?? [Machine(capacity: machine.capacity(directory: input.file.directory), kind: "local")]
        let optimization = try Optimization(
            input,
            .init(
                machines: machines, overhead: overhead?.duration ?? Optimization.usualOverhead, policy: machine.policy,
                permissions: permissions),
            estimator: estimator, past: past)
        let view = OptimizationView(optimization: optimization)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
        if let html {
            try OptimizationPage(optimization: optimization).write(to: html)
            Output.messages("wrote \(html)")
        }
        if apply { try make(optimization, permissions) }
    }

    private func make(_ optimization: Optimization, _ permissions: Set<Finding.Permission>) throws {
        let (ids, edits) = try optimization.edits(of: ids, permissions: permissions)
        guard !edits.isEmpty else { return Output.messages("Nothing is worth a change.") }
        let revision = try WorkflowRevision(file, parameters: assignments.map(\.binding), edits)
        Output.messages(revision.diff(for: Terminal(descriptor: STDERR_FILENO)))
        guard !dryRun else { return Output.messages("Nothing was changed: --dry-run.") }
        try revision.write()
        Output.messages("\(file) was changed by \(Sentence.list(ids, limit: 5)).")
    }
}
