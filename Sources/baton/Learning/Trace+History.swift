import BatonCore
import BatonPrediction
import BatonStore

extension Trace {
    /// Baton's own record as a trace.
    init(_ history: AttemptHistory, name: String) {
        var flaws = Flaws()
        flaws.unsuccessful = history.unsuccessful
        flaws.damaged = history.damaged
        flaws.clockSteps = history.clockSteps
        let rows = history.attempts.map { attempt in
            Row(
                profile: TaskProfile(workflow: attempt.workflow, task: attempt.task, instance: attempt.instance),
                measurement: Measurement(attempt.usage), submittedAt: Self.seconds(attempt.submitted),
                completedAt: Self.seconds(attempt.completed), readBytes: Double(attempt.usage.readBytes))
        }
        self.init(name: name, rows: rows, flaws: flaws)
        isDated = true
    }

    /// On the clock of such traces.
    static func seconds(_ instant: Instant) -> Double { Double(instant.nanoseconds) / 1e9 }

    /// Rows that taught nothing or not all, by reason; those that there are none of are left out.
    var allFlaws: [ModelSummary.Flaw] {
        var all = [
            ModelSummary.Flaw(name: "unsuccessful", count: flaws.unsuccessful),
            ModelSummary.Flaw(name: "damaged", count: flaws.damaged),
            ModelSummary.Flaw(name: "clock_steps", count: flaws.clockSteps),
        ]
        for target in Target.allCases {
            all.append(
                ModelSummary.Flaw(
                    name: "without_\(target.name)", count: rows.count { $0.measurement[target] == nil }))
        }
        return all.filter { $0.count > 0 }
    }
}
