import Foundation
import Glibc
import Testing

@testable import BatonRuntime

/// A run's directory with a real supervisor, and the patience to wait for its reports.
///
/// Nothing here sleeps: it waits for descriptors to become ready, with a limit that only a hang can reach.
final class SupervisorWorld {
    /// The supervisor measures as well as it can, or as on a machine that permits no cgroups.
    enum Metering: CaseIterable {
        case best
        case sampling
    }

    struct TimedOut: Error {}

    static let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "COLOR=grey"]
    let directory: String
    let run = "run-\(UUID().uuidString)"
    private(set) var client: SupervisorClient
    private(set) var meter = MeterLevel.sampling
    private(set) var supervisorID: Int32 = 0
    let executable: String
    private var pending: [SupervisorReport] = []
    private var pipes: [Int32] = []

    init(
        _ metering: Metering = .best, memoryLimitBytes: UInt64? = nil,
        prepare: (_ directory: String) throws -> Void = { _ in }
    ) throws {
        directory = FileManager.default.temporaryDirectory.path + "/baton-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try prepare(directory)
        let built = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: built).deletingLastPathComponent().appending(path: "baton-supervisor").path
        switch metering {
        case .best:
            executable = path
        case .sampling:
            executable = directory + "/sampling-supervisor"
            // Written by a shell: a file that we ourselves had open to write could be held open by the child that
            // another test makes in that moment, and then not be run.
            system("echo '#!/bin/sh\nBATON_METER=sampling exec \(path) \"$@\"' > \(executable); chmod +x \(executable)")
        }
        client = try SupervisorClient.launch(
            executable: executable, directory: directory, run: run, memoryLimitBytes: memoryLimitBytes)
        try greet()
    }

    deinit {
        kill(supervisorID, SIGTERM)  // has no effect, which is itself worth having in every test
        if (try? supervisorHasEnded(within: .seconds(10))) != true {
            Issue.record("the supervisor of a test did not end")
            kill(supervisorID, SIGKILL)
        }
        waitpid(supervisorID, nil, 0)
        for pipe in pipes { close(pipe) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func greet() throws {
        guard case .hello(let supervisorID, let meter) = try next({ _ in true }) else { throw TimedOut() }
        self.supervisorID = supervisorID
        self.meter = meter
        client.send([.environment(Self.environment)])
    }

    /// The next report that satisfies `wanted`; those before it are dropped.
    func next(_ wanted: (SupervisorReport) -> Bool) throws -> SupervisorReport {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            while !pending.isEmpty {
                let report = pending.removeFirst()
                if wanted(report) { return report }
            }
            var file = pollfd(fd: client.fileDescriptor, events: Int16(POLLIN), revents: 0)
            poll(&file, 1, 1000)
            pending = try client.receive()
        }
        throw TimedOut()
    }

    func end(of key: UInt64) throws -> SupervisedExit {
        guard
            case .ended(_, let exit) = try next({
                if case .ended(key, _) = $0 { true } else { false }
            })
        else { throw TimedOut() }
        return exit
    }

    func start(_ key: UInt64, shell script: String) {
        client.send([.start(SupervisedProgram(key: key, arguments: ["sh", "-c", script], workingDirectory: directory))])
    }

    /// Makes the supervisor mask these values, and starts a task that prints into `out` and `err`.
    func start(_ key: UInt64, secrets: [String], shell script: String, environment: [String] = []) {
        client.send([
            .secrets(secrets),
            .start(
                SupervisedProgram(
                    key: key, arguments: ["sh", "-c", script], environment: environment, workingDirectory: directory,
                    standardOutput: "out", standardError: "err")),
        ])
    }

    func run(_ program: SupervisedProgram) throws -> SupervisedExit {
        client.send([.start(program)])
        return try end(of: program.key)
    }

    func run(shell script: String) throws -> SupervisedExit {
        start(1, shell: script)
        return try end(of: 1)
    }

    /// Every report up to `listed`, but for usage, whose time is not ours to choose.
    func list() throws -> [SupervisorReport] {
        client.send([.list])
        var listed: [SupervisorReport] = []
        _ = try next {
            if case .usage = $0 { return false }
            listed.append($0)
            return $0 == .listed
        }
        return listed
    }

    /// Goes away without a word, as a killed orchestrator does, and comes back as its successor.
    func reconnect() throws -> Bool {
        pending = []
        client = Self.nobody()
        guard let successor = try SupervisorClient.adopt(directory: directory) else { return false }
        client = successor
        try greet()
        return true
    }

    /// A second supervisor for the same run, after the first has ended.
    func relaunch() throws {
        pending = []
        client = try SupervisorClient.launch(executable: executable, directory: directory, run: run)
        try greet()
    }

    /// Hangs up and waits until the supervisor has ended, its tasks included.
    func supervisorHasEnded(within limit: Duration = .seconds(60)) throws -> Bool {
        client = Self.nobody()
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            guard try SupervisorClient.adopt(directory: directory) != nil else { return true }
            poll(nil, 0, 10)
        }
        return false
    }

    /// In place of a client that is to be let go.
    private static func nobody() -> SupervisorClient {
        // swift-format-ignore: NeverUseForceTry
        try! SupervisorClient.launch(executable: "/bin/true", directory: "/", run: "none")
    }

    // Pipes with names, for scripts to wait at and to report by.

    func makePipe(_ name: String) {
        mkfifo(path(name), 0o600)
    }

    /// Waits until a script has written to the pipe.
    func wait(at pipe: String) throws {
        let end = Glibc.open(path(pipe), O_RDONLY | O_NONBLOCK)
        defer { close(end) }
        var file = pollfd(fd: end, events: Int16(POLLIN), revents: 0)
        guard poll(&file, 1, 60_000) == 1 else { throw TimedOut() }
    }

    /// Lets a script that reads a line from the pipe, now or later, go on.
    func open(_ pipe: String) {
        let end = Glibc.open(path(pipe), O_RDWR)
        write(end, "\n", 1)
        pipes.append(end)
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    func path(_ name: String) -> String {
        directory + "/" + name
    }

    static func isAlive(_ pid: String) -> Bool {
        guard let number = Int32(pid.trimmingCharacters(in: .whitespacesAndNewlines)) else { return true }
        guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }

    /// Whether this machine permits what the kernel's own limits need.
    static let permitsCgroups = (try? SupervisorWorld().meter.enforcesLimits) ?? false
}
