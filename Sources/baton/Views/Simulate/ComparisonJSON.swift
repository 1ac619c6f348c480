import BatonCore
import BatonFormats
import BatonSimulator

/// The result of `baton simulate` for programs.
struct ComparisonJSON {
    private let setting: Setting
    private let comparison: Comparison
    private let times: [DecisionTimes]

    init(_ setting: Setting, _ comparison: Comparison, _ times: [DecisionTimes]) {
        self.setting = setting
        self.comparison = comparison
        self.times = times
    }

    var value: Value {
        .object([
            "workload": .string(setting.workload), "cluster": .string(setting.cluster),
            "uncertainty": .string(setting.noise), "objective": .string(comparison.objective.description),
            "trials": .number(setting.comparesRuns ? 1 : comparison.trialCount),
            "recorded_runs": setting.recordedRuns.map { .number($0) } ?? .null,
            "measured": setting.fidelity?.json ?? .null,
            "repetitions": .string(setting.trials),
            "baseline": .string(comparison.standings[comparison.baseline].name),
            "best": .string(comparison.standings[comparison.best].name),
            "within_noise_of_best": .strings(comparison.contendersWithinNoise.map { comparison.standings[$0].name }),
            "assumptions": .strings(setting.assumptions),
            "policies": .list(zip(comparison.standings, times).map(policy)),
        ])
    }

    private func policy(_ standing: Standing, _ times: DecisionTimes) -> Value {
        func mean(_ metric: Metric) -> Value { standing[metric].map { Self.number($0.mean) } ?? .null }
        return .object([
            "name": .string(standing.name),
            "mean_completion_seconds": standing[.meanCompletion].map {
                .object(["mean": Self.number($0.mean), "ci95": Self.interval($0.interval)])
            } ?? .null,
            "p50_completion_seconds": mean(.p50Completion), "p95_completion_seconds": mean(.p95Completion),
            "p99_completion_seconds": mean(.p99Completion), "makespan_seconds": mean(.makespan),
            "gap_to_bound_percent": mean(.gapToBoundPercent),
            "gap_to_best_known_percent": mean(.gapToBestKnownPercent), "utilisation": mean(.utilisation),
            "allocated_gb_hours": mean(.allocatedGBHours), "used_gb_hours": mean(.usedGBHours),
            "allocated_core_hours": mean(.allocatedCoreHours), "oom_kills": mean(.outOfMemoryKills),
            "decision_milliseconds": Self.milliseconds(times.all),
            "dispatch_milliseconds": Self.milliseconds(times.dispatches),
            "planning_milliseconds": times.plans.count > 0 ? Self.milliseconds(times.plans) : .null,
            "decisions": .number(times.all.count), "plans": .number(times.plans.count),
            "mean_slowdown": mean(.meanSlowdown), "fairness": mean(.fairness),
            "weighted_tardiness_seconds": mean(.weightedTardiness),
            "missed_deadline_percent": mean(.missedDeadlinePercent), "cost": mean(.cost),
            "rejected_decisions": mean(.rejections),
            "failed_jobs": mean(.failedJobs), "makespan_gap_to_bound_percent": mean(.makespanGapToBoundPercent),
            "ratio_to_baseline": Self.ratio(standing.ratioToBaseline), "wins": .number(standing.wins),
            "ties": .number(standing.ties), "losses": .number(standing.losses),
            "worst_decile_\(Self.unit(comparison.objective))": Self.number(standing.worstDecile),
            "ratio_to_best": Self.ratio(standing.ratioToBest),
            "mean_completion_seconds_by_trial": .list(standing.objective.map(Self.number)),
            "makespan_seconds_by_trial": .list(standing.makespanSeconds.map(Self.number)),
        ])
    }

    /// Of the objective.
    private static func unit(_ objective: Objective) -> String {
        guard objective.parts.count == 1 else { return "objective" }
        return switch objective.parts[0].term {
        case .completion: "completion_seconds"
        case .makespan: "makespan_seconds"
        case .tardiness: "weighted_tardiness_seconds"
        case .cost: "cost"
        }
    }

    private static func ratio(_ ratio: Standing.Ratio) -> Value {
        .object(["mean": number(ratio.value), "ci95": interval(ratio.interval)])
    }

    private static func interval(_ interval: Interval) -> Value {
        .list([number(interval.low), number(interval.high)])
    }

    private static func milliseconds(_ times: TimeHistogram) -> Value {
        .object([
            "p50": number(times.quantileMilliseconds(0.5)), "p99": number(times.quantileMilliseconds(0.99)),
            "max": number(Double(times.maximumNanoseconds) / 1e6),
        ])
    }

    /// To the millionth; finer digits are noise. What is not finite has no number in JSON.
    private static func number(_ value: Double) -> Value {
        value.isFinite ? .number((value * 1e6).rounded() / 1e6) : .null
    }
}
