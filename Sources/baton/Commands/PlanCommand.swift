import ArgumentParser
import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator
import Glibc

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what would run, in which order, why and when, without running anything.",
        discussion: """
            Durations are those of earlier runs, else those that the workflow gives ('duration'); a task of which \
            nothing is known counts as the median of the others, or as one second. Up to 2000 tasks, 40 futures are drawn from what earlier \
            runs make uncertain (P90), and other policies are tried.

            The plan is that of the workflow alone. Where other runs are open on this machine, it is said how much later it \
            would end beside them, and what it would wait for.

            With --pareto, the workflow is planned on smaller and larger clusters instead, and those are shown that are worth \
            their cost: time against cost.
            """)

    @Argument(help: "The workflow file, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @Flag(help: "Show what more or fewer cores, or workers, would take and cost.")
    var pareto = false

    @Option(
        help: ArgumentHelp(
            "For --pareto: kinds of workers with their prices, described in a file. [this machine with more or fewer cores]",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var prices: String?

    @Option(
        help: ArgumentHelp("For --pareto: draw the front as a picture, .svg or .png.", valueName: "file"),
        completion: .file())
    var plot: String?

    @Flag(help: "Do not look at the runs that are open.")
    var alone = false

    @OptionGroup var machine: MachineOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        if !pareto, prices != nil || plot != nil {
            throw ValidationError("--prices and --plot belong to --pareto: what is worth its cost.")
        }
    }

    func run() throws {
        let plot = try plot.map { try Plot($0, option: "--plot") }
        let kinds = try prices.map(PricedMachine.read)
        let input = try WorkflowInput(file, assignments: assignments, sizing: sizing)
        let planned = PlannedWorkflow(input.file.workflow)
        let data = state.dataDirectory
        let estimator = data.hasDatabase ? try Wiring.estimator(for: input.file.workflow, store: data.store()) : nil
        let capacity = kinds.map(Plan.widest) ?? machine.capacity(directory: input.file.directory)
        let namesKinds = planned.workflow.tasks.contains { $0.request.workerKinds != nil }
        let workerKinds = namesKinds ? kinds?.map(\.machine.kind) ?? [] : []
        let plan: Plan
        do throws(CommandError) {
            plan = try Plan(
                planned.workflow, parameters: input.parameters, directory: input.file.directory,
                worker: Worker(
                    id: Worker.ID(0), name: "local", kind: workerKinds.first ?? machine.kind, capacity: capacity),
                otherKinds: Array(workerKinds.dropFirst()),
                policy: Wiring.policy(machine.policy, planning: machine.planning.planning(for: [machine.policy], data)),
                others: pareto ? [] : Self.others(than: machine.policy), estimator: estimator,
                expansion: planned.assumptions.isEmpty
                    ? input.file.knownExpansion(parameters: input.parameters) : nil,
                cache: data.outputCache
            )
        } catch {
            if case .invalidWorkflow(let problems) = error { throw input.file.locate(problems) }
            throw error
        }
        if pareto {
            let front = try CostFront(plan, kinds: kinds)
            if let plot {
                try plot.write(front.page)
                Output.messages("wrote \(plot.path)")
            }
            return show(FrontView(front: front, assumptions: Self.assumptions(plan) + planned.assumptions))
        }
        let load = alone ? nil : try self.load(beside: plan, input, data, estimator)
        show(PlanView(plan: plan, assumptions: planned.assumptions + (load?.load.notes ?? []), load: load))
    }

    /// What goes on now, and what that would do to the workflow.
    private func load(
        beside plan: Plan, _ input: WorkflowInput, _ data: DataDirectory, _ estimator: (any Estimator)?
    ) throws -> LoadView {
        let machine = Machine(capacity: plan.worker.capacity, kind: plan.worker.kind ?? "local")
        let load = try PresentLoad(data, data.hasDatabase ? data.store() : nil, on: machine, isOfServer: false)
        guard !load.isEmpty, plan.commandCount <= PlanOutlook.mostTasks else {
            return LoadView(load: load, effect: nil)
        }
        let known = try KnownSubject(
            OptimizedWorkflow(input), on: [machine], overhead: Optimization.usualOverhead, estimator: estimator,
            past: nil, upToDate: plan.upToDate)
        let effect = LoadEffect(
            Analysis(known.subject), beside: load.runs, workforce: Threads(count: ExperimentRunner.coreCount),
            makePolicy: Optimization.standIn(for: self.machine.policy, load))
        return LoadView(load: load, effect: effect)
    }

    private func show(_ view: some TextAndJSON) {
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }

    private static func assumptions(_ plan: Plan) -> [String] {
        let unknown = plan.commandCount - plan.knownCount
        guard unknown > 0 else { return [] }
        return [
            "\(Sentence.count(unknown, "task")) of unknown duration \(unknown == 1 ? "counts" : "count") as "
                + "\(DurationText.format(plan.typical))."
        ]
    }

    /// What the plan is compared with: the search, the longest path first, and the order of the file.
    private static func others(than policy: PolicyName) -> [any Policy] {
        ["intelligent", "critical-path", "fifo"].filter { $0 != policy.name }.map { Wiring.policy(.known($0)) }
    }
}
