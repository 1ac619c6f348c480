import ArgumentParser
import BatonCore
import BatonFormats
import Glibc

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what would run, in which order, why and when, without running anything.",
        discussion: """
            Durations are those of earlier runs, else those that the workflow gives ('duration'); a task of which \
            nothing is known counts as the median of the others, or as one second. Up to 2000 tasks, 40 futures are drawn from what earlier \
            runs make uncertain (P90), and other policies are tried.
            """)

    @Argument(help: "The workflow file, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @OptionGroup var machine: MachineOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var state: StateOptions

    func run() throws {
        let input = try WorkflowInput(file, assignments: assignments, sizing: sizing)
        let planned = PlannedWorkflow(input.file.workflow)
        let data = state.dataDirectory
        let estimator = data.hasDatabase ? try Wiring.estimator(for: input.file.workflow, store: data.store()) : nil
        let capacity = machine.capacity(directory: input.file.directory)
        let plan: Plan
        do throws(CommandError) {
            plan = try Plan(
                planned.workflow, parameters: input.parameters, directory: input.file.directory,
                worker: Worker(id: Worker.ID(0), name: "local", capacity: capacity),
                policy: Wiring.policy(machine.policy, planning: machine.planning.planning(for: [machine.policy], data)),
                others: Self.others(than: machine.policy), estimator: estimator,
                expansion: planned.assumptions.isEmpty
                    ? input.file.knownExpansion(parameters: input.parameters) : nil,
                cache: data.outputCache
            )
        } catch {
            if case .invalidWorkflow(let problems) = error { throw input.file.locate(problems) }
            throw error
        }
        let view = PlanView(plan: plan, assumptions: planned.assumptions)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }

    /// What the plan is compared with: the search, the longest path first, and the order of the file.
    private static func others(than policy: PolicyName) -> [any Policy] {
        ["intelligent", "critical-path", "fifo"].filter { $0 != policy.name }.map { Wiring.policy(.known($0)) }
    }
}
