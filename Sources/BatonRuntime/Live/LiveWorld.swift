import BatonCore
import Dispatch
import Glibc

/// Makes or finds the executor of a run, and tells what became of the attempts that were given to it before.
typealias ExecutorFactory = () throws(RuntimeError) -> (executor: any Executor, facts: (Attempt.ID) -> AttemptFact)

/// The outside of one live run: processes, files, and the door through which other commands speak to it.
final class LiveWorld {
    /// Nil until the first attempt wants one.
    private(set) var executor: (any Executor)?
    private let inbox: Inbox
    private let builder: LaunchBuilder
    private let folder: RunFolder
    private let makeExecutor: ExecutorFactory
    private let control: ControlSocket?
    private let cache: OutputCache
    private let captured: CapturedValues
    private let observations: ObservationRecorder
    /// File work that must not hold up the loop: hashing, syncing.
    private let files = DispatchQueue(label: "baton.files", attributes: .concurrent)

    init(
        folder: RunFolder, secrets: Secrets, tracer: FileTracer?, cache: OutputCache,
        observations: ObservationRecorder, captured: CapturedValues, inbox: Inbox,
        makeExecutor: @escaping ExecutorFactory
    ) {
        self.folder = folder
        self.cache = cache
        self.captured = captured
        self.observations = observations
        self.makeExecutor = makeExecutor
        builder = LaunchBuilder(folder: folder, secrets: secrets, tracer: tracer)
        self.inbox = inbox
        control = ControlSocket(path: folder.control)
    }

    var controlDescriptors: [Int32] { control.map { [$0.descriptor] } ?? [] }

    /// Carries out what other processes ask for (`baton cancel`, `baton pause`).
    func answerControl(apply: (Command) -> String?) {
        control?.serve(apply)
    }

    // MARK: Orders

    /// Starts an attempt, unless an earlier result is still valid.
    func start(_ order: Effect.Order, engine: Engine) {
        guard engine.definition(of: order.attempt.reference)?.isCached == true else {
            launch(order, engine: engine)
            return
        }
        let plan: OutputCache.Plan
        do throws(ExpressionError) {
            plan = try cache.plan(for: order.attempt.reference, engine: engine)
        } catch {
            inbox.post(.ended(order.attempt, .failed(.invalid(error.message)), nil))
            return
        }
        let (inbox, cache) = (inbox, cache)
        files.async {
            switch cache.lookUp(plan) {
            case .upToDate(_, let values, let run):
                inbox.post(.ended(order.attempt, .reused(values, from: run), nil))
            case .stale, .unreadable: inbox.post(.start(order))
            }
        }
    }

    /// Sees whether an earlier result of the task still holds, so that nobody need be asked for it.
    func recall(_ task: TaskReference, engine: Engine) {
        guard let plan = try? cache.plan(for: task, engine: engine) else { return }  // its start will say why
        let (inbox, cache) = (inbox, cache)
        files.async {
            guard case .upToDate(_, let values, let run) = cache.find(plan) else { return }
            inbox.post(.recalled(task, values, from: run))
        }
    }

    func launch(_ order: Effect.Order, engine: Engine) {
        // It may have been cancelled while its inputs were hashed.
        guard let running = engine.running(order.attempt) else { return }
        if running.stopping != nil {
            inbox.post(.ended(order.attempt, .stopped, nil))
            return
        }
        do throws(ExpressionError) {
            let launch = try builder.launch(order, engine: engine)
            if (launch.arguments + launch.environment).contains(where: { $0.utf8.contains(0) }) {
                throw ExpressionError(
                    "the command or its environment contains a NUL character, which no program can be given", offset: 0
                )
            }
            hand(launch)
        } catch {
            inbox.post(.ended(order.attempt, .failed(.invalid(error.message)), nil))
        }
    }

    private func hand(_ launch: Launch) {
        var launch = launch
        if let obstacle = LongScript.move(from: &launch, to: folder) {
            inbox.post(.ended(launch.attempt, .failed(.notStarted(obstacle)), nil))
            return
        }
        do throws(RuntimeError) {
            if executor == nil { executor = try makeExecutor().executor }
            executor?.start(launch)
        } catch {
            inbox.post(.ended(launch.attempt, .failed(.notStarted(error.supervisorReason)), nil))
        }
    }

    func stop(_ attempt: Attempt.ID, grace: Duration) {
        executor?.stop(attempt, grace: grace)
    }

    func send() {
        executor?.send()
    }

    // MARK: Reports

    func receive() throws(RuntimeError) -> [ExecutorReport] {
        guard let executor else { return [] }
        do {
            return try executor.receive()
        } catch {
            self.executor = nil
            throw .supervisor("\(error)")
        }
    }

    /// Finds the run's supervisor; where it died, whatever it left is ended, and a new one takes its place.
    ///
    /// - Returns: what is known of the attempts that it ran.
    func connect() throws(RuntimeError) -> (Attempt.ID) -> AttemptFact {
        executor = nil
        let connected = try makeExecutor()
        executor = connected.executor
        return connected.facts
    }

    /// Called when everything has ended.
    func finish() {
        executor?.finish()
        executor = nil
    }

    /// Says which program and which folder it was that a start failed with; the supervisor tells the step only.
    func named(_ outcome: Outcome, of attempt: Attempt.ID, engine: Engine) -> Outcome {
        let task = attempt.reference
        guard case .failed(.notStarted(let reason)) = outcome, let scope = engine.scope(of: task),
            let definition = engine.definition(of: task), let submission = engine.submission(of: task.run),
            let parts = engine.partScopes(of: task),
            let program = try? LaunchBuilder.arguments(of: definition.action, in: parts).first,
            let folder = try? LaunchBuilder.directory(of: definition, in: scope, below: submission.directory)
        else { return outcome }
        return .failed(.notStarted("\(reason) (\(program) in \(folder))"))
    }

    /// Completes the end of an attempt with what its files say.
    ///
    /// - Returns: true when nothing has to be looked at; otherwise the end arrives in the inbox later.
    func finish(_ attempt: Attempt.ID, _ outcome: Outcome, _ usage: Usage?, engine: Engine) -> Bool {
        guard let task = engine.definition(of: attempt.reference) else { return true }
        let observe = observation(of: attempt, outcome, task, engine: engine)
        guard case .succeeded = outcome else {
            guard let observe else { return true }
            files.async { [inbox] in
                observe()
                inbox.post(.ended(attempt, outcome, usage))
            }
            return false
        }
        let isRead = captured.wants(task, instance: engine.instances(of: attempt.run)[Int(attempt.task.index)].name)
        guard isRead || task.isCached || !task.outputs.isEmpty || observe != nil else { return true }
        let plan: OutputCache.Plan
        do throws(ExpressionError) {
            plan = try cache.plan(for: attempt.reference, engine: engine)
        } catch {
            inbox.post(.ended(attempt, .failed(.invalid(error.message)), usage))
            return false
        }
        let (inbox, cache, folder) = (inbox, cache, folder)
        files.async {
            observe?()
            let final: Outcome
            do throws(FileFault) {
                let values = isRead ? try CapturedValues.read(attempt, in: folder) : nil
                try cache.settle(plan, values: values, run: attempt.run)
                final = .succeeded(values)
            } catch {
                final = .failed(error.failure)
            }
            inbox.post(.ended(attempt, final, usage))
        }
        return false
    }

    /// What puts on record which files the attempt read and wrote; nil when it was not traced.
    private func observation(
        of attempt: Attempt.ID, _ outcome: Outcome, _ task: Workflow.Task, engine: Engine
    ) -> (@Sendable () -> Void)? {
        guard observations.wasTraced(attempt), let scope = engine.scope(of: attempt.reference),
            let root = engine.submission(of: attempt.run)?.directory,
            let directory = try? LaunchBuilder.directory(of: task, in: scope, below: root)
        else { return nil }
        return { [observations] in
            observations.record(attempt, outcome, directory: directory, root: root)
        }
    }
}
