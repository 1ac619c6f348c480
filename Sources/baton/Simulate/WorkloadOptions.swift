import ArgumentParser
import BatonCore
import BatonFormats
import BatonSimulator

/// What arrives, how much of it and when.
struct WorkloadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Files or folders of recorded workflows or scheduling problems, or synthetic:FAMILY with one of "
                + "\(Family.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "path|synthetic:family"),
        completion: .file())
    var workload: String?

    @Option(help: ArgumentHelp("Tasks of each synthetic job.", valueName: "count"))
    var tasks = 50

    @Option(help: ArgumentHelp("How many jobs arrive. [200; a workflow or run: 1]", valueName: "count"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Work that arrives over work that can be done.", valueName: "share"))
    var load = 0.8

    @Option(
        help: ArgumentHelp("How jobs arrive: \(Sentence.alternatives(patterns)).", valueName: "pattern"),
        completion: .list(patterns), transform: pattern)
    var arrivals = Arrivals.Pattern.poisson

    @Option(
        help: ArgumentHelp("Best known makespans of scheduling problems, a file or folder.", valueName: "path"),
        completion: .file())
    var reference: String?

    @Flag(
        name: .customLong("stages-are-tasks"),
        help: "TPC-H: each stage is one task that takes a share of a cluster of 600 cores; give it one, with --cpu 600."
    )
    var stagesAreTasks = false

    static let mostTasks = 10_000_000

    mutating func validate() throws {
        if !(1...Self.mostTasks).contains(tasks) {
            throw ValidationError("--tasks must be between 1 and \(Self.mostTasks), not \(tasks).")
        }
        if let jobs, !(1...1_000_000).contains(jobs) {
            throw ValidationError("--jobs must be between 1 and 1000000, not \(jobs).")
        }
        if !(0.001...1000).contains(load) {
            throw ValidationError(
                "--load is a share of what the cluster can do, such as 0.8, not \(Value.number(load).json).")
        }
    }

    private static var patterns: [String] { Arrivals.Pattern.allCases.map(\.rawValue) }

    private static func pattern(_ text: String) throws -> Arrivals.Pattern {
        if let pattern = Arrivals.Pattern(rawValue: text) { return pattern }
        throw ValidationError("Arrivals are \(Sentence.alternatives(patterns)), not '\(text)'.")
    }
}

/// `2`, or `1.5-4`.
struct NumberRange: ExpressibleByArgument {
    var range: ClosedRange<Double>

    init?(argument: String) {
        let ends = argument.split(separator: "-", omittingEmptySubsequences: false).map { Double($0) }
        guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1], low <= high,
            low.isFinite, high.isFinite
        else { return nil }
        range = low...high
    }
}

/// Deadlines and priorities of jobs that come without.
struct UrgencyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give each job a deadline: so many times its critical path after its arrival, such as 2, or drawn for each between "
                + "two numbers, such as 1.5-4.",
            valueName: "factor"))
    var deadlineSlack: NumberRange?

    @Option(
        help: ArgumentHelp(
            "Give each job a priority: one for all, or drawn for each between two, such as 20-80.", valueName: "number")
    )
    var priorities: NumberRange?

    mutating func validate() throws {
        if let slack = deadlineSlack?.range, slack.lowerBound < 0 || slack.upperBound > 1e6 {
            throw ValidationError("--deadline-slack is between 0 and a million times the critical path.")
        }
        if let range = priorities?.range, range.lowerBound < 0 || range.upperBound > 100 {
            throw ValidationError("--priorities are between 0 and 100.")
        }
    }
}
