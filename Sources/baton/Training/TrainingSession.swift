import BatonCore
import BatonFormats
import BatonPlanner
import BatonSimulator

/// Trains until the time is over, the rounds are done, or somebody interrupts; then compares.
struct TrainingSession {
    var network: SchedulingNetwork
    /// What the trained one would take the place of.
    var present: SchedulingNetwork?
    var problems: TrainingProblems
    var seed: UInt64
    var stages: Set<Trainer.Stage>
    var limit: Limit
    var threads: Int
    var validation: (plans: Int, streams: Int)

    enum Limit {
        /// Two fifths of it for imitation.
        case time(seconds: Double)
        case rounds(imitation: Int, reinforcement: Int)
    }

    /// What came of it.
    struct Outcome {
        var network: SchedulingNetwork
        var rounds: [Trainer.Round]
        var done: Trainer.Schedule
        var validation: Validation
        var trainingSeconds: Double
        var wasInterrupted: Bool

        var decisionsPerSecond: Double {
            Double(rounds.reduce(0) { $0 + $1.decisions }) / max(trainingSeconds, 1e-9)
        }
    }

    func run(_ progress: TrainingProgress) -> Outcome {
        let interruption = Interruption()
        interruption.listen {
            Output.messages("Training ends with this round; what was learned is compared. Once more to end at once.")
        }
        let workforce = Threads(count: threads)
        var trainer = Trainer(network, on: problems, seed: seed, schedule: schedule)
        var rounds: [Trainer.Round] = []
        let begin = Stopwatch.nanoseconds
        func seconds() -> Double { Double(Stopwatch.nanoseconds - begin) / 1e9 }
        while !interruption.isAskedFor {
            if case .time(let limit) = limit {
                let share = stages.contains(.reinforcement) ? 0.4 : 1
                if seconds() >= limit * share, trainer.schedule.imitation > trainer.done.imitation {
                    trainer.endImitation()
                }
                if seconds() >= limit { break }
            }
            guard let round = trainer.step(workforce) else { break }
            rounds.append(round)
            progress.show(round, seconds: seconds(), of: limit)
        }
        let trainingSeconds = seconds()
        progress.announceValidation(validation)
        let compared = Validation.run(
            new: trainer.network, present: present, on: problems, seed: seed, counts: validation, workforce)
        return Outcome(
            network: trainer.network, rounds: rounds, done: trainer.done, validation: compared,
            trainingSeconds: trainingSeconds, wasInterrupted: interruption.isAskedFor)
    }

    private var schedule: Trainer.Schedule {
        func rounds(_ stage: Trainer.Stage, _ count: Int) -> Int { stages.contains(stage) ? count : 0 }
        switch limit {
        case .time:
            return Trainer.Schedule(
                rule: rounds(.rule, 10), imitation: rounds(.imitation, .max),
                reinforcement: rounds(.reinforcement, .max))
        case .rounds(let imitation, let reinforcement):
            return Trainer.Schedule(
                rule: rounds(.rule, 10), imitation: rounds(.imitation, imitation),
                reinforcement: rounds(.reinforcement, reinforcement))
        }
    }
}

/// Says on standard error how training goes: about every ten seconds, and at the beginning of a stage.
final class TrainingProgress {
    private static let intervalSeconds = 10.0
    private var lastSeconds = -TrainingProgress.intervalSeconds
    private var stage: Trainer.Stage?

    func show(_ round: Trainer.Round, seconds: Double, of limit: TrainingSession.Limit) {
        guard round.stage != stage || seconds - lastSeconds >= Self.intervalSeconds else { return }
        stage = round.stage
        lastSeconds = seconds
        Output.messages(
            "\(Self.time(seconds, of: limit))  \(round.stage.rawValue) \(round.number)  \(Self.figures(round))")
    }

    func announceValidation(_ counts: (plans: Int, streams: Int)) {
        Output.messages("Comparing on \(counts.plans) plans and \(counts.streams) streams of runs ...")
    }

    private static func time(_ seconds: Double, of limit: TrainingSession.Limit) -> String {
        let passed = DurationText.format(.seconds(Int64(seconds)))
        guard case .time(let limit) = limit else { return passed }
        return "\(passed) of \(DurationText.format(.seconds(Int64(limit))))"
    }

    private static func figures(_ round: Trainer.Round) -> String {
        let value = round.value.map { Figures.decimals($0, 3) } ?? "-"
        switch round.stage {
        case .rule: return "mean completion \(value) times that of the standard rule"
        case .imitation: return "loss \(value)"
        case .reinforcement:
            let sharing = round.sharing.map { Figures.decimals($0, 3) } ?? "-"
            return "plans \(value) times the longest path's, runs \(sharing) times the rule's"
        }
    }
}
