import BatonCore
import BatonFormats
import Testing

@testable import BatonServer

@Suite("Events")
struct EventTests {
    /// What a stream sends until it is ended.
    private func follow(
        _ path: String, _ headers: [String: String] = [:], _ stage: Stage, _ act: () async throws -> Void
    ) async throws -> [Value] {
        async let answer = stage.get(path, headers)
        try await act()
        stage.server.end()
        let text = try await answer.text
        return try text.split(separator: "\n\n").compactMap { message in
            let lines = message.split(separator: "\n")
            guard let data = lines.first(where: { $0.hasPrefix("data: ") }) else { return nil }
            let id = lines.first { $0.hasPrefix("id: ") }?.dropFirst(4)
            let value = try JSONInput.read(String(data.dropFirst(6)))
            guard case .map(let entries) = value else { return nil }
            #expect(
                entries.contains(.init(key: "id", value: .string(String(id ?? "")))), "the stream's id is the event's")
            return value
        }
    }

    private func types(_ events: [Value]) -> [String] {
        events.compactMap { event in
            guard case .map(let entries) = event,
                case .string(let type)? = entries.first(where: { $0.key == "type" })?.value
            else { return nil }
            return type
        }
    }

    @Test("everything that happened after an event comes, in order, as CloudEvents")
    func resume() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            try stage.engine.start(0, of: run)
            let events = try await follow("/api/v1/events", ["Last-Event-ID": "0"], stage) {
                try stage.engine.end(0, of: run)
            }
            #expect(types(events).starts(with: ["baton.run.submitted", "baton.task.scheduled"]), "\(events)")
            guard case .map(let first)? = events.first else { return }
            for (key, value) in [
                ("specversion", "1.0"), ("id", "1"), ("source", "/api/v1/runs/\(run)"),
                ("datacontenttype", "application/json"),
            ] { #expect(first.contains(.init(key: key, value: .string(value)))) }
            let later = try await stage.get("/api/v1/events", ["Last-Event-ID": "1"])
            #expect(!later.text.contains("run.submitted") && later.text.contains("task.scheduled"))
        }
    }

    @Test("a run's stream tells of no other run")
    func oneRun() async throws {
        try await Stage.with { stage in
            let first = try await stage.submitTwoTasks()
            stage.time.advance(by: .seconds(1))
            let second = try await stage.submitTwoTasks()
            try stage.engine.start(0, of: first)
            let events = try await follow("/api/v1/runs/\(second)/events", ["Last-Event-ID": "0"], stage) {}
            #expect(types(events) == ["baton.run.submitted"])
        }
    }

    @Test("an id that is none is refused", arguments: ["x", "-1", "99999999999999999999"])
    func wrongID(_ id: String) async throws {
        try await Stage.with { stage async throws in
            #expect(try await stage.get("/api/v1/events", ["Last-Event-ID": id]).status == 400)
        }
    }

    @Test("there are as many streams as may be, and their places come back")
    func limit() async throws {
        try await Stage.with({ $0.eventStreamsMax = 0 }) { stage in
            let refused = try await stage.get("/api/v1/events")
            #expect(refused.status == 429 && refused.header("Retry-After") != nil)
        }
        try await Stage.with({ $0.eventStreamsMax = 1 }) { stage async throws in
            stage.server.end()
            for _ in 0..<3 { #expect(try await stage.get("/api/v1/events").status == 200) }
            #expect(try await stage.get("/metrics").text.contains("baton_event_streams 0.0"))
        }
    }
}

extension ServerApplication {
    /// Ends all streams, as a graceful shutdown does.
    fileprivate func end() { events.close() }
}
