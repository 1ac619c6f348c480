import ArgumentParser
import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator
import Glibc

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the network of 'intelligent', and use the new one if it is better.",
        discussion: """
            It learns from simulated schedules of invented jobs, and with --history or --workload of real ones as well. At the \
            end it is compared with no network and with the one in use, on problems that it has not seen; that table goes to \
            standard output and decides. Ctrl-C ends training early and compares what was learned; the network in use stays \
            until a better one is there. How it works: Docs/Learning.md.
            """)

    @Flag(name: .long, help: "Learn also from the runs that were recorded here.")
    var history = false

    @Option(
        help: ArgumentHelp(
            "Learn also from these recorded workflows or scheduling problems; may be repeated.", valueName: "path"),
        completion: .file())
    var workload: [String] = []

    @Flag(
        name: .customLong("stages-are-tasks"),
        help: "TPC-H: each stage is one task that takes a share of a cluster of 600 cores.")
    var stagesAreTasks = false

    @Option(help: ArgumentHelp("How long to train. [1]", valueName: "hours"))
    var hours: Double?

    @Option(
        help: ArgumentHelp(
            "Train for so many rounds of imitation and of reinforcement instead, such as 200,400: the same network "
                + "every time.",
            valueName: "a,b"))
    var rounds: RoundCounts?

    @Option(help: ArgumentHelp("Of all chance in training.", valueName: "number"))
    var seed = SeedNumber(1)

    @Flag(name: .long, help: "Begin with random weights, not with the network in use.")
    var fresh = false

    @Option(
        help: ArgumentHelp("Stages to leave out: rule, imitation, reinforcement.", valueName: "a,b"),
        completion: .list(Trainer.Stage.allCases.map(\.rawValue)))
    var without = StageList(stages: [])

    @Flag(name: .long, help: "One agent bids for all runs, not each run for itself. Only with --fresh.")
    var singleAgent = false

    @Option(help: ArgumentHelp("Threads; the result is the same with any number. [all cores]", valueName: "count"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Problems to compare on: plans, and streams of runs; fewer than 10 decide nothing.", valueName: "a,b"))
    var validation = RoundCounts(first: 60, second: 30)

    @Option(
        help: ArgumentHelp(
            "Write the network there, whether it is better or not, instead of keeping it with the runs.",
            valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("Draw how training went into an .svg or .png file.", valueName: "file"), completion: .file())
    var plot: String?

    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        if let hours, !(hours > 0 && hours <= 1000) {
            throw ValidationError("--hours must be above 0 and at most 1000, not \(Value.number(hours).json).")
        }
        if hours != nil, rounds != nil { throw ValidationError("--hours or --rounds: one of them says when to end.") }
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads must be between 1 and 4096, not \(threads).")
        }
        if singleAgent, !fresh { throw ValidationError("--single-agent is another network: it needs --fresh.") }
        if without.stages.count == Trainer.Stage.allCases.count {
            throw ValidationError("--without leaves out all stages, so there is nothing to train.")
        }
    }

    func run() throws {
        let plot = try plot.map { try Plot($0, option: "--plot") }
        let source = try TrainingSource(history: history, workloads: workload, stagesAreTasks: stagesAreTasks, state)
        let present = KeptNetwork.current(in: state.dataDirectory) ?? ShippedNetwork.network
        let start = fresh ? nil : present
        let program = "Baton \(Version.text), commit \(SourceCommit.described ?? "unknown")"
        let session = TrainingSession(
            network: start ?? SchedulingNetwork(seed: seed.value, singleAgent: singleAgent), present: present,
            problems: TrainingProblems(jobs: source.jobs, inventsJobs: true), seed: seed.value,
            stages: Set(Trainer.Stage.allCases).subtracting(without.stages),
            limit: rounds.map { .rounds(imitation: $0.first, reinforcement: $0.second) }
                ?? .time(seconds: (hours ?? 1) * 3600),
            threads: threads ?? ExperimentRunner.coreCount, validation: (validation.first, validation.second))
        Output.messages("Training on \(source.title).")
        var outcome = session.run(TrainingProgress())
        outcome.network.uses = outcome.validation.uses
        outcome.network.origin = SchedulingNetwork.Origin(
            seed: seed.value, data: source.title,
            program: program,
            rounds: "\(outcome.done.imitation),\(outcome.done.reinforcement)",
            start: start.map { "the network of seed \($0.origin.seed), \($0.origin.program)" } ?? "random weights")
        if let plot { try plot.write(TrainingChart.page(outcome, source.title)) }
        let (result, isUsed) = try settle(outcome)
        let view = TrainingView(outcome: outcome, result: result, isUsed: isUsed)
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }

    /// Writes the network to where it belongs.
    private func settle(_ outcome: TrainingSession.Outcome) throws -> (String, isUsed: Bool) {
        if let output {
            try FileBytes.write(outcome.network.bytes, to: output)
            return ("It was written to \(output), and is not in use: \(outcome.validation.verdict.reason).", false)
        }
        let refusal = outcome.validation.verdict.refusal
        let id = try KeptNetwork.keep(outcome.network, refusal: refusal, in: state.dataDirectory.store())
        if let refusal { return ("It was kept as \(id) but is not used: \(refusal).", false) }
        return ("It was kept as \(id) and is used from now on: \(outcome.validation.verdict.reason).", true)
    }
}

/// Two counts, such as `200,400`.
struct RoundCounts: ExpressibleByArgument, CustomStringConvertible {
    var first: Int
    var second: Int

    init(first: Int, second: Int) {
        self.first = first
        self.second = second
    }

    init?(argument: String) {
        let counts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard counts.count == 2, let first = counts[0], let second = counts[1], (0...1_000_000).contains(first),
            (0...1_000_000).contains(second)
        else { return nil }
        self.init(first: first, second: second)
    }

    var description: String { "\(first),\(second)" }
}

/// Stages of training, by name.
struct StageList: ExpressibleByArgument, CustomStringConvertible {
    var stages: Set<Trainer.Stage>

    init(stages: Set<Trainer.Stage>) {
        self.stages = stages
    }

    init?(argument: String) {
        let stages = argument.split(separator: ",").map { Trainer.Stage(rawValue: String($0)) }
        guard !stages.isEmpty, stages.allSatisfy({ $0 != nil }) else { return nil }
        self.init(stages: Set(stages.compactMap { $0 }))
    }

    var description: String { Trainer.Stage.allCases.filter(stages.contains).map(\.rawValue).joined(separator: ",") }
    static var allValueStrings: [String] { Trainer.Stage.allCases.map(\.rawValue) }
}
