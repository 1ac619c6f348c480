import BatonCore
import BatonTesting
import Testing

/// An engine driven by hand: one run, one worker, and time that moves only when told to.
struct Stage {
    var engine = Engine()
    var now = Instant.zero
    /// What the last event led to.
    var effects: [Effect] = []
    let run = Run.ID(rawValue: 1)

    static let gibibyte: Int64 = 1 << 30

    init(
        _ workflow: Workflow, cores: Int64 = 4, memory: Int64 = 8 * gibibyte, carriedOver: [Run.CarriedOver] = []
    ) {
        handle(.workerJoined(Worker(id: Worker.ID(0), name: "local", capacity: Self.size(cores, memory))))
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [], carriedOver: carriedOver)
        handle(.runSubmitted(submission))
    }

    static func size(_ cores: Int64, _ memory: Int64) -> Resources {
        Resources(milliCPU: cores * 1000, memoryBytes: memory)
    }

    mutating func handle(_ event: Event) {
        effects = engine.handle(event, at: now)
        #expect(engine.brokenInvariants() == [])
    }

    mutating func wish(_ command: Command) throws {
        handle(try engine.validate(command))
    }

    mutating func pass(_ duration: Duration) {
        now = now.advanced(by: duration)
    }

    /// Starts these tasks as a policy would that wants them and no other.
    mutating func start(_ names: String..., on worker: Int = 0) {
        let observation = engine.observe(at: now)
        let ready = (0..<observation.readiedCount).compactMap { observation.ready($0) }
        let placements = names.compactMap { name -> Placement? in
            guard let task = ready.first(where: { $0.reference == reference(name) }) else {
                Issue.record("\(name) is not ready but \(state(name))")
                return nil
            }
            let grant = observation.grant(for: task, on: Worker.ID(worker))
            return Placement(task: task.reference, worker: Worker.ID(worker), grant: grant, reason: "told to")
        }
        do {
            handle(try engine.admit(Decision(policy: "by hand", placements: placements)))
        } catch {
            Issue.record("rejected: \(error.reason)")
        }
    }

    mutating func end(_ name: String, _ outcome: Outcome = .succeeded(nil), _ usage: Usage? = nil) {
        handle(.attemptEnded(attempt(name), outcome, usage))
    }

    /// Starts and ends a task.
    mutating func run(_ name: String, _ outcome: Outcome = .succeeded(nil)) {
        start(name)
        end(name, outcome)
    }

    func reference(_ name: String) -> TaskReference {
        guard let index = engine.instances(of: run).firstIndex(where: { $0.name == name }) else {
            Issue.record("there is no \(name)")
            return TaskReference(run: run, task: TaskInstance.ID(0))
        }
        return TaskReference(run: run, task: TaskInstance.ID(index))
    }

    func state(_ name: String) -> TaskState {
        engine.state(of: reference(name))!
    }

    func label(_ name: String) -> TaskState.Label {
        state(name).label
    }

    var status: Run.Status? { engine.status(of: run) }

    /// The running attempt of a task.
    func attempt(_ name: String) -> Attempt.ID {
        guard case .running(let running) = state(name) else {
            Issue.record("\(name) is not running but \(state(name))")
            return attempt(name, 0)
        }
        return attempt(name, running.attempt)
    }

    func attempt(_ name: String, _ number: Int32) -> Attempt.ID {
        Attempt.ID(run: run, task: reference(name).task, number: number)
    }

    func grant(_ name: String) -> Resources {
        guard case .running(let running) = state(name) else { return .zero }
        return running.grant
    }

    /// Orders of the last event, without announcements.
    var orders: [Effect] {
        effects.filter { effect in
            switch effect {
            case .start, .stop, .wake, .recall: true
            case .decide, .announce: false
            }
        }
    }
}

func expression(_ source: String) -> Expression {
    do {
        return try Expression(parsing: source)
    } catch {
        Issue.record("\(source): \(error.message)")
        preconditionFailure(error.message)
    }
}
