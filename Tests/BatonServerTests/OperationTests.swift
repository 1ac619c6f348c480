import BatonCore
import BatonFormats
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Operating the server")
struct OperationTests {
    @Test("figures have help, a type and base units, and count what happened")
    func metrics() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let attempt = Attempt.ID(run: run, task: TaskInstance.ID(0), number: 1)
            let ended = Event.attemptEnded(attempt, .failed(.timedOut), nil)
            stage.server.durable([Recorded(event: ended, at: stage.time.now, changes: [])])
            stage.server.metrics.observe(0.003, in: .decisionSeconds)
            let text = try await stage.get("/metrics").text
            let wanted = [
                "# TYPE baton_scheduling_decision_seconds histogram",
                "baton_scheduling_decision_seconds_bucket{le=\"0.0025\"} 0",
                "baton_scheduling_decision_seconds_bucket{le=\"0.005\"} 1",
                "baton_scheduling_decision_seconds_bucket{le=\"+Inf\"} 1",
                "baton_scheduling_decision_seconds_count 1",
                "baton_tasks_finished_total{outcome=\"failed\"} 1.0",
                "baton_http_requests_total{method=\"POST\",route=\"/api/v1/runs\",status=\"201\"} 1.0",
                "baton_queue_size 2.0", "baton_active_tasks 3.0",
                "baton_resource_utilization_ratio{resource=\"cpu\"} 0.25", "# TYPE baton_system_memory_ratio gauge",
                "# TYPE baton_system_disk_ratio gauge",
            ]
            for line in wanted { #expect(text.contains("\(line)\n"), "\(line) is not in\n\(text)") }
            for line in text.split(separator: "\n") { #expect(line.hasPrefix("baton_") || line.hasPrefix("# ")) }
        }
    }

    @Test("figures tell what the server did by itself, what it could not do, and who is waited for")
    func automations() async throws {
        try await FakeReceiver.with(on: ["approval.waiting"]) { stage, receiver in
            receiver.answers([503])
            try await stage.schedule("0 9 * * *")
            try await stage.schedule("@hourly", #""catchup": "none","#, name: "hourly")
            let asking = "name: ship\ntasks: {go: {approval: 'Go?', run: 'true'}}\n"
            stage.time.advance(by: .seconds(1))
            #expect(try await stage.post("/api/v1/runs", asking, ["Content-Type": "application/yaml"]).status == 201)
            await stage.server.notifications.tick()
            stage.time.advance(by: .seconds(5))
            await stage.server.notifications.tick()
            func figures() async throws -> [Substring] {
                try await stage.get("/metrics").text.split(separator: "\n")
            }
            #expect(try await figures().contains("baton_approvals_waiting 1.0"))
            #expect(try await figures().contains("baton_schedule_lag_seconds 0.0"))
            stage.time.advance(by: .seconds(86_400))
            let lag = try await figures().first { $0.hasPrefix("baton_schedule_lag_seconds ") }?.split(separator: " ")
                .last
            #expect(lag.flatMap { Double($0) }.map { $0 > 80_000 } == true, "\(lag ?? "")")
            await stage.server.schedules.tick()
            let known = try await figures()
            let wanted = [
                #"baton_schedule_firings_total{result="started"} 2.0"#,
                #"baton_schedule_firings_total{result="skipped"} 23.0"#,
                #"baton_schedule_firings_total{result="refused"} 0.0"#,
                #"baton_trigger_firings_total{result="refused"} 0.0"#,
                #"baton_notification_deliveries_total{result="retried"} 1.0"#,
                #"baton_notification_deliveries_total{result="delivered"} 1.0"#,
                "baton_schedule_lag_seconds 0.0",
            ]
            for line in wanted { #expect(known.contains(Substring(line)), "\(line)") }
        }
    }

    @Test("a path that nobody knows makes no series of its own")
    func cardinality() async throws {
        try await Stage.with { stage in
            for number in 0..<5 { _ = try await stage.get("/nowhere/\(number)") }
            _ = try await stage.send(HTTPRequest.Method("STRANGE")!, "/nowhere")
            let text = try await stage.get("/metrics").text
            #expect(!text.contains("nowhere") && !text.contains("STRANGE"))
        }
    }

    @Test("it is alive, and ready when everything it needs answers")
    func health() async throws {
        var answers = ServerAnswers()
        answers.checks = [.init(name: "models") { throw Problem(500, "x", "no model") }]
        try await Stage.with { stage async throws in
            #expect(try await stage.get("/healthz").status == 200)
            #expect(try await stage.get("/readyz")["checks", "database"] == .string("ok"))
        }
        try await Stage.with(answers: answers) { stage in
            let answer = try await stage.get("/readyz")
            #expect(answer.status == 503 && answer["checks", "models"] == .string("it does not answer"))
        }
    }

    @Test("every answer has an id, a trace and the headers that protect browsers")
    func headers() async throws {
        try await Stage.with { stage in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            for path in ["/healthz", "/nothing"] {
                let answer = try await stage.get(path, ["traceparent": "00-\(trace)-00f067aa0ba902b7-01"])
                let parent = try #require(answer.header("traceparent"))
                #expect(parent.hasPrefix("00-\(trace)-") && !parent.contains("00f067aa0ba902b7"))
                #expect(answer.header("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
                #expect(answer.header("Referrer-Policy") == "no-referrer")
                #expect(answer.header("X-Frame-Options") == "DENY")
                let id = try #require(answer.header("X-Request-ID"))
                #expect(stage.log.lines.contains { $0.contains(id) && $0.contains(trace) })
            }
        }
    }

    @Test("a run belongs to the trace of the request that started it")
    func traceOfRun() async throws {
        try await Stage.with { stage in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let answer = try await stage.post(
                "/api/v1/runs", "name: n\ntasks: {a: {run: 'true'}}\n",
                ["traceparent": "00-\(trace)-00f067aa0ba902b7-01", "Content-Type": "application/yaml"])
            #expect(answer.status == 201)
            let submission = try #require(stage.engine.submissions.last)
            #expect(submission.trace == TraceParent(trace: trace, isSampled: true))
        }
    }

    @Test(
        "what is no trace begins a new one",
        arguments: [
            nil, "", "x", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] as [String?])
    func newTrace(_ header: String?) {
        let trace = TraceContext(header: header)
        #expect(trace.parent.trace != "4bf92f3577b34da6a3ce929d0e0e4736" && trace.parent.trace.utf8.count == 32)
    }

    @Test("a later version's trace goes on")
    func laterTrace() {
        let trace = TraceContext(header: "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more")
        #expect(trace.header.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") && trace.header.hasSuffix("-00"))
    }

    @Test(
        "ranges of a file are read as RFC 9110 has them",
        arguments: [
            ("bytes=0-3", 0..<4), ("bytes=4-", 4..<10), ("bytes=-3", 7..<10), ("bytes=8-99", 8..<10),
            ("bytes=-99", 0..<10), ("bytes=10-", nil), ("bytes=-0", nil), ("bytes=9-9223372036854775807", 9..<10),
        ] as [(String, Range<Int64>?)])
    func ranges(_ header: String, _ range: Range<Int64>?) throws {
        #expect(try #require(ByteRange(header)).range(of: 10) == range)
    }

    @Test(
        "other ranges are none",
        arguments: ["bytes=", "bytes=-", "bytes=3-1", "bytes=a-b", "lines=0-1", "bytes=0-1,3-4"])
    func noRanges(_ header: String) { #expect(ByteRange(header) == nil) }

    @Test("what another program computes is passed on as it is")
    func answers() async throws {
        var answers = ServerAnswers()
        answers.explainTask = { task in Array(#"{"task":\#(task.task.index)}"#.utf8) }
        answers.analyze = { file, _, _ in Array(#"{"workflow_id":"\#(file.workflow.name)"}"#.utf8) }
        answers.predict = { task, workflow in Array(#"{"for":"\#(workflow ?? "")/\#(task.name)"}"#.utf8) }
        answers.apply = { workflow, findings, actor in Array(#"{"by":"\#(actor)","n":\#(findings.count)}"#.utf8) }
        answers.forecast = { horizon in Array(#"{"seconds":\#(Int(horizon.components.seconds))}"#.utf8) }
        try await Stage.with(answers: answers) { stage in
            let run = try await stage.submitTwoTasks()
            #expect(try await stage.get("/api/v1/runs/\(run)/tasks/b/explanation")["task"] == .number(1))
            let analysis = try await stage.post(
                "/api/v1/optimization/analyze", "name: w\ntasks: {a: {run: x}}", ["Content-Type": "application/yaml"])
            #expect(analysis["workflow_id"] == .string("w"))
            #expect(try await stage.post("/api/v1/optimization/analyze", #"{"workflow": "name: 1"}"#).status == 422)
            let prediction = try await stage.post(
                "/api/v1/resources/predict", #"{"task_spec": {"name": "a"}, "context": {"workflow": "w"}}"#)
            #expect(prediction["for"] == .string("w/a"))
            let applied = try await stage.post(
                "/api/v1/optimization/apply", #"{"workflow_id": "w", "optimizations": ["x", "y"]}"#)
            #expect(applied["by"] == .string("local") && applied["n"] == .number(2))
            #expect(try await stage.get("/api/v1/audit").text.contains("optimization.applied"))
            #expect(try await stage.get("/api/v1/forecasts?horizon_seconds=7200")["seconds"] == .number(7200))
            #expect(try await stage.post("/api/v1/simulations", "{}").status == 404)
        }
    }
}
