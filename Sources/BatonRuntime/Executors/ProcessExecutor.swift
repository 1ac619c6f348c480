import BatonCore
import Foundation

/// Carries attempts out as processes of this machine, through the supervisor of the run.
final class ProcessExecutor: Executor {
    private let client: SupervisorClient
    private let folder: RunFolder
    private let run: Run.ID
    /// Whether a supervisor that was started for us has said anything.
    private var hasAnswered: Bool
    private var orders: [SupervisorOrder]
    private var early: [SupervisorReport] = []
    private(set) var holder: Int32

    var descriptor: Int32 { client.fileDescriptor }

    private init(
        client: SupervisorClient, folder: RunFolder, run: Run.ID, holder: Int32, hasAnswered: Bool, secrets: Secrets
    ) {
        self.client = client
        self.folder = folder
        self.hasAnswered = hasAnswered
        self.run = run
        self.holder = holder
        orders = [.environment(Self.inheritedEnvironment(hiding: secrets))]
        if !secrets.isEmpty { orders.append(.secrets(secrets.all)) }
    }

    /// Finds the living supervisor of the run, or starts one after ending what a dead one left behind.
    ///
    /// - Returns: the executor, and what is known of every attempt that was ever given to the run's supervisors.
    static func connect(
        folder: RunFolder, run: Run.ID, supervisor: String, memoryLimitBytes: Int64, secrets: Secrets
    ) throws(RuntimeError) -> (executor: any Executor, facts: (Attempt.ID) -> AttemptFact) {
        do {
            if let client = try SupervisorClient.adopt(directory: folder.path) {
                let roll = try Roll(askedOf: client)
                let journal = try AttemptJournal.read(directory: folder.path)
                let executor = ProcessExecutor(
                    client: client, folder: folder, run: run, holder: roll.holder, hasAnswered: true, secrets: secrets)
                executor.early = roll.later
                return (executor, { fact(of: $0, roll: roll, journal: journal) })
            }
            let journal = try AttemptJournal.read(directory: folder.path)
            let lost = journal.values.compactMap { record in
                if case .started(let start) = record { start } else { nil }
            }
            if !lost.isEmpty { _ = try StraySweep.end(run: run.description, attempts: lost) }
            let client = try SupervisorClient.launch(
                executable: supervisor, directory: folder.path, run: run.description,
                memoryLimitBytes: UInt64(memoryLimitBytes)
            )
            let executor = ProcessExecutor(
                client: client, folder: folder, run: run, holder: client.processID ?? 0, hasAnswered: false,
                secrets: secrets)
            return (executor, { fact(of: $0, roll: Roll(), journal: journal) })
        } catch {
            throw .supervisor("\(error)")
        }
    }

    private static func fact(
        of attempt: Attempt.ID, roll: Roll, journal: [UInt64: AttemptRecord]
    ) -> AttemptFact {
        let key = attempt.supervisorKey
        if let exit = roll.ended[key] { return .ended(exit.outcome, exit.usage) }
        if roll.alive.contains(key) { return .alive }
        switch journal[key] {
        case .ended(let exit): return .ended(exit.outcome, exit.usage)
        case .started: return .lost
        case nil: return .neverStarted
        }
    }

    /// What a living supervisor answers when asked what it runs.
    private struct Roll {
        var holder: Int32 = 0
        var alive: Set<UInt64> = []
        /// Ends that its journal may lack, because the disk is full.
        var ended: [UInt64: SupervisedExit] = [:]
        /// What arrived behind the answer: to be taken in as any other report.
        var later: [SupervisorReport] = []

        init() {}

        init(askedOf client: SupervisorClient) throws(SupervisorFailure) {
            client.send([.list])
            var isListed = false
            while !isListed {
                for report in try client.receive() {
                    switch report {
                    case _ where isListed: later.append(report)
                    case .hello(let processID, _): holder = processID
                    case .running(let start): alive.insert(start.key)
                    case .ended(let key, let exit): ended[key] = exit
                    case .listed: isListed = true
                    case .disconnected: throw SupervisorFailure("the supervisor ended while it was asked what it runs")
                    case .started, .usage: break
                    }
                }
                if !isListed {
                    var file = pollfd(fd: client.fileDescriptor, events: Int16(POLLIN), revents: 0)
                    poll(&file, 1, 1000)
                }
            }
        }
    }

    func start(_ launch: Launch) {
        orders.append(
            .start(
                SupervisedProgram(
                    key: launch.attempt.supervisorKey,
                    arguments: launch.arguments,
                    tracer: launch.tracer,
                    environment: launch.environment,
                    workingDirectory: launch.directory,
                    standardOutput: launch.standardOutput,
                    standardError: launch.standardError,
                    memoryLimitBytes: UInt64(launch.memoryLimitBytes ?? 0),
                    milliCPU: UInt32(clamping: launch.milliCPU),
                    // When memory runs out, those that promised nothing go before those within their promise.
                    outOfMemoryScore: launch.memoryLimitBytes == nil ? 500 : 200
                )
            )
        )
    }

    func stop(_ attempt: Attempt.ID, grace: Duration) {
        orders.append(.stop(key: attempt.supervisorKey, grace: grace))
    }

    func send() {
        if orders.isEmpty {
            if client.hasUnsent { client.flush() }
            return
        }
        client.send(orders)
        orders.removeAll(keepingCapacity: true)
    }

    var hasUnsent: Bool { client.hasUnsent }

    func receive() throws -> [ExecutorReport] {
        let reports = early + (try client.receive())
        early = []
        if !hasAnswered, reports.contains(.disconnected), !reports.contains(where: \.isHello) {
            if client.cameTooLate() { return [.executorLost] }
            // Another one would end like it, and so on for ever.
            throw SupervisorFailure("it ended as soon as it was started; supervisor.log in \(folder.path) says why")
        }
        hasAnswered = hasAnswered || !reports.isEmpty
        return reports.compactMap { report in
            switch report {
            case .ended(let key, let exit):
                return .ended(Attempt.ID(run: run, supervisorKey: key), exit.outcome, exit.usage)
            case .usage(let key, let usage):
                let reading = UsageReading(
                    memoryBytes: Int64(clamping: usage.currentMemoryBytes),
                    peakMemoryBytes: Int64(clamping: usage.peakMemoryBytes), cpu: usage.cpu
                )
                return .sampled(Attempt.ID(run: run, supervisorKey: key), reading)
            case .hello(let processID, _):
                holder = processID
                return nil
            case .disconnected: return .executorLost
            case .started, .running, .listed: return nil
            }
        }
    }

    func finish() {
        client.finish()
    }

    /// Our own environment, without the secrets that only some tasks may see.
    private static func inheritedEnvironment(hiding secrets: Secrets) -> [String] {
        ProcessInfo.processInfo.environment
            .filter { !secrets.hides($0.key) }
            .map { "\($0.key)=\($0.value)" }
    }
}

extension SupervisorReport {
    fileprivate var isHello: Bool {
        if case .hello = self { true } else { false }
    }
}

extension SupervisedExit {
    /// Out of memory also when the exit was 0: a shell pipeline hides that the kernel ended one of its parts.
    var outcome: Outcome {
        switch cause {
        case .notLaunched(let step, let code):
            .failed(.notStarted("\(step.words): \(String(cString: strerror(code)))"))
        case .exited where outOfMemoryKills > 0, .signalled where outOfMemoryKills > 0: .failed(.outOfMemory)
        case .exited(code: 0): .succeeded(nil)
        case .exited where wasStopped, .signalled where wasStopped: .stopped
        case .exited(let code): .failed(.exitCode(code))
        case .signalled(let signal): .failed(.signal(signal))
        }
    }

    var usage: Usage {
        let meter: Usage.Meter =
            switch meter {
            case .sampling: .sampling
            case .cgroupVersion1: .cgroup1
            case .cgroupVersion2: .cgroup2
            }
        return Usage(
            wall: wall, userCPU: userCPU, systemCPU: systemCPU, peakMemoryBytes: Int64(clamping: peakMemoryBytes),
            readBytes: Int64(clamping: readBytes), writtenBytes: Int64(clamping: writtenBytes), meter: meter
        )
    }
}

extension LaunchStep {
    fileprivate var words: String {
        switch self {
        case .fork: "no process could be made"
        case .standardOutput: "its output file can't be written"
        case .standardError: "its error file can't be written"
        case .workingDirectory: "its working directory can't be entered"
        case .execute: "its program can't be run"
        }
    }
}
