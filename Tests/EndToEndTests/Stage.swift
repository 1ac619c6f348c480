import BatonCore
import BatonPolicies
import BatonRuntime
import BatonStore
import Foundation

@testable import baton

/// A run driven by hand: facts go in, and what is recorded of them is what views are shown.
final class Stage {
    let run: Run.ID
    private(set) var engine = Engine()
    private(set) var log: [Recorded] = []
    private var policy: any Policy
    private var decisions: Int64 = 0
    /// Where its logs are; removed with the stage.
    let data = FileManager.default.temporaryDirectory.appending(path: "baton-stage-\(UUID().uuidString)").path

    /// 2026-01-01T00:00:00Z.
    static let beginning = Instant(nanoseconds: 1_767_225_600_000_000_000)

    init(
        _ tasks: [Workflow.Task], cores: Int64 = 2, memoryBytes: Int64 = 8_000_000_000,
        policy: any Policy = CriticalPathFirst(), run: Run.ID = Run.ID(rawValue: 0x0123_4567_89AB_CDEF),
        named name: String = "demo", at begin: Double = 0
    ) throws {
        self.policy = policy
        self.run = run
        let capacity = Resources(milliCPU: cores * 1000, memoryBytes: memoryBytes, diskBytes: 1_000_000_000)
        send(.workerJoined(Worker(id: Worker.ID(0), name: "local", capacity: capacity)), at: begin)
        let workflow = Workflow(name: name, tasks: tasks)
        let submission = Run.Submission(
            run: run, workflow: workflow, parameters: [], directory: "/project", source: "demo.yaml")
        send(try engine.validate(.submit(submission)), at: begin)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: data)
    }

    var folder: RunFolder { RunFolder(dataDirectory: data, run: run) }

    static func time(_ seconds: Double) -> Instant {
        beginning.advanced(by: .nanoseconds(Int64(seconds * 1e9)))
    }

    func send(_ event: Event, at seconds: Double) {
        var changes: [Change] = []
        for effect in engine.handle(event, at: Self.time(seconds)) {
            if case .announce(let change) = effect { changes.append(change) }
        }
        log.append(Recorded(event: event, at: Self.time(seconds), changes: changes))
    }

    /// Lets the policy start what fits.
    func decide(at seconds: Double) throws {
        var decision = policy.decide(engine.observe(at: Self.time(seconds)))
        guard !decision.placements.isEmpty else { return }
        decisions += 1
        decision.number = decisions
        send(try engine.admit(decision), at: seconds)
    }

    func end(_ name: String, _ outcome: Outcome, at seconds: Double, memoryBytes: Int64 = 52_000_000) {
        let attempt = attempt(of: name)
        guard case .running(let running)? = engine.state(of: attempt.reference) else { return }
        let usage = Usage(
            wall: running.since.duration(to: Self.time(seconds)), userCPU: .seconds(1), systemCPU: .milliseconds(250),
            peakMemoryBytes: memoryBytes, meter: .cgroup2
        )
        send(.attemptEnded(attempt, outcome, usage), at: seconds)
    }

    /// The running attempt of a task.
    func attempt(of name: String) -> Attempt.ID {
        guard let index = engine.instances(of: run).firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no task \(name)")
        }
        let reference = TaskReference(run: run, task: TaskInstance.ID(index))
        guard case .running(let running)? = engine.state(of: reference) else {
            preconditionFailure("\(name) is not running")
        }
        return Attempt.ID(run: run, task: reference.task, number: running.attempt)
    }

    func write(_ text: String, toStandardErrorOf attempt: Attempt.ID) throws {
        let path = folder.path + "/" + RunFolder.standardError(of: attempt)
        try FileManager.default.createDirectory(atPath: folder.path + "/logs", withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// What it all looks like to a store.
    func store() throws -> MemoryStore {
        let store = MemoryStore()
        try store.append(log, for: run)
        return store
    }

    /// Text with the path that differs from test to test left out.
    func anonymous(_ text: String) -> String {
        text.replacing(data, with: "DATA")
    }
}

/// A task of few words.
func task(
    _ name: String, needs: [String] = [], retry: RetryRule = .never, over values: [String]? = nil,
    seconds: Double? = nil,
    isFinally: Bool = false, memoryBytes: Int64? = nil
) -> Workflow.Task {
    let axis = values.map { Workflow.FanOut.Axis(name: "x", values: .list($0.map { .string($0) })) }
    return Workflow.Task(
        name: name, action: .shell(Template(literal: "true")), needs: needs.map { Template(literal: $0) },
        fanOut: axis.map { Workflow.FanOut(axes: [$0]) }, retry: retry,
        request: Workflow.ResourceRequest(memoryBytes: memoryBytes.map { .exactly($0) }), isFinally: isFinally,
        expectedDuration: seconds.map { .nanoseconds(Int64($0 * 1e9)) }
    )
}
