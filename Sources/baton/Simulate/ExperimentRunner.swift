import BatonCore
import BatonSimulator
import Dispatch
import Glibc
import Synchronization

/// Runs the trials of an experiment on several threads.
///
/// Each figure is written to its own place, so the result does not depend on how many threads there are; only
/// decision times do, which are measured.
struct ExperimentRunner {
    var threads: Int
    /// Called from any thread with the share of the work that is done.
    var progress: @Sendable (Double) -> Void = { _ in }

    struct Outcome {
        /// For each trial, for each contender.
        var measurements: [[Measurement]]
        /// By contender.
        var decisionTimes: [DecisionTimes]
        /// Names.
        var trials: [String]
    }

    static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// - Parameter trials: places of those to run; nil for all.
    func run(_ experiment: Experiment, trials: [Int]? = nil) -> Outcome {
        let trials = trials ?? Array(0..<experiment.trialCount)
        let results = Results(trials: trials.count, contenders: experiment.contenders.count)
        // Few trials are split by contenders, so that no core is idle; a trial is then made more than once.
        let split = min(experiment.contenders.count, max(1, threads * 2 / max(trials.count, 1)))
        let chunks = (0..<split).map { chunk in
            experiment.contenders.count * chunk / split..<experiment.contenders.count * (chunk + 1) / split
        }
        let parts = trials.indices.flatMap { place in chunks.map { (place, $0) } }
        DispatchQueue.concurrentPerform(iterations: min(threads, parts.count)) { _ in
            while let part = results.next(of: parts.count) {
                let (place, contenders) = parts[part]
                let trial = experiment.trial(trials[place])
                var bounds: [Contender.Knowledge: TrialBounds] = [:]
                for contender in contenders {
                    let subject = experiment.contenders[contender]
                    let bound = bounds[subject.boundKnowledge] ?? TrialBounds(trial, for: subject)
                    bounds[subject.boundKnowledge] = bound
                    let times = DecisionTimes()
                    let report = Self.run(subject, in: trial, times)
                    results.set(Measurement(report, in: trial, bound), times, place, contender)
                }
                results.setName(trial.name, place)
                progress(Double(part + 1) / Double(parts.count))
            }
        }
        return results.outcome
    }

    static func run(
        _ contender: Contender, in trial: Trial, _ times: DecisionTimes, recordsSpans: Bool = false
    ) -> Report {
        var scenario = trial.scenario(for: contender)
        scenario.recordsSpans = recordsSpans
        var simulation = Simulation(scenario)
        return simulation.run { TimedPolicy(contender.makePolicy(), times) }
    }
}

/// What threads have found so far.
private final class Results: Sendable {
    private let state: Mutex<State>

    private struct State {
        var started = 0
        var measurements: [[Measurement?]]
        var names: [String]
        var times: [DecisionTimes]
    }

    init(trials: Int, contenders: Int) {
        state = Mutex(
            State(
                measurements: Array(repeating: Array(repeating: nil, count: contenders), count: trials),
                names: Array(repeating: "", count: trials), times: (0..<contenders).map { _ in DecisionTimes() }))
    }

    func next(of count: Int) -> Int? {
        state.withLock { state in
            guard state.started < count else { return nil }
            state.started += 1
            return state.started - 1
        }
    }

    func set(_ measurement: Measurement, _ times: DecisionTimes, _ trial: Int, _ contender: Int) {
        state.withLock { state in
            state.measurements[trial][contender] = measurement
            state.times[contender].add(times)
        }
    }

    func setName(_ name: String, _ trial: Int) {
        state.withLock { $0.names[trial] = name }
    }

    var outcome: ExperimentRunner.Outcome {
        state.withLock { state in
            ExperimentRunner.Outcome(
                measurements: state.measurements.map { $0.compactMap { $0 } }, decisionTimes: state.times,
                trials: state.names)
        }
    }
}

extension Contender {
    /// Two kinds of grants, and so two bounds: what is declared counts, or it does not.
    fileprivate var boundKnowledge: Knowledge { knowledge == .sized ? .sized : .estimates }
}
