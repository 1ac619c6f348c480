import BatonCore

/// Watches a simulated world and notes what must never happen, whatever the engine believes.
struct Witness: Sendable {
    private(set) var violations: [String] = []
    private var starts: [TaskReference: Int32] = [:]
    /// Tasks whose success reached the log, and how.
    private var succeeded: [TaskReference: Attempt.ID] = [:]

    mutating func check(_ engine: Engine, after event: Event, _ world: SimulatedWorld) {
        violations += engine.brokenInvariants().map { "after \(event): \($0)" }
        if let run = event.run, engine.status(of: run)?.isTerminal == true {
            for attempt in world.running where attempt.run == run {
                violations.append("\(attempt) lives on after its run has ended with \(event)")
            }
        }
    }

    /// From here on these successes are promised to the user.
    mutating func noteAppended(_ batch: [Recorded]) {
        for record in batch {
            for case .taskState(let task, .succeeded(let number), at: _) in record.changes where number > 0 {
                succeeded[task] = Attempt.ID(run: task.run, task: task.task, number: number)
            }
        }
    }

    /// Looks at an attempt that was started just now.
    mutating func checkStart(_ order: Effect.Order, _ engine: Engine, _ world: SimulatedWorld) {
        let attempt = order.attempt
        starts[attempt.reference, default: 0] += 1
        if starts[attempt.reference, default: 0] > attempt.number {
            violations.append("\(attempt) is start number \(starts[attempt.reference, default: 0])")
        }
        if engine.definition(of: attempt.reference)?.isFinally == false {
            checkNotDone(attempt, engine, world)
        }
        checkDependencies(of: attempt.reference, attempt, engine)
        let worker = world.workers[Int(order.worker.index)]
        if worker.used.milliCPU > worker.capacity.milliCPU {
            violations.append("\(attempt) made worker \(order.worker.index) run \(worker.used)")
        }
    }

    /// What has succeeded is never run again, also when the success could have been asked for but was not yet known; a
    /// copy of what is believed to run is none, nor is one that is ended as soon as it starts.
    private mutating func checkNotDone(_ attempt: Attempt.ID, _ engine: Engine, _ world: SimulatedWorld) {
        if let earlier = succeeded[attempt.reference] {
            violations.append("\(attempt) was started although \(earlier) had succeeded")
        }
        if engine.running(attempt)?.stopping == .outrun { return }
        for number in 1..<attempt.number {
            let earlier = Attempt.ID(run: attempt.run, task: attempt.task, number: number)
            if case .ended(.succeeded, _) = world.fact(of: earlier), engine.running(earlier) == nil {
                violations.append("\(attempt) was started although \(earlier) had ended well")
            }
        }
    }

    /// Every command behind it, also through groups, must have been seen to succeed.
    private mutating func checkDependencies(of task: TaskReference, _ attempt: Attempt.ID, _ engine: Engine) {
        guard let graph = engine.graph(of: task.run) else { return }
        for dependency in graph.dependencies(of: Int(task.task.index)) {
            let reference = TaskReference(run: task.run, task: TaskInstance.ID(Int(dependency)))
            let instance = engine.instances(of: task.run)[Int(dependency)]
            switch engine.state(of: reference) {
            case .succeeded where instance.kind != .command:
                checkDependencies(of: reference, attempt, engine)
            case .succeeded where succeeded[reference] != nil:
                break
            case .skipped(because: .condition) where task != attempt.reference:
                break  // left out of its group
            case let state:
                violations.append("\(attempt) was started although \(instance.name) is \(state.map { "\($0)" } ?? "?")")
            }
        }
    }
}
