import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator
import BatonStore

/// Jobs to learn from beside invented ones, and in words which.
struct TrainingSource {
    /// The newest runs that are taken.
    private static let mostRuns = 200

    private(set) var jobs: [Job] = []
    private(set) var title = "invented jobs"

    /// - Throws: for a path that holds no workload, and for a history without a run.
    init(history: Bool, workloads: [String], stagesAreTasks: Bool, _ state: StateOptions) throws {
        for path in workloads {
            let source = try JobSource(workload: path, tasks: 50, reference: nil, stagesAreTasks: stagesAreTasks)
            switch source.kind {
            case .recorded(let jobs), .problems(let jobs), .history(let jobs, _): self.jobs += jobs
            case .synthetic:
                throw CommandFailure("invented jobs are always trained on; --workload names files", exit: .usage)
            }
            title += " and \(source.title)"
        }
        guard history else { return }
        let runs = try Self.runs(state.existingStore())
        guard !runs.isEmpty else {
            throw CommandFailure(
                "no run that was recorded here has ended well, so there is nothing to learn from", exit: .usage)
        }
        jobs += runs
        title += " and \(Sentence.count(runs.count, "recorded run"))"
    }

    /// Those that succeeded.
    private static func runs(_ store: any Store) throws -> [Job] {
        let summaries = try store.runs(matching: RunFilter(statuses: [.succeeded], limit: mostRuns))
        return summaries.compactMap { try? RecordedJob($0.id, in: store).job }
    }
}
