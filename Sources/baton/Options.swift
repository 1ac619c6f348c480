import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonSimulator
import BatonStore

/// What every command that touches the state takes.
struct StateOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where runs are recorded. [$BATON_DATA_DIR, else $XDG_DATA_HOME/baton, else ~/.local/share/baton]",
            valueName: "folder"),
        completion: .directory)
    var dataDir: String?

    @Flag(name: .long, help: "Write JSON to standard output.")
    var json = false

    var dataDirectory: DataDirectory { DataDirectory(option: dataDir) }

    func existingStore() throws -> any Store {
        try dataDirectory.existingStore()
    }
}

/// Where runs are recorded, for a command whose output has no JSON form.
struct DataDirOption: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("Where runs are recorded; see 'baton help ps'.", valueName: "folder"),
        completion: .directory)
    var dataDir: String?

    var dataDirectory: DataDirectory { DataDirectory(option: dataDir) }

    func existingStore() throws -> any Store {
        try dataDirectory.existingStore()
    }
}

/// How much of this machine a run may use, and in which order it goes.
struct MachineOptions: ParsableArguments {
    @Option(
        name: [.customShort("j"), .customLong("jobs")],
        help: ArgumentHelp("Cores to use at once. [all of this machine's]", valueName: "cores"))
    var givenJobs: Int?

    @Option(
        name: .customLong("memory"),
        help: ArgumentHelp("Memory to use at once, such as 10GB. [all of this machine's]", valueName: "size"))
    var givenMemory: MemorySize?

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp(
            "What kind of worker this machine is, for tasks that say 'runs_on'. [none]", valueName: "name"))
    var givenKind: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Which ready task goes first.", valueName: "name"))
    var policy = Settings.current.policy

    @OptionGroup var planning: PlanningOptions

    var jobs: Int? { givenJobs ?? Settings.current.jobs }
    var memory: MemorySize? { givenMemory ?? Settings.current.memory }
    var kind: String? { givenKind ?? Settings.current.workerKind }

    mutating func validate() throws {
        if let givenJobs, givenJobs < 1 || givenJobs > 100_000 {
            throw ValidationError("--jobs must be between 1 and 100000, not \(givenJobs).")
        }
    }

    /// As another command takes them.
    var arguments: [String] {
        [
            jobs.map { "--jobs=\($0)" }, memory.map { "--memory=\($0.bytes)" }, kind.map { "--kind=\($0)" },
            "--policy=\(policy.name)",
        ].compactMap { $0 }
    }

    /// What of this machine a run may use.
    func capacity(directory: String) -> Resources {
        var capacity = Machine.capacity(directory: directory)
        if let jobs { capacity.milliCPU = Int64(jobs) * 1000 }
        if let memory { capacity.memoryBytes = memory.bytes }
        return capacity
    }
}

/// What is recorded of tasks beside what they take.
struct TracingOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Record which files each task reads and writes, by strace; 'baton get --files' shows and checks them.")
    var traceFiles = false

    /// Nil when nobody asked.
    ///
    /// - Throws: why it can't be done here, before anything has started.
    func tracer() throws -> FileTracer? {
        guard traceFiles else { return nil }
        do throws(FileTracer.Obstacle) {
            return try FileTracer.find()
        } catch {
            throw CommandFailure("--trace-files: \(error.sentence) \(error.advice)", exit: .usage)
        }
    }
}

/// Which other policy is asked as well.
struct ShadowOptions: ParsableArguments {
    @Option(
        name: .customLong("shadow"),
        help: ArgumentHelp(
            "Ask this policy too, act on none of its answers, and report how they differ.", valueName: "name"))
    var policy: PolicyName?

    /// Tells the difference when a run has ended.
    func report(_ run: Run.ID, machine: MachineOptions, state: StateOptions, store: any Store) throws {
        guard let policy else { return }
        let planning = machine.planning.planning(for: [machine.policy, policy], state.dataDirectory)
        let report = try ShadowReport(run, acting: machine.policy, shadow: policy, planning: planning, store: store)
        if state.json {
            Output.data(report.json.json)
        } else {
            report.sentences.forEach(Output.messages)
        }
    }
}

/// What the intelligent policy may spend.
struct PlanningOptions: ParsableArguments {
    @Option(
        name: .customLong("plan-budget"),
        help: ArgumentHelp(
            "How long 'intelligent' may search for a plan, such as 1s. [as many schedules as take about 50ms]",
            valueName: "time"))
    var span: TimeSpan?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What 'intelligent' makes small: completion (the mean time of runs), makespan (the common end of all), tardiness "
                + "(how late deadlines are missed), cost (of workers while they are held), or a mixture such as "
                + "completion=0.7,cost=0.3. [completion]",
            valueName: "objective"),
        completion: .list(Objective.Term.allCases.map(\.rawValue)), transform: ObjectiveText.parse)
    var objective = Settings.current.objective

    var planning: Wiring.Planning {
        Wiring.Planning(objective: objective, budget: span?.duration ?? Settings.current.planBudget)
    }

    /// With the network that was trained here, if one is in use; it is looked for only where it may be needed.
    func planning(for policies: [PolicyName], _ data: DataDirectory) -> Wiring.Planning {
        var planning = planning
        guard policies.contains(where: { $0.name == "intelligent" }) else { return planning }
        if let kept = KeptNetwork.current(in: data) { planning.network = kept }
        return planning
    }
}

/// `makespan`, or weights such as `completion=0.7,cost=0.3`.
enum ObjectiveText {
    private static let names = Objective.Term.allCases.map(\.rawValue)

    /// - Throws: which part is wrong, and what it can be.
    static func parse(_ text: String) throws -> Objective {
        if let term = Objective.Term(rawValue: text) { return Objective(term) }
        var weights: [Objective.Term: Double] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let term = Objective.Term(rawValue: words[0]) else {
                let hint = Suggestion.hint(for: words[0], among: names) ?? "There are \(Sentence.list(names))."
                throw ValidationError("There is no objective '\(words[0])'. \(hint)")
            }
            guard words.count == 2, let weight = Double(words[1]), weight >= 0, weight <= 1e6 else {
                throw ValidationError(
                    "'\(part)' has no weight. Write a number from 0 to a million, as in completion=0.7,cost=0.3.")
            }
            guard weights.updateValue(weight, forKey: term) == nil else {
                throw ValidationError("'\(term.rawValue)' has two weights. Give it one.")
            }
        }
        guard weights.values.contains(where: { $0 > 0 }) else {
            throw ValidationError("All weights of '\(text)' are 0. Give at least one more than that.")
        }
        return Objective(weights: weights)
    }
}

/// Whether what tasks declare is kept.
struct SizingOptions: ParsableArguments {
    @Flag(
        name: .long,
        help: "Take the CPU and memory that tasks declare as upper bounds, and ask for what was learned of them.")
    var rightSize = false
}

/// An amount such as `10GB`, in bytes.
struct MemorySize: ExpressibleByArgument, CustomStringConvertible {
    var bytes: Int64

    init(bytes: Int64) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument), bytes > 0 else { return nil }
        self.bytes = bytes
    }

    var description: String { ByteCount.format(bytes).filter { $0 != " " } }
}

/// A length such as `90s` or `1h30m`.
struct TimeSpan: ExpressibleByArgument {
    var duration: Duration

    init?(argument: String) {
        guard let duration = DurationText.parse(argument) else { return nil }
        self.duration = duration
    }
}

/// One of the catalogue's policies.
struct PolicyName: ExpressibleByArgument, CustomStringConvertible {
    var name: String

    static let standard = PolicyName(name: Wiring.policyNames[0])

    /// A name that this program spells correctly.
    static func known(_ name: String) -> PolicyName {
        guard let policy = PolicyName(argument: name) else { preconditionFailure("there is no policy '\(name)'") }
        return policy
    }

    private init(name: String) {
        self.name = name
    }

    init?(argument: String) {
        guard Wiring.policyNames.contains(argument) else { return nil }
        name = argument
    }

    var description: String { name }
    static var allValueStrings: [String] { Wiring.policyNames }
}

/// `name=value` of `--set`.
struct Assignment: ExpressibleByArgument {
    var binding: Workflow.Binding

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
        binding = Workflow.Binding(
            name: String(argument[..<equals]), value: .string(String(argument[argument.index(after: equals)...]))
        )
    }
}

/// A workflow file, checked, with a value for each of its parameters.
struct WorkflowInput {
    let file: WorkflowFile
    let parameters: [Workflow.Binding]

    init(_ path: String, assignments: [Assignment], sizing: SizingOptions? = nil) throws(WorkflowError) {
        try self.init(path, bindings: assignments.map(\.binding), sizing: sizing)
    }

    init(_ path: String, bindings: [Workflow.Binding], sizing: SizingOptions? = nil) throws(WorkflowError) {
        var file = try WorkflowFile.read(path)
        if sizing?.rightSize == true { file.rightSize() }
        self.file = file
        do {
            parameters = try file.workflow.resolveParameters(bindings)
        } catch {
            throw file.locate(error)
        }
    }

    func expand() throws(WorkflowError) -> Expansion {
        try file.expand(parameters: parameters)
    }
}
