import Logging
import ServiceLifecycle

/// Keeps the event bus going: reads the log when somebody publishes and every now and then, and beats the streams' hearts.
struct EventPump: Service {
    let bus: EventBus
    let configuration: ServerConfiguration
    let logger: Logger
    /// Each wake makes every stream write, so they are woken the more rarely the more they are: for 1,000 every 50 ms, with
    /// all that came meanwhile.
    private static let pausePerStream = Duration.microseconds(50)

    func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await tick() }
                while await bus.work() {
                    do {
                        try bus.refresh()
                    } catch {
                        logger.error("events", metadata: ["error": .string("\(error)")])
                    }
                    try? await Task.sleep(for: Self.pausePerStream * bus.streams)
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            bus.close()
        }
        // Streams may have closed the bus first; a service that ends before its turn would end the others at once.
        try? await gracefulShutdown()
    }

    private func tick() async {
        let clock = ContinuousClock()
        var nextBeat = clock.now.advanced(by: configuration.heartbeat)
        while !Task.isCancelled {
            try? await Task.sleep(for: configuration.pollInterval)
            bus.look()
            if clock.now >= nextBeat {
                nextBeat = clock.now.advanced(by: configuration.heartbeat)
                bus.beat()
            }
        }
    }
}
