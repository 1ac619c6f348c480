import ArgumentParser
import BatonCore
import BatonFormats
import BatonPrediction
import Glibc

struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Show what tasks are expected to take, and how good such predictions were.",
        discussion: """
            Of a workflow: what its tasks will take, from what was measured in earlier runs. With --history: what was \
            predicted of a run's tasks, beside what they took.

            With --evaluate, each task of a trace, or of Baton's own record ('--format baton' with a data folder or its \
            database), is predicted from what had been measured before it, and compared with what it took; requests for memory that follow from the predictions are compared with those of usual and of \
            published ways to choose them.
            """)

    @Argument(help: "The workflow file, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Argument(help: "Only this task.")
    var task: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Set a parameter; may be repeated.", valueName: "name=value"))
    var assignments: [Assignment] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Compare a run's predictions with what it took; 'latest' is one.", valueName: "run"))
    var history: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Draw --history, too; the name ends in .svg, or in .png with rsvg-convert.", valueName: "file"),
        completion: .file())
    var chart: String?

    @OptionGroup(title: "Evaluation") var evaluation: EvaluationOptions
    @OptionGroup var sizing: SizingOptions
    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        let modes = [file, history, evaluation.evaluate].count { $0 != nil }
        guard modes == 1 else {
            throw ValidationError("Name one of a workflow file, --history and --evaluate.")
        }
        if chart != nil, history == nil { throw ValidationError("--chart needs --history.") }
        if evaluation.evaluate != nil, evaluation.format == nil {
            throw ValidationError(
                "--evaluate needs --format: \(TraceFormatName.allValueStrings.joined(separator: ", ")).")
        }
    }

    func run() throws {
        if let path = evaluation.evaluate, let format = evaluation.format {
            show(try evaluation.view(of: path, format: format))
        } else if let history {
            let store = try state.existingStore()
            let run = try RunArgument.resolve(history, in: store)
            let view = try CalibrationView(of: run, in: store)
            if let chart { try view.draw(as: chart) }
            show(view)
        } else if let file {
            let input = try WorkflowInput(file, assignments: assignments, sizing: sizing)
            let data = state.dataDirectory
            let estimator = data.hasDatabase ? try Wiring.estimator(for: input.file.workflow, store: data.store()) : nil
            let view = PredictionView(
                input.file.workflow, instances: try input.expand().instances, estimator: estimator, task: task)
            if let task, view.isEmpty {
                throw CommandFailure("'\(task)' is no task of \(file) that is known before it runs", exit: .usage)
            }
            show(view)
        }
    }

    private func show(_ view: any TextAndJSON) {
        if state.json {
            JSONPrinter.print(view.json)
        } else {
            Output.data(view.text(for: Terminal(descriptor: STDOUT_FILENO)))
        }
    }
}

/// What to judge predictions by.
struct EvaluationOptions: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("A trace, or a folder of traces.", valueName: "path"),
        completion: .file())
    var evaluate: String?

    @Option(name: .long, help: "How the traces are written.")
    var format: TraceFormatName?

    @Option(name: .long, help: ArgumentHelp("What to predict, separated by commas.", valueName: "targets"))
    var target = TargetList(targets: Target.allCases)

    @Option(name: .long, help: "'post-hoc' lets the bytes that a task really read stand in for the size of its input.")
    var features: FeatureName = .init(features: .beforehand)

    @Option(
        name: .long,
        help: ArgumentHelp("Members of the ensemble that say nothing, for an ablation.", valueName: "members"))
    var without = MemberList(members: [])

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Members that the ensemble leaves out because they have not earned their weight, to measure "
                + "them all the same.", valueName: "members"))
    var with = MemberList(members: [])

    func view(of path: String, format: TraceFormatName) throws -> EvaluationView {
        EvaluationView(
            traces: try format.traces(at: path), targets: target.targets,
            features: features.features, without: without.members, with: with.members)
    }
}

/// How traces are written, as an argument.
enum TraceFormatName: Hashable, ExpressibleByArgument {
    case file(TraceFile.Format)
    /// Baton's own.
    case record

    private static let recordName = "baton"

    init?(argument: String) {
        if argument == Self.recordName {
            self = .record
        } else if let format = TraceFile.Format(rawValue: argument) {
            self = .file(format)
        } else {
            return nil
        }
    }

    func traces(at path: String) throws -> [Trace] {
        switch self {
        case .file(let format): try TraceFile.read(path: path, format: format)
        case .record: [try OwnRecord.read(path)]
        }
    }

    static var allValueStrings: [String] { TraceFile.Format.allCases.map(\.rawValue) + [recordName] }
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
