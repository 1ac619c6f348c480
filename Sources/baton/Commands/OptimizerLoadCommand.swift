import ArgumentParser
import BatonCore
import BatonFormats
import BatonSimulator

/// Puts the optimiser to the test on recorded workflows: does it keep its promises, and does it find what was planted?
struct OptimizerLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimizer-load",
        abstract: "Measure whether the optimiser keeps its promises and finds planted defects.",
        shouldDisplay: false
    )

    enum Question: String, ExpressibleByArgument, CaseIterable {
        case promises, defects
    }

    @Option(help: "What is asked.")
    var question = Question.promises

    @Option(help: "A file or folder of recorded workflows, or synthetic: and a family.")
    var workload: String

    @Option(help: "Tasks of a synthetic workflow.")
    var tasks = 100

    @Option(help: "How often each is drawn.")
    var seeds = 3

    @Option(help: "Workflows with more tasks are left out.")
    var most = 2_000

    func run() throws {
        let source = try JobSource(workload: workload, tasks: tasks, reference: nil)
        var cases: [(job: Job, seed: UInt64)] = []
        for seed in 1...UInt64(max(seeds, 1)) {
            let jobs: [Job] =
                switch source.kind {
                case .recorded(let jobs), .problems(let jobs), .history(let jobs, _): jobs
                case .synthetic(let family, let tasks, let parameters):
                    [family.job(tasks: tasks, parameters: parameters, seed: seed)]
                }
            cases += jobs.filter { $0.taskCount <= most && $0.taskCount > 1 }.map { ($0, seed) }
        }
        let question = question
        let drawn = cases
        let rows = Threads(count: ExperimentRunner.coreCount).map(drawn.count) { place -> Value in
            let (job, seed) = drawn[place]
            do {
                switch question {
                case .promises: return try PromiseLoad(job, seed: seed).json
                case .defects: return try DefectLoad(job, seed: seed).json
                }
            } catch {
                return .object(["workflow": .string(job.name), "error": .string("\(error)")])
            }
        }
        JSONPrinter.print(.list(rows))
    }
}
