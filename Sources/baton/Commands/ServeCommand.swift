import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonServer
import BatonStore
import Dispatch
import Foundation
import Hummingbird
import Logging
import Synchronization

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run workflows for whoever asks over HTTP: an API, live events and a page.",
        discussion: """
            Listens on this machine only, unless --host says otherwise. The first start prints a key to log in with. \
            Ctrl-C or SIGTERM ends the server, not the tasks: they go on, and the next start takes them over, with \
            every other run that nobody drives. The API is described at /openapi.json.
            """)

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Settings for what no option says; see 'baton config'. [$BATON_CONFIG]", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var settingsFile: String?

    @Option(help: "The address to listen on.")
    var host = Settings.current.server.host

    @Option(help: ArgumentHelp("The port to listen on; 0 for any that is free.", valueName: "number"))
    var port = Settings.current.server.port

    @Flag(name: .customLong("no-auth"), help: "Ask nobody who he is; on this machine only.")
    var isOpen = false

    @Option(
        help: ArgumentHelp(
            "Where tasks run whose submission names no folder. [the folder 'tasks' among the data]", valueName: "folder"
        ), completion: .directory)
    var directory: String?

    @Option(
        help: ArgumentHelp("Requests a minute that each key may make; 0 for any number.", valueName: "count"))
    var rateLimit = Settings.current.requestsPerMinute

    @OptionGroup var machine: MachineOptions
    @OptionGroup var state: StateOptions

    mutating func validate() throws {
        guard rateLimit >= 0 else { throw ValidationError("--rate-limit must not be negative.") }
    }

    func run() throws {
        let data = state.dataDirectory
        let settings = Settings.current
        var configuration = settings.server
        configuration.host = host
        configuration.port = port
        if isOpen { configuration.requiresAuthentication = false }
        configuration.rateLimit =
            rateLimit > 0 ? .init(perMinute: Double(rateLimit), burst: Double(max(100, rateLimit / 10))) : nil
        configuration.workingDirectory = try ServerFolder.working(directory ?? settings.server.workingDirectory, data)
        if let refusal = configuration.refusal { throw CommandFailure(refusal, exit: .usage) }
        _ = try data.store()
        guard let lock = FileLock(tryLocking: data.path + "/server.lock") else {
            throw CommandFailure("another server uses \(data.path); choose another --data-dir", exit: .usage)
        }
        try withExtendedLifetime(lock) { try serve(configuration, data) }
    }

    private func serve(_ configuration: ServerConfiguration, _ data: DataDirectory) throws {
        // Each connection, each run and each supervisor takes one, and the usual limit is 1,024.
        Machine.allowDescriptors(65_536)
        let queue = QueueOutlook { try ServerAnswers.estimate(ofScheduled: $0, data) }
        let observer = ServerObserver(queue)
        let vault = try SecretVault(dataDirectory: data.path)
        let machine = machine
        let engine = try LiveEngine {
            let store = try data.store()
            var setup = Wiring.setup(
                data, machine: machine, shadow: nil, slot: EstimatorSlot(), observer: observer, store: store)
            setup.policy = ObservedPolicy(policy: setup.policy, observer: observer)
            setup.options.queueSize = Settings.current.queueSize
            setup.findSecret = { try? vault.value(of: $0) }
            let orchestrator = Orchestrator(setup, store: store)
            for (run, obstacle) in try orchestrator.resumeAll() {
                Output.messages("warning: run \(run) can't be taken over: \(CommandFailure(obstacle).message)")
            }
            return orchestrator
        }
        var logger = Logger(label: "baton") { JSONLogHandler(label: $0, clock: LiveClock()) }
        logger.logLevel = Settings.current.logLevel
        let server = try ServerApplication(
            configuration: configuration, dataDirectory: data.path, control: engine,
            answers: ServerAnswers(
                data: data, engine: engine, machine: machine, queue: queue),
            logger: logger, makeStore: { () throws(StoreError) in try data.store() })
        observer.attach(server)
        let firstKey = try server.makeFirstKey()
        let maintenance = Maintenance(data)
        maintenance.start()
        defer {
            maintenance.stop()
            engine.stop()
        }
        let host = host
        let json = state.json
        try ServerFolder.wait {
            try await server.application { port in
                ServeCommand.announce("http://\(host):\(port)", key: firstKey, json: json)
            }.runService()
        }
    }

    private static func announce(_ address: String, key: String?, json: Bool) {
        if json {
            JSONPrinter.print(.object(["address": .string(address), "key": key.map { .string($0) } ?? .null]))
        } else {
            Output.data("Baton listens on \(address)")
            guard let key else { return }
            Output.data("Log in with this key, which is shown only now: \(key)")
        }
    }
}

/// What the process of a server needs of its surroundings.
enum ServerFolder {
    /// Where tasks run whose submission names no folder; made where it is missing and nobody chose one.
    static func working(_ chosen: String?, _ data: DataDirectory) throws -> String {
        let path = chosen.map(DataDirectory.absolute) ?? data.path + "/tasks"
        if chosen == nil { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        guard FileStatus(path)?.isFolder == true else {
            throw CommandFailure("\(path) is no folder", exit: .usage)
        }
        return path
    }

    /// Runs what is asynchronous from a command that is not.
    static func wait(for work: @escaping @Sendable () async throws -> Void) throws {
        let isDone = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        Task {
            do {
                try await work()
            } catch {
                failure.withLock { $0 = error }
            }
            isDone.signal()
        }
        isDone.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
