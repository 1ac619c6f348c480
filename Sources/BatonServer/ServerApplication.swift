public import BatonCore
import BatonRuntime
public import BatonStore
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// The server, put together: everything it needs comes in, an application that can be run or tested comes out.
///
/// ```swift
/// let server = try ServerApplication(configuration: configuration, dataDirectory: path, control: orchestrator,
///     answers: answers, logger: logger) { () throws(StoreError) in try SQLStore(sqliteAt: path + "/baton.db") }
/// if let key = try server.makeFirstKey() { print("log in with \(key)") }
/// try await server.application().runService()
/// ```
public struct ServerApplication: Sendable {
    /// To be told of everything that was appended to the log.
    public let events: EventBus
    public let metrics: Metrics
    /// Secrets that were given to the server.
    public let vault: SecretVault
    /// Start runs, and tell of them, by themselves while the application runs.
    let schedules: Scheduler
    let triggers: TriggerDesk
    let notifications: NotificationDesk
    private let core: ServerCore

    /// - Parameters:
    ///   - dataDirectory: exists; holds the runs' folders, and gets the server's own secrets.
    ///   - clock: the time for everything that expires or is recorded.
    ///   - makeStore: opens the record anew; called when a request finds none idle.
    /// - Throws: `ServerConfigurationError`, or why the server's secrets can't be read or made.
    public init(
        configuration: ServerConfiguration, dataDirectory: String, control: any RunControl, answers: ServerAnswers,
        logger: Logger, clock: (@Sendable () -> Instant)? = nil,
        makeStore: @escaping @Sendable () throws(StoreError) -> any Store
    ) throws {
        try configuration.validate()
        let live = LiveClock()
        // Schedules go by the clock on the wall, also after a sleep.
        let wall = clock ?? { LiveClock.wall }
        let clock = clock ?? { live.now }
        let stores = StorePool(makeStore)
        let secret = try PrivateFile.bytes(at: dataDirectory + "/token.key") { Secure.randomBytes(32) }
        guard secret.count >= 32 else {
            throw PrivateFileError(path: dataDirectory + "/token.key", reason: "it is shorter than 32 bytes")
        }
        metrics = Metrics()
        events = EventBus(stores: stores, streamsMax: configuration.eventStreamsMax)
        vault = try SecretVault(dataDirectory: dataDirectory)
        let audit = AuditLog(stores: stores, logger: logger)
        let shelf = WorkflowShelf(workingDirectory: configuration.workingDirectory, dataDirectory: dataDirectory)
        var starter = FiringStarter(
            stores: stores, control: control, configuration: configuration, shelf: shelf, events: events, audit: audit,
            metrics: metrics, clock: clock, logger: logger)
        triggers = TriggerDesk(starter: starter, vault: vault, interval: configuration.automationInterval)
        starter.clock = wall
        schedules = Scheduler(starter: starter, interval: configuration.automationInterval)
        notifications = NotificationDesk(
            stores: stores, control: control,
            messenger: Messenger(
                post: answers.sendWebhook, vault: vault,
                mayBeLocal: ServerConfiguration.isLoopback(configuration.host),
                directory: configuration.workingDirectory ?? dataDirectory,
                scratch: dataDirectory + "/notifications"),
            dataDirectory: dataDirectory, interval: configuration.automationInterval, clock: clock,
            jitter: { Double.random(in: 0..<1) }, metrics: metrics, logger: logger)
        core = ServerCore(
            configuration: configuration, stores: stores, cached: AnswerCache(stores: stores), control: control,
            answers: answers,
            dataDirectory: dataDirectory, keys: KeyRing(stores: stores),
            tokens: TokenIssuer(secret: secret, lifetime: configuration.tokenLifetime), vault: vault,
            limiter: RateLimiter(configuration.rateLimit), audit: audit,
            idempotency: Idempotency(stores: stores),
            bodies: BodyBudget(bytes: configuration.bodyBytesTotalMax), events: events, schedules: schedules,
            triggers: triggers, notifications: notifications,
            metrics: metrics, clock: clock, logger: logger)
    }

    /// Makes an administrator's key where there is no key yet.
    ///
    /// - Returns: the key, to be shown once; nil when there is one already, or nobody is asked for any.
    public func makeFirstKey() throws(StoreError) -> String? {
        guard core.configuration.requiresAuthentication else { return nil }
        let isFirst = try core.stores.with { (store) throws(StoreError) in
            try store.apiKeys().allSatisfy { $0.revoked != nil }
        }
        return isFirst ? try core.keys.make(name: "first", role: .admin, at: core.clock()).text : nil
    }

    /// Takes in what is durable now: counts it, and wakes those who follow. Any thread may call it.
    public func durable(_ batch: [Recorded]) {
        metrics.count(batch)
        events.publish()
    }

    /// Listens when it is run; ends open streams, and then itself, at a graceful shutdown.
    ///
    /// - Parameters:
    ///   - services: to be run and ended with it.
    ///   - onListening: called with the port once requests are answered.
    public func application(
        services: [any Service] = [], onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let configuration = core.configuration
        let router = Router(context: ServerContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: FrontDoor(core: core, routes: RouteTable.all))
        for route in RouteTable.all {
            router.on(RouterPath(route.path), method: route.method, responder: RouteResponder(core: core, route: route))
        }
        router.on("/", method: .get, responder: PageResponder(name: "index.html"))
        router.on("/assets/{name}", method: .get, responder: PageResponder())
        let patience = { @Sendable in
            [
                PatienceHandler(
                    requestTimeout: configuration.requestTimeout, stallTimeout: configuration.stallTimeout)
            ]
        }
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: patience(),
            idleTimeout: .nanoseconds(configuration.idleTimeout.nanoseconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
        return Application(
            router: router,
            server: HTTPServerBuilder { PinnedChannel(base: HTTP1Channel(responder: $0, configuration: http)) },
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "baton", backlog: 1_024,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.connectionsMax)),
            services: services + [
                core.audit, EventPump(bus: events, configuration: configuration, logger: core.logger),
                core.schedules, core.triggers, core.notifications,
            ],
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: core.logger)
    }
}
