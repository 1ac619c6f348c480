import BatonCore
import BatonFormats
import BatonOptimizer
import BatonPolicies
import BatonSimulator

/// Promises about one workflow, and what came of each in a run that differs from what was known.
struct PromiseLoad {
    struct Row {
        /// Of the finding; `together` for all of them.
        var id: String
        var promise: Promise
        var completionTime: Double
        var memoryHours: Double
    }

    let name: String
    let taskCount: Int
    let rows: [Row]

    init(_ job: Job, seed: UInt64) throws {
        var user = UserWorkflow(job, .init(), seed: seed)
        if seed % 2 == 0 { user.contend(seed: seed) }
        let subject = try user.subject()
        let makePolicy = { @Sendable () -> any Policy in FIFO() }
        let priced = PricedAnalysis(
            Analysis(subject), permissions: [], workforce: OneByOne(), makePolicy: makePolicy)
        let trial = PairedTrial(priced.analysis, makePolicy: makePolicy)
        let world = user.world(seed: seed)
        let before = trial.original(in: world)
        func row(_ id: String, _ promise: Promise, _ edits: [WorkflowEdit]) throws -> Row {
            let after = trial.outcome(of: try trial.edited(edits), in: world)
            return Row(
                id: id, promise: promise, completionTime: 1 - after.makespan.seconds / before.makespan.seconds,
                memoryHours: 1 - after.allocatedGBHours / before.allocatedGBHours)
        }
        var rows: [Row] = []
        for proposal in priced.proposals where proposal.verdict == .worthIt {
            guard let promise = proposal.promise else { continue }
            rows.append(try row(proposal.finding.id, promise, proposal.finding.edits))
        }
        if let together = priced.together { rows.append(try row("together", together.promise, together.edits)) }
        self.rows = rows
        name = job.name
        taskCount = user.tasks.count
    }

    var json: Value {
        func json(_ gain: Gain, _ realised: Double) -> Value {
            .object([
                "mean": .number(gain.mean), "low": .number(gain.interval.low), "high": .number(gain.interval.high),
                "realised": .number(realised),
            ])
        }
        return .object([
            "workflow": .string(name), "tasks": .number(taskCount),
            "promises": .list(
                rows.map { row in
                    .object([
                        "id": .string(row.id), "time": json(row.promise.completionTime, row.completionTime),
                        "memory_hours": json(row.promise.memoryHours, row.memoryHours),
                    ])
                }),
        ])
    }
}
