import BatonCore
import BatonFormats
import BatonOptimizer

/// What goes on beside a workflow, and what that would do to it, for people and for programs.
struct LoadView {
    let load: PresentLoad
    /// Nil where nothing goes on.
    let effect: LoadEffect?

    // MARK: Text

    /// Empty where nothing goes on.
    var lines: [String] {
        guard let effect else { return [] }
        return [present, outlook(effect)] + effect.waits.map(sentence)
    }

    /// Behind a plan of the workflow alone; empty where nothing goes on.
    var linesOfPlan: [String] {
        guard let effect else { return load.isEmpty ? [] : [present] }
        let later = "about \(Self.time(effect.delay.p50)) later (P90 \(Self.time(effect.delay.p90)))"
        return [
            present,
            "The plan is without \(them). " + (isHeldUp(effect) ? "Submitted now it would end \(later)." : hardly),
        ]
            + effect.waits.map(sentence)
    }

    private var them: String { load.runs.count == 1 ? "it" : "them" }
    private var hardly: String { "Submitted now it would hardly be held up." }

    private func isHeldUp(_ effect: LoadEffect) -> Bool {
        Double(effect.delay.p90) >= 0.01 * Double(effect.alone.p50)
    }

    private var present: String {
        "Load: \(Sentence.count(load.runs.count, "open run")), \(Sentence.count(load.runningTasks, "task")) running and "
            + "\(load.waitingTasks) waiting; \(load.runs.count == 1 ? "it holds" : "they hold") "
            + "\(Sentence.resources(load.held)) of \(Sentence.resources(load.capacity.part(of: load.held)))."
    }

    private func outlook(_ effect: LoadEffect) -> String {
        let beside = "\(Self.time(effect.beside.p50)) (P90 \(Self.time(effect.beside.p90)))"
        let alone = "alone in \(Self.time(effect.alone.p50)) (P90 \(Self.time(effect.alone.p90)))"
        guard isHeldUp(effect) else { return "\(hardly) It would end in about \(beside), \(alone)." }
        return "Submitted now it would end in about \(beside) beside \(them), \(alone)."
    }

    private func sentence(_ wait: LoadWait) -> String {
        let runs = wait.runs.map { run in "\(name(of: run)) (\(run))" }
        return "  \(Sentence.list(wait.tasks, limit: 3)) would wait for \(OptimizationView.name(wait.cause)) that "
            + "\(Sentence.list(runs, limit: 3)) \(runs.count == 1 ? "holds" : "hold"): \(Self.time(wait.nanoseconds)) in all, "
            + "and no more from about \(Self.time(wait.until.p50)) (P90 \(Self.time(wait.until.p90))) on."
    }

    private func name(of run: Run.ID) -> String {
        load.runs.first { $0.id == run }.map { "'\(DisplayWidth.printable($0.workflow))'" } ?? ""
    }

    private static func time(_ nanoseconds: Int64) -> String { DurationText.format(.nanoseconds(nanoseconds)) }

    // MARK: JSON

    var json: Value {
        .object([
            "at": .time(load.now),
            "open_runs": .number(load.runs.count), "running_tasks": .number(load.runningTasks),
            "waiting_tasks": .number(load.waitingTasks), "held": .resources(load.held),
            "capacity": .resources(load.capacity),
            "runs": .list(
                load.runs.map { run in
                    .object([
                        "run": .string(run.id.description), "workflow": .string(run.workflow),
                        "running_tasks": .number(run.runningTasks), "waiting_tasks": .number(run.waitingTasks),
                        "held": .resources(run.held),
                    ])
                }),
            "completion_seconds": effect.map { effect in
                .object(["alone": Self.json(effect.alone), "beside": Self.json(effect.beside)])
            },
            "delay_seconds": effect.map { Self.json($0.delay) },
        ])
    }

    /// As bottlenecks, which name what they wait for.
    var bottlenecks: [Value] {
        (effect?.waits ?? []).map { wait in
            .object([
                "tasks": .strings(wait.tasks), "cause": .string(OptimizationView.key(wait.cause)),
                "runs": .strings(wait.runs.map(\.description)),
                "wait_seconds": .seconds(.nanoseconds(wait.nanoseconds)),
                "until_seconds": Self.json(wait.until),
                "until": .time(load.now.advanced(by: .nanoseconds(wait.until.p50))),
                "probability": .number(wait.share),
            ])
        }
    }

    private static func json(_ spread: LoadWait.Spread) -> Value {
        .object(["p50": .seconds(.nanoseconds(spread.p50)), "p90": .seconds(.nanoseconds(spread.p90))])
    }
}

extension Resources {
    /// Of these the kinds of which something is held.
    fileprivate func part(of held: Resources) -> Resources {
        Resources(
            milliCPU: held.milliCPU > 0 ? milliCPU : 0, memoryBytes: held.memoryBytes > 0 ? memoryBytes : 0,
            gpus: held.gpus > 0 ? gpus : 0, diskBytes: held.diskBytes > 0 ? diskBytes : 0)
    }
}
