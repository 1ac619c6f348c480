import ArgumentParser
import BatonCore
import BatonFormats
import BatonPrediction
import Glibc

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Judge predictions by the traces of real systems.",
        discussion: """
            With --evaluate, each task of a trace is predicted from what had been measured before it, and compared with \
            what it took; requests for memory that follow from the predictions are compared with those of usual and of \
            published ways to choose them.
            """)

    @Option(
        name: .long, help: ArgumentHelp("A trace, or a folder of traces.", valueName: "path"),
        completion: .file())
    var evaluate: String

    @Option(name: .long, help: "How the traces are written.")
    var format: TraceFormatName

    @Option(name: .long, help: ArgumentHelp("What to predict, separated by commas.", valueName: "targets"))
    var target = TargetList(targets: Target.allCases)

    @Option(name: .long, help: "'post-hoc' lets the bytes that a task really read stand in for the size of its input.")
    var features: FeatureName = .init(features: .beforehand)

    @Option(
        name: .long,
        help: ArgumentHelp("Members of the ensemble that say nothing, for an ablation.", valueName: "members"))
    var without = MemberList(members: [])

    @Flag(name: .long, help: "Write JSON to standard output.")
    var json = false

    func run() throws {
        let traces = try TraceFile.read(path: evaluate, format: format.format)
        let view = EvaluationView(
            traces: traces, targets: target.targets, features: features.features, without: without.members)
        if json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }
}

/// How traces are written, as an argument.
struct TraceFormatName: ExpressibleByArgument {
    var format: TraceFile.Format

    init?(argument: String) {
        guard let format = TraceFile.Format(rawValue: argument) else { return nil }
        self.format = format
    }

    static var allValueStrings: [String] { TraceFile.Format.allCases.map(\.rawValue) }
}

/// Targets separated by commas.
struct TargetList: ExpressibleByArgument {
    var targets: [Target]

    init(targets: [Target]) {
        self.targets = targets
    }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        let targets = names.compactMap { name in Target.allCases.first { $0.name == name } }
        guard !targets.isEmpty, targets.count == names.count else { return nil }
        self.targets = targets
    }

    var defaultValueDescription: String { targets.map(\.name).joined(separator: ",") }
    static var allValueStrings: [String] { Target.allCases.map(\.name) }
}

/// What counts as known, as an argument.
struct FeatureName: ExpressibleByArgument {
    var features: Backtest.Features

    init(features: Backtest.Features) {
        self.features = features
    }

    init?(argument: String) {
        guard let features = Backtest.Features(rawValue: argument) else { return nil }
        self.features = features
    }

    var defaultValueDescription: String { features.rawValue }
    static var allValueStrings: [String] { Backtest.Features.allCases.map(\.rawValue) }
}

/// Members separated by commas.
struct MemberList: ExpressibleByArgument {
    var members: Set<Member>

    init(members: Set<Member>) {
        self.members = members
    }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        members = Set(names.compactMap { name in Member.allCases.first { $0.name == name } })
        guard !members.isEmpty, members.count == names.count else { return nil }
    }

    var defaultValueDescription: String { "none" }
    static var allValueStrings: [String] { Member.allCases.map(\.name) }
}
