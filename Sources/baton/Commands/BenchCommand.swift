import ArgumentParser
import BatonCore
import BatonSimulator
import Foundation

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Compare all policies in many regimes, and write one report.",
        discussion: """
            Recorded workloads are read from the data folder; without it only synthetic ones are compared. The report is \
            Markdown with charts, and JSON with every figure.
            """)

    @Flag(name: .long, help: "One regime for each workload and five seeds: about a minute.")
    var quick = false

    @Option(help: ArgumentHelp("Where the report goes.", valueName: "folder"), completion: .directory)
    var output = "Benchmarks/results"

    @Option(
        help: ArgumentHelp("Where recorded workloads are, a folder for each.", valueName: "folder"),
        completion: .directory)
    var data = "../shared/data"

    @Option(help: ArgumentHelp("Only this workload, such as tpch, psplib or montage.", valueName: "name"))
    var only: String?

    @Option(help: ArgumentHelp("Simulations at a time. [all cores]", valueName: "count"))
    var threads: Int?

    private var threadCount: Int { threads ?? ExperimentRunner.coreCount }

    mutating func validate() throws {
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads must be between 1 and 4096, not \(threads).")
        }
    }

    func run() throws {
        let begin = Date()
        let data = try BenchData(folder: data, only: only)
        let suite = BenchSuite(isQuick: quick, sources: data.sources)
        var report = BenchReport(
            isQuick: quick, seedCount: suite.seedCount, notes: data.notes, provenance: try provenance())
        for set in data.problems {
            Output.messages("problems \(set.name) ...")
            report.add(problems: set.name, result(try Self.setting(set.name, set.jobs, threads: threadCount)))
        }
        let regimes = suite.regimes
        for (index, regime) in regimes.enumerated() {
            Output.messages("\(index + 1) of \(regimes.count): \(regime.workload), \(regime.change) ...")
            report.add(regime, result(try suite.setting(regime, threads: threadCount)))
        }
        report.seconds = Date().timeIntervalSince(begin)
        let path = try report.write(to: output, name: quick ? "policies-quick" : "policies")
        Output.data("The report is \(path).")
    }

    private static func setting(_ name: String, _ jobs: [Job], threads: Int) throws -> Setting {
        let contenders = try ContenderList(argument: "fifo,all").contenders()
        let source = JobSource(title: name, kind: .problems(jobs))
        return try Setting(
            Setting.Stream(source: source), on: Conditions(machines: []), contenders, baseline: 0, seeds: [1],
            threads: threads)
    }

    private func result(_ setting: Setting) -> BenchReport.Result {
        BenchReport.Result(setting, ExperimentRunner(threads: threadCount).run(setting.experiment))
    }

    /// Machine, commit and command, as every result of a benchmark states them.
    private func provenance() throws -> [String] {
        var command = ["baton", "bench"]
        if quick { command.append("--quick") }
        if let only { command += ["--only", only] }
        let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let model = processor?.trimmingCharacters(in: .whitespaces) ?? "an unknown processor"
        return [
            "\(ExperimentRunner.coreCount) cores of \(model), \(threadCount) used",
            "commit \(SourceCommit.described ?? "unknown")",
            "`\(command.joined(separator: " "))`, release build of Baton \(Version.text)",
        ]
    }
}
