import BatonCore
import BatonFormats
import BatonSimulator

/// An experiment, and in words what it is about.
struct Setting: Sendable {
    var experiment: Experiment
    var conditions: Conditions
    var baseline: Int
    /// What policies are ranked by.
    var objective = Objective(.completion)
    /// What arrives: `200 jobs of montage, 40 tasks each, Poisson arrivals at load 0.8`.
    var workload: String
    /// What is done over and over: `30 seeds from 1`.
    var trials: String
    /// What had to be assumed, in sentences.
    var assumptions: [String] = []
    /// How many runs of the record are played again, each when it came; nil where something else is simulated.
    var recordedRuns: Int?
    /// Pairs are runs of one trial, not trials.
    var comparesRuns = false
    /// What the record says itself.
    var fidelity: Fidelity?
    /// Every job comes alone, on machines of its own.
    var areProblems = false
    var threads: Int

    /// - Throws: when lateness is what counts, and nothing can be late.
    func checkDeadlines() throws {
        guard objective.weight(of: .tardiness) > 0 else { return }
        let arrivals = experiment.trial(0).scenario.workload.arrivals
        guard arrivals.allSatisfy({ $0.submission.workflow.deadline == nil }) else { return }
        throw CommandFailure(
            "nothing here has a deadline, so nothing can be late. Give runs one with --deadline-slack 2, or choose another "
                + "--objective", exit: .usage)
    }

    var cluster: String {
        if areProblems { return "the machines that come with each problem" }
        return Self.describe(conditions.machines)
    }

    /// `100 workers of 16 cores and 64 GB`; kinds that differ are listed one after the other.
    static func describe(_ machines: [Machine]) -> String {
        var kinds: [(machine: Machine, count: Int)] = []
        for machine in machines {
            if let index = kinds.firstIndex(where: { $0.machine == machine }) {
                kinds[index].count += 1
            } else {
                kinds.append((machine, 1))
            }
        }
        let texts = kinds.map { machine, count in
            var text = "\(Sentence.count(count, "worker")) of \(Sentence.resources(machine.capacity))"
            if machine.speedPermille != 1000 {
                text += " at speed \(Value.number(Double(machine.speedPermille) / 1000).json)"
            }
            return text
        }
        return Sentence.list(texts)
    }

    /// What is uncertain, for people.
    var noise: String {
        var parts: [String] = []
        switch conditions.spread {
        case .exact where conditions.durationError == 1: parts.append("durations exactly as given, and known")
        case .exact: parts.append("durations exactly as given")
        case .logNormal(let variation):
            parts.append("log-normal durations with a coefficient of variation of \(Value.number(variation).json)")
        case .heavyTail(let exponent):
            parts.append("heavy-tailed durations (Pareto, exponent \(Value.number(exponent).json))")
        }
        if conditions.spread != .exact || conditions.durationError != 1 {
            parts.append(Self.knowledge("durations", conditions.durationError))
        }
        if conditions.memoryError != 1 { parts.append(Self.knowledge("memory", conditions.memoryError)) }
        if conditions.faults != FaultSpecification() { parts.append("faults as planned") }
        return Sentence.list(parts)
    }

    private static func knowledge(_ what: String, _ error: Double) -> String {
        error == 1 ? "usual \(what) known" : "estimates of \(what) off by up to a factor of \(Value.number(error).json)"
    }
}
