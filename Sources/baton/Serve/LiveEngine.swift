import BatonCore
import BatonRuntime
import BatonServer
import BatonStore
import Dispatch
import Foundation

/// The orchestrator behind a server, on a thread of its own.
struct LiveEngine: RunControl {
    private let control: LiveControl
    private let hasEnded = DispatchSemaphore(value: 0)

    /// Begins to drive: first all runs that nobody drives, then whatever is submitted.
    ///
    /// - Parameter prepare: called on the engine's thread before anything else; makes the orchestrator.
    init(_ prepare: @escaping @Sendable () throws -> Orchestrator) throws {
        let answer = Answer()
        let hasEnded = hasEnded
        let thread = Thread {
            defer { hasEnded.signal() }
            let orchestrator: Orchestrator
            do {
                orchestrator = try prepare()
            } catch {
                return answer.give(.failure(error))
            }
            answer.give(.success(orchestrator.control))
            orchestrator.serve()
        }
        // A policy's search goes deep.
        thread.stackSize = 1 << 24
        thread.name = "engine"
        thread.start()
        control = try answer.wait()
    }

    func submit(_ submission: Run.Submission) async throws {
        try await carryOut(.submit(submission))
    }

    func schedule(
        _ task: Workflow.Task, after needs: [TaskReference], in directory: String
    ) async throws -> TaskReference {
        try await control.schedule(task, after: needs, in: directory)
    }

    func carryOut(_ command: Command) async throws {
        try await control.carryOut(command)
    }

    /// The engine with all runs that it drives.
    func snapshot() async -> Engine {
        await control.snapshot()
    }

    func lateRuns(at now: Instant) async -> [LateRun] {
        await control.look { $0.lateRuns(at: now) }
    }

    var load: LiveControl.Load { control.load }

    /// Returns when the engine takes nothing in any more; what runs goes on without it.
    func stop() {
        control.stop()
        hasEnded.wait()
    }

    /// What the engine's thread has to say to the one that starts it.
    private final class Answer: @unchecked Sendable {
        private let isGiven = DispatchSemaphore(value: 0)
        /// Written before `isGiven` is signalled, read after.
        private var result: Result<LiveControl, any Error>?

        func give(_ result: Result<LiveControl, any Error>) {
            self.result = result
            isGiven.signal()
        }

        func wait() throws -> LiveControl {
            isGiven.wait()
            guard let result else { preconditionFailure("signalled without a result") }
            return try result.get()
        }
    }
}
