import ArgumentParser
import BatonCore
import BatonFormats
import BatonPrediction
import BatonSimulator
import Glibc

struct ForecastCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forecast",
        abstract: "Show what load to expect, how many workers it takes, and which are cheapest.",
        discussion: """
            Learns from the runs recorded here, from a trace, or from an invented workload. Several ways to go on with the \
            past are judged by how they would have done before; the best one is used, and its errors say how sure it is.

            With --target-wait or --deadline, futures drawn from the forecast are simulated to find how many workers keep \
            that promise, and with --prices which mix of them is cheapest. How to read it: Docs/Forecasting.md.
            """)

    @OptionGroup(title: "Past") var past: PastOptions
    @OptionGroup(title: "Forecast") var horizon: HorizonOptions
    @OptionGroup(title: "Capacity") var capacity: CapacityOptions

    @Option(
        help: ArgumentHelp("Draw it as a picture, .svg or .png.", valueName: "file"), completion: .file())
    var chart: String?

    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        if capacity.prices != nil, capacity.promise == nil {
            throw ValidationError("--prices needs --target-wait or --deadline: what the workers have to keep.")
        }
    }

    func run() throws {
        let plot = try chart.map { try Plot($0, option: "--chart") }
        let source = try LoadSource(past, state)
        let outlook = try LoadOutlook(source, horizon)
        let plan = try capacity.promise.map { try CapacityAnswer(source, outlook, promise: $0, capacity) }
        if let plot {
            try plot.write(ForecastPage.page(outlook, plan))
            Output.messages("wrote \(plot.path)")
        }
        if state.json {
            JSONPrinter.print(.map(outlook.entries + (plan?.entries ?? [])))
        } else {
            let terminal = Terminal(descriptor: STDOUT_FILENO)
            Output.data(
                ([outlook.text(for: terminal)] + (plan.map { [$0.text(for: terminal)] } ?? [])).joined(
                    separator: "\n\n"))
        }
    }
}

/// What the forecast learns from.
struct PastOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A trace, or a folder of traces, instead of the runs recorded here.", valueName: "path"),
        completion: .file())
    var trace: String?

    @Option(help: "How the trace is written.")
    var format: TraceFormatName?

    @OptionGroup var workload: WorkloadOptions

    @Option(help: ArgumentHelp("Seed of all that is drawn.", valueName: "number"))
    var seed = SeedNumber(1)

    mutating func validate() throws {
        if trace != nil, workload.workload != nil {
            throw ValidationError("Name one of --trace and --workload.")
        }
        if trace != nil, format == nil {
            throw ValidationError(
                "--trace needs --format: \(TraceFormatName.allValueStrings.joined(separator: ", ")).")
        }
    }
}

/// What is forecast, and how.
struct HorizonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Length of a stretch that is counted together. [by the length of the past]", valueName: "time"))
    var bucket: TimeSpan?

    @Option(help: ArgumentHelp("How far ahead. [24h, at most a quarter of the past]", valueName: "time"))
    var horizon: TimeSpan?

    @Option(help: ArgumentHelp("Only these ways to go on with the past.", valueName: "members"))
    var members = LoadMemberList(members: LoadMember.allCases)

    mutating func validate() throws {
        for (name, span) in [("bucket", bucket), ("horizon", horizon)] {
            if let span, span.duration < .seconds(1) { throw ValidationError("--\(name) must be at least a second.") }
        }
    }
}

/// Members separated by commas.
struct LoadMemberList: ExpressibleByArgument {
    var members: [LoadMember]

    init(members: [LoadMember]) {
        self.members = members
    }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        members = names.compactMap { LoadMember(rawValue: String($0)) }
        guard !members.isEmpty, members.count == names.count else { return nil }
    }

    var defaultValueDescription: String { "all" }
    static var allValueStrings: [String] { LoadMember.allCases.map(\.rawValue) }
}

/// What workers are to keep, and which there could be.
struct CapacityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Most time that a task may wait for a worker.", valueName: "time"))
    var targetWait: TimeSpan?

    @Option(help: ArgumentHelp("Most time that a run may take from its arrival to its end.", valueName: "time"))
    var deadline: TimeSpan?

    @Option(help: ArgumentHelp("Share of tasks, or runs, that may miss it, such as 5%.", valueName: "share"))
    var risk = Share(value: 0.05)

    @Option(
        help: ArgumentHelp("Cores of each worker. [this machine's; of a trace or workload 16]", valueName: "cores"))
    var cpu: Double?

    @Option(
        help: ArgumentHelp("Memory of each worker. [this machine's; of a trace or workload 64GB]", valueName: "size"))
    var memory: MemorySize?

    @Option(
        help: ArgumentHelp("Kinds of workers with their prices, described in a file.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var prices: String?

    @Option(help: ArgumentHelp("Futures to simulate. [20; 5 of many tasks]", valueName: "count"))
    var futures: Int?

    var promise: ServiceTarget? {
        if let targetWait { return ServiceTarget(.wait(targetWait.duration), risk: risk.value) }
        return deadline.map { ServiceTarget(.completion($0.duration), risk: risk.value) }
    }

    mutating func validate() throws {
        if targetWait != nil, deadline != nil { throw ValidationError("Name one of --target-wait and --deadline.") }
        if let cpu, !(0.001...100_000).contains(cpu) {
            throw ValidationError("--cpu must be between 0.001 and 100000, not \(Value.number(cpu).json).")
        }
        if let futures, !(1...1000).contains(futures) {
            throw ValidationError("--futures must be between 1 and 1000, not \(futures).")
        }
    }
}

/// `5%` or `0.05`.
struct Share: ExpressibleByArgument, CustomStringConvertible {
    var value: Double

    init(value: Double) {
        self.value = value
    }

    init?(argument: String) {
        let isPercent = argument.hasSuffix("%")
        guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else { return nil }
        value = isPercent ? number / 100 : number
        guard (0..<1).contains(value) else { return nil }
    }

    var description: String { Figures.percent(value * 100).filter { $0 != " " } }
}
