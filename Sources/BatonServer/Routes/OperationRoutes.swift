import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging

extension RouteTable {
    static let operations: [Route] = [
        .get(
            "/healthz", .operations, "The server is alive.", access: .everybody, answer: .json("Health"),
            handle: { _ in .json(.object(["status": .string("ok")])) }
        ).atOnce,
        .get(
            "/readyz", .operations, "The server can do its work: 200, or 503 with what is missing.", access: .everybody,
            answer: .json("Health"), handle: OperationRoutes.ready),
        .get(
            "/metrics", .operations, "Figures for Prometheus.", answer: .text(),
            handle: OperationRoutes.metrics),
        .get(
            "/openapi.json", .operations, "This interface, as OpenAPI 3.1.", access: .everybody, answer: .json("Any"),
            handle: { _ in .json(OpenAPI.document) }),
    ]
}

enum OperationRoutes {
    static let system = SystemLoad()
    /// Fuller than this, and nothing new should be begun here.
    private static let fullest = 0.9

    /// Of so many predictions: a day's work of a busy server, and a millisecond's reading.
    private static let newestPredictions = 1_000

    @Sendable static func metrics(_ call: Call) async throws -> Reply {
        let metrics = call.core.metrics
        metrics.set(.eventStreams, to: Double(call.core.events.streams))
        metrics.look(at: call.core.control.load, system, directory: call.core.dataDirectory)
        do {
            let (accuracy, requests) = try call.read { (store) throws(StoreError) in
                (try store.accuracy(ofNewest: newestPredictions), try store.approvalRequests().count)
            }
            metrics.look(at: accuracy)
            metrics.set(.approvalsWaiting, to: Double(requests))
            metrics.set(.scheduleLag, to: try await call.core.schedules.lag().seconds)
        } catch {
            // Everything else is worth the more when the database does not answer.
            call.context.logger.error("metrics", metadata: ["error": .string("\(error)")])
        }
        return .text(metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    @Sendable static func ready(_ call: Call) async throws -> Reply {
        var checks: [Value.Entry] = []
        var isReady = true
        func note(_ name: String, _ failure: String?) {
            if failure != nil { isReady = false }
            checks.append(Value.Entry(key: name, value: .string(failure ?? "ok")))
        }
        do {
            _ = try call.read { (store) throws(StoreError) in try store.endOfLog() }
            note("database", nil)
        } catch {
            call.context.logger.error("database", metadata: ["error": .string("\(error)")])
            note("database", "it does not answer")
        }
        func percent(_ ratio: Double) -> String { "\(Int((ratio * 100).rounded())) % in use" }
        let memory = system.memoryRatio()
        note("memory", memory > fullest ? percent(memory) : nil)
        let disk = system.diskRatio(of: call.core.dataDirectory)
        note("disk", disk > fullest ? percent(disk) : nil)
        for check in call.core.answers.checks {
            do {
                try await check.run()
                note(check.name, nil)
            } catch {
                call.context.logger.error(
                    "check", metadata: ["check": .string(check.name), "error": .string("\(error)")])
                note(check.name, "it does not answer")
            }
        }
        return .json(
            .object(["status": .string(isReady ? "ok" : "not ready"), "checks": .map(checks)]),
            status: isReady ? .ok : .serviceUnavailable)
    }
}
