import ArgumentParser
import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator
import Glibc

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Try policies on a virtual cluster: a workflow, recorded runs, or a whole workload.",
        discussion: """
            Every policy meets the same arrivals, the same true durations and the same faults, seed by seed, and is \
            compared with a baseline and with a bound that none can beat. How to read it: Docs/Simulation.md.
            """)

    @Argument(
        help: ArgumentHelp("A workflow file, which arrives once.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Option(
        name: .customLong("set"), help: ArgumentHelp("Set a parameter of it; may be repeated.", valueName: "name=value")
    )
    var assignments: [Assignment] = []

    @Option(name: .customLong("run"), help: ArgumentHelp("A recorded run instead, or 'latest'.", valueName: "id"))
    var recordedRun: String?

    @OptionGroup(title: "Recorded runs") var history: HistoryOptions

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Policies to try, or 'all'. 'name:declared' knows only what workflows declare, 'name:sized' grants memory as "
                + "estimated instead, 'name:oracle' knows all durations.",
            valueName: "a,b"),
        completion: .list(ContenderList.allValueStrings))
    var policy = ContenderList(argument: "all")

    @Option(help: ArgumentHelp("The policy that all are compared with.", valueName: "name"))
    var baseline = "fifo"

    @OptionGroup var planning: PlanningOptions

    @Option(
        help: ArgumentHelp(
            "'intelligent' goes by this network, also where it was not found to pay; 'none' for no network; 'random' for "
                + "random weights. [the one in use, where it pays]",
            valueName: "file"),
        completion: .file())
    var network: String?

    @Option(
        help: ArgumentHelp("What 'intelligent' does without: search, rollouts, trial.", valueName: "a,b"),
        completion: .list(Omission.allValueStrings))
    var without = Omission()

    @Option(
        name: .customLong("ab"),
        help: ArgumentHelp("Only these two, until one is better beyond doubt. [at most 300 seeds]", valueName: "a,b"))
    var pair: ContenderList?

    @Flag(name: .long, help: "Random runs under random faults, checked after every event, as the tests run them.")
    var swarm = false

    @OptionGroup(title: "Workload") var workload: WorkloadOptions
    @OptionGroup(title: "Workload") var urgency: UrgencyOptions
    @OptionGroup(title: "Cluster") var cluster: ClusterOptions
    @OptionGroup(title: "Uncertainty") var noise: NoiseOptions

    @Option(
        help: ArgumentHelp(
            "Repetitions with different luck. [30, or 1 where nothing depends on luck]", valueName: "count"))
    var seeds: Int?

    @Option(help: ArgumentHelp("The first seed.", valueName: "number"))
    var seed = SeedNumber(1)

    @Option(help: ArgumentHelp("Simulations at a time. [all cores]", valueName: "count"))
    var threads: Int?

    @Option(help: ArgumentHelp("Draw the result into an .svg or .png file.", valueName: "file"), completion: .file())
    var plot: String?

    @OptionGroup var state: StateOptions

    private var threadCount: Int { threads ?? ExperimentRunner.coreCount }

    mutating func validate() throws {
        if let seeds, !(1...100_000).contains(seeds) {
            throw ValidationError("--seeds must be between 1 and 100000, not \(seeds).")
        }
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads must be between 1 and 4096, not \(threads).")
        }
        let subjects = [file != nil, recordedRun != nil, history.last != nil, workload.workload != nil, swarm]
        if subjects.count(where: { $0 }) != 1 {
            throw ValidationError(
                "What to simulate? One of: a workflow file, a recorded run (--run ID), the newest runs (--last 50), a "
                    + "workload (--workload PATH or --workload synthetic:FAMILY).")
        }
        if history.last != nil, workload.jobs != nil {
            throw ValidationError("--last says how many runs come; leave --jobs out.")
        }
    }

    func run() throws {
        if swarm { return try runSwarm() }
        let plot = try plot.map { try Plot($0, option: "--plot") }
        var setting = try setting()
        if pair != nil {
            var test = ABTest(setting)
            test.run()
            if state.json { JSONPrinter.print(test.json) } else { Output.data(test.text) }
            return
        }
        let outcome = ExperimentRunner(threads: setting.threads).run(setting.experiment)
        let comparison = Comparison(
            names: setting.experiment.contenders.map(\.name), measurements: setting.pairs(of: outcome.measurements),
            baseline: setting.baseline, objective: setting.objective)
        if let plot { try plot.write(Plot.page(setting, comparison)) }
        if state.json {
            JSONPrinter.print(ComparisonJSON(setting, comparison, outcome.decisionTimes).value)
        } else {
            let view = ComparisonView(setting, comparison, outcome.decisionTimes)
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }

    private func runSwarm() throws {
        let seeds = (0..<UInt64(seeds ?? 1)).map { seed.value &+ $0 }
        let results = SwarmReplay(seeds: seeds, threads: threadCount).run()
        if state.json {
            JSONPrinter.print(.list(results.map(\.json)))
        } else {
            Output.data(results.flatMap(\.lines).joined(separator: "\n"))
        }
        if results.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private func setting() throws -> Setting {
        let (contenders, baseline) = try contenders()
        let past = try history.last.map { _ in try RecordedHistory(history, in: state.existingStore()) }
        let conditions = try noise.conditions(on: cluster.machines(own: past?.machine))
        let source = try past?.fitted(to: conditions.machines).source ?? source()
        let stream = Setting.Stream(
            source: source.urged(urgency), count: workload.jobs ?? (workload.workload == nil ? 1 : nil),
            load: workload.load,
            pattern: workload.arrivals)
        let count = seeds ?? (isDecided(stream, conditions) ? 1 : pair == nil ? 30 : 300)
        if pair != nil, past != nil, count == 1 {
            throw CommandFailure(
                "what was recorded is one trial, and an A/B test needs many: say how much durations vary with "
                    + "--duration-cv 0.3, or compare run by run with --policy", exit: .usage)
        }
        var setting = try Setting(
            stream, on: conditions, contenders, baseline: baseline,
            seeds: (0..<UInt64(count)).map { seed.value &+ $0 }, threads: threadCount)
        setting.objective = planning.objective
        if let fidelity = past.flatMap({ Fidelity($0) }) {
            setting.fidelity = fidelity
            setting.assumptions.insert(fidelity.sentence, at: 0)
        }
        try setting.checkDeadlines()
        return setting
    }

    /// Nothing depends on luck.
    private func isDecided(_ stream: Setting.Stream, _ conditions: Conditions) -> Bool {
        guard conditions == Conditions(machines: conditions.machines) else { return false }
        switch stream.source.kind {
        case .synthetic: return false
        case .problems, .history: return true
        case .recorded(let jobs): return jobs.count == 1 && (stream.count == 1 || stream.pattern == .batch)
        }
    }

    /// What 'intelligent' goes by.
    private func planned() throws -> Wiring.Planning {
        var planning = planning.planning(for: [.known("intelligent")], state.dataDirectory)
        planning.omitted = without.ingredients
        switch network {
        case nil: break
        case "none": planning.network = nil
        case "random": planning.network = SchedulingNetwork(seed: seed.value).everywhere
        case let path?: planning.network = try KeptNetwork.read(path).everywhere
        }
        return planning
    }

    /// The baseline takes part, whether it was named or not.
    private func contenders() throws -> ([Contender], baseline: Int) {
        if let pair {
            let two = try pair.contenders(planning: planned())
            guard two.count == 2 else {
                throw CommandFailure(
                    "--ab compares two policies, such as fifo,critical-path; these are \(two.count)", exit: .usage)
            }
            return (two, 1)
        }
        var contenders = try policy.contenders(planning: planned())
        let reference = try ContenderList(argument: baseline).contenders()
        guard reference.count == 1 else {
            throw CommandFailure("--baseline is one policy, not \(reference.count)", exit: .usage)
        }
        if let index = contenders.firstIndex(where: { $0.name == reference[0].name }) { return (contenders, index) }
        contenders.insert(reference[0], at: 0)
        return (contenders, 0)
    }

    private func source() throws -> JobSource {
        if let name = workload.workload {
            return try JobSource(
                workload: name, tasks: workload.tasks, reference: workload.reference,
                stagesAreTasks: workload.stagesAreTasks)
        }
        if let recordedRun {
            let store = try state.existingStore()
            let run = try RunArgument.resolve(recordedRun, in: store)
            let recorded = try RecordedJob(run, in: store)
            let notes = recorded.duration.map { ["Really it took \(DurationText.format($0))."] } ?? []
            return JobSource(
                title: "run \(run) of \(recorded.workflow)", kind: .recorded([recorded.job]), notes: notes)
        }
        let input = try WorkflowInput(file ?? "", assignments: assignments)
        let data = state.dataDirectory
        let estimator = data.hasDatabase ? try Wiring.estimator(for: input.file.workflow, store: data.store()) : nil
        let workflow = try WorkflowJob(input, estimator: estimator)
        return JobSource(
            title: workflow.job.name, kind: .recorded([workflow.job]), notes: workflow.assumptions)
    }
}
