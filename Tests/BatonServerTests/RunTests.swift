import BatonCore
import BatonRuntime
import BatonServer
import HTTPTypes
import Testing

@Suite("Runs over HTTP")
struct RunTests {
    @Test("a workflow sent as YAML becomes a run that can be read")
    func yaml() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let answer = try await stage.get("/api/v1/runs/\(run)")
            #expect(answer.status == 200)
            #expect(answer["workflow"] == .string("flow"))
            #expect(answer["status"] == .string("running"))
            #expect(answer["counts", "ready"] == .number(1))
            #expect(stage.engine.submissions.map(\.directory) == [stage.folder])
            let tasks = try await stage.get("/api/v1/runs/\(run)/tasks")
            #expect(tasks.text.contains("\"task\":\"a\"") && tasks.text.contains("\"state\":\"blocked\""))
        }
    }

    @Test("a run takes parameters, a priority and a folder with its workflow, as text or as JSON")
    func envelope() async throws {
        try await Stage.with { stage in
            let text = #"name: flow\nparams: {n: 1}\ntasks: {a: {run: echo hello}}"#
            let json = #"{"name":"flow","params":{"n":1},"tasks":{"a":{"run":"echo hello"}}}"#
            for workflow in ["\"\(text)\"", json] {
                let answer = try await stage.post(
                    "/api/v1/runs",
                    #"{"workflow":\#(workflow),"parameters":{"n":2},"priority":80,"directory":"/tmp","source":"x.yaml"}"#
                )
                #expect(answer.status == 201, "\(answer.text)")
                #expect(answer.header("Location")?.hasPrefix("/api/v1/runs/") == true)
                let submission = try #require(stage.engine.submissions.last)
                #expect(submission.parameters.map(\.value) == [.number(2)])
                #expect(submission.workflow.tasks.map(\.priority) == [80])
                #expect(submission.directory == "/tmp" && submission.source == "x.yaml")
            }
            #expect(try await stage.post("/api/v1/runs", json).status == 201, "the workflow may stand alone")
        }
    }

    @Test("a run's priority can be changed by those who may, to anything from 0 to 100, and the change is on record")
    func priority() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let path = "/api/v1/runs/\(run)/priority"
            let answer = try await stage.send(.put, path, [:], #"{"priority":80}"#)
            #expect(answer.status == 200 && answer["priority"] == .number(80), "\(answer.text)")
            #expect(stage.engine.commands == [.prioritize(run, nil, priority: 80)])
            for wrong in [
                #"{"priority":101}"#, #"{"priority":-1}"#, #"{"priority":1.5}"#, "{}", #"{"priority":1,"x":1}"#,
            ] {
                #expect(try await stage.send(.put, path, [:], wrong).status == 422, "\(wrong)")
            }
            let unknown = "/api/v1/runs/0000000000000/priority"
            #expect(try await stage.send(.put, unknown, [:], #"{"priority":1}"#).status == 404)
            #expect(stage.engine.commands.count == 1)
        }
    }

    @Test("a large workflow is taken as a small one is")
    func large() async throws {
        try await Stage.with { stage in
            let tasks = (0..<3_000).map { "  t\($0): {run: echo \($0), needs: [\($0 > 0 ? "t\($0 - 1)" : "")]}\n" }
            let body = "name: large\ntasks:\n" + tasks.joined()
            #expect(body.utf8.count > 64 << 10)
            let answer = try await stage.post("/api/v1/runs", body, ["Content-Type": "application/yaml"])
            #expect(answer.status == 201 && answer["counts", "blocked"] == .number(2_999))
            guard case .string(let run)? = answer["run"] else { return }
            let page = try await stage.get("/api/v1/runs/\(run)/tasks?limit=10&cursor=2995")
            #expect(page.text.contains("t2995") && page["next_cursor"] == .null)
        }
    }

    @Test("a wrong workflow is refused with every problem and its place")
    func wrongWorkflow() async throws {
        try await Stage.with { stage in
            let answer = try await stage.post(
                "/api/v1/runs", "name: w\ntasks:\n  a: {run: x, needs: [b, c]}\n", ["Content-Type": "application/yaml"])
            #expect(answer.status == 422)
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(answer["code"] == .string("invalid-workflow"))
            guard case .list(let problems)? = answer["problems"], case .map(let first)? = problems.first else {
                Issue.record("no problems: \(answer.text)")
                return
            }
            #expect(problems.count == 2)
            #expect(first.contains(Value.Entry(key: "line", value: .number(3))))
            #expect(stage.engine.submissions.isEmpty)
        }
    }

    @Test("runs are listed page by page, newest first, and filtered")
    func list() async throws {
        try await Stage.with { stage in
            var runs: [Run.ID] = []
            for _ in 0..<3 {
                runs.append(try await stage.submitTwoTasks())
                stage.time.advance(by: .seconds(1))
            }
            let first = try await stage.get("/api/v1/runs?limit=2")
            #expect(ids(first) == [runs[2], runs[1]])
            guard case .string(let cursor)? = first["next_cursor"] else {
                Issue.record("there is no next page: \(first.text)")
                return
            }
            let second = try await stage.get("/api/v1/runs?limit=2&cursor=\(cursor)")
            #expect(ids(second) == [runs[0]])
            #expect(second["next_cursor"] == .null)
            #expect(ids(try await stage.get("/api/v1/runs?status=succeeded,failed")) == [])
            #expect(ids(try await stage.get("/api/v1/runs?search=lo&workflow=flow")).count == 3)
            #expect(try await stage.get("/api/v1/runs?status=sleeping").status == 400)
            #expect(try await stage.get("/api/v1/runs?limit=0").status == 400)
            #expect(try await stage.get("/api/v1/runs?cursor=%00").status == 400)
        }
    }

    private func ids(_ answer: Stage.Answer) -> [Run.ID] {
        guard case .list(let runs)? = answer["runs"] else { return [] }
        return runs.compactMap { run in
            guard case .map(let entries) = run, case .string(let text)? = entries.first?.value else { return nil }
            return Run.ID(text)
        }
    }

    @Test("what has not changed is not sent again")
    func conditional() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let tag = try #require(try await stage.get("/api/v1/runs/\(run)").header("ETag"))
            let again = try await stage.get("/api/v1/runs/\(run)", ["If-None-Match": "\"other\", \(tag)"])
            #expect(again.status == 304 && again.text.isEmpty)
            try stage.engine.start(0, of: run)
            #expect(try await stage.get("/api/v1/runs/\(run)", ["If-None-Match": tag]).status == 200)
        }
    }

    @Test("a run is cancelled, paused, resumed and retried; a wish that does not fit its state is a conflict")
    func actions() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let paused = try await stage.post("/api/v1/runs/\(run)/pause")
            #expect(paused["status"] == .string("paused"), "\(paused.text)")
            #expect(try await stage.post("/api/v1/runs/\(run)/resume")["status"] == .string("running"))
            let retried = try await stage.post("/api/v1/runs/\(run)/retry")
            #expect(retried.status == 409 && retried["code"] == .string("wrong-status"))
            #expect(try await stage.post("/api/v1/runs/\(run)/cancel", #"{"force":true}"#).status == 200)
            #expect(stage.engine.commands == [.pause(run), .unpause(run), .cancel(run, force: true)])
            #expect(try await stage.post("/api/v1/runs/\(run)/cancel", #"{"farce":true}"#).status == 422)
            let unknown = try await stage.post("/api/v1/runs/0000000000000/cancel")
            #expect(unknown.status == 404 && unknown["code"] == .string("unknown-run"))
        }
    }

    @Test("when too many tasks wait, a run is refused for a while and nothing is kept of it")
    func queueFull() async throws {
        try await Stage.with { stage in
            stage.engine.refuse(with: .queueFull(limit: 10_000))
            let headers = ["Content-Type": "application/yaml", "Idempotency-Key": "k"]
            let answer = try await stage.post("/api/v1/runs", "name: w\ntasks: {a: {run: x}}", headers)
            #expect(answer.status == 429 && answer.header("Retry-After") == "1")
            stage.engine.refuse(with: nil)
            #expect(try await stage.post("/api/v1/runs", "name: w\ntasks: {a: {run: x}}", headers).status == 201)
            #expect(stage.engine.submissions.count == 1)
        }
    }

    @Test("what each task did can be read: attempts, decisions, the graph, changes")
    func records() async throws {
        try await Stage.with { stage in
            let run = try await stage.submitTwoTasks()
            let before = try await stage.get("/api/v1/runs/\(run)/changes")
            try stage.engine.start(0, of: run, reason: "longest path")
            try stage.engine.end(0, of: run, .failed(.exitCode(3)))
            let attempts = try await stage.get("/api/v1/runs/\(run)/tasks/a/attempts")
            #expect(attempts.text.contains(#""failure":{"kind":"exit_code","exit_code":3}"#), "\(attempts.text)")
            #expect(attempts.text.contains(#""peak_memory_bytes":5000"#))
            let decisions = try await stage.get("/api/v1/runs/\(run)/decisions?task=a")
            #expect(decisions.text.contains(#""decision_id":"\#(run).0.1""#))
            #expect(decisions.text.contains(#""reason":"longest path""#))
            let graph = try await stage.get("/api/v1/runs/\(run)/graph")
            #expect(
                graph["edges"]
                    == .list([.map([.init(key: "from", value: .number(0)), .init(key: "to", value: .number(1))])]))
            guard case .number(let sequence)? = before["sequence"] else { return }
            let changes = try await stage.get("/api/v1/runs/\(run)/changes?after=\(Int(sequence))")
            #expect(changes["status"] == .string("failed"), "\(changes.text)")
            let task = try await stage.get("/api/v1/runs/\(run)/tasks/0")
            #expect(task["state"] == .string("failed"))
            #expect(try await stage.get("/api/v1/runs/\(run)/tasks/nobody").status == 404)
            let workflow = try await stage.get("/api/v1/runs/\(run)/workflow")
            #expect(workflow.text.hasPrefix("name: flow\n") && workflow.text.contains("echo b"))
            for path in ["predictions", "metrics", "states"] {
                #expect(try await stage.get("/api/v1/runs/\(run)/\(path)").status == 200)
            }
        }
    }

    @Test("one task is scheduled by itself, with what the API calls it")
    func scheduling() async throws {
        try await Stage.with { stage in
            let answer = try await stage.post(
                "/api/v1/scheduling",
                #"""
                {"task": {"id": "t", "name": "align", "type": "batch", "priority": 90, "dependencies": [],
                          "resource_requirements": {"cpu_cores": 1.5, "memory_gb": 2},
                          "metadata": {"command": ["echo", "${{ x }}"]}},
                 "constraints": {"timeout_seconds": 60, "max_retries": 2}}
                """#)
            #expect(answer.status == 201, "\(answer.text)")
            let task = try #require(stage.engine.submissions.first?.workflow.tasks.first)
            #expect(
                task.name == "align" && task.priority == 90 && task.timeout == .seconds(60) && task.retry.limit == 2)
            #expect(task.request.milliCPU == .exactly(1500) && task.request.memoryBytes == .exactly(2_000_000_000))
            guard case .arguments(let arguments) = task.action else { return }
            #expect(arguments.map(\.isLiteral) == [true, true], "what is sent is no expression")
            guard case .string(let decision)? = answer["decision_id"], case .string(let id)? = answer["task_id"] else {
                Issue.record("no ids: \(answer.text)")
                return
            }
            let waiting = try await stage.get("/api/v1/scheduling/decisions/\(decision)")
            #expect(waiting["made"] == .boolean(false) && waiting["task_state"] == .string("ready"))
            try stage.engine.start(0, of: try #require(stage.engine.submissions.first).run)
            let made = try await stage.get("/api/v1/scheduling/decisions/\(decision)")
            #expect(made["made"] == .boolean(true) && made["policy"] == .string("fifo"))
            let priority = try await stage.send(
                .put, "/api/v1/scheduling/\(id)/priority", ["Content-Type": "application/json"], #"{"priority": 5}"#)
            #expect(priority.status == 200)
            let run = try #require(stage.engine.submissions.first).run
            #expect(stage.engine.commands.last == .prioritize(run, TaskInstance.ID(0), priority: 5))
            let later = #"{"task": {"command": "x", "dependencies": ["\#(id)"]}}"#
            #expect(try await stage.post("/api/v1/scheduling", later).status == 201)
            #expect(stage.engine.needs == [TaskReference(run: run, task: TaskInstance.ID(0))])
        }
    }

    @Test(
        "a task that is not as the API describes it is refused with the name of what is wrong",
        arguments: [
            (#"{"task": {"name": "x"}}"#, "task.command"),
            (#"{"task": {"command": "x", "priority": 101}}"#, "task.priority"),
            (#"{"task": {"command": "x", "dependencies": ["y"]}}"#, "task.dependencies"),
            (#"{"task": {"command": "x", "resource_requirements": {"cpu_cores": 0.01}}}"#, "cpu_cores"),
            (#"{"task": {"command": "x", "colour": "red"}}"#, "task.colour"),
            (#"{"task": {"command": "x"}, "constraints": {"deadline_seconds": -1}}"#, "deadline_seconds"),
            (#"{"tusk": {}}"#, "task"),
        ])
    func wrongTask(_ body: String, _ name: String) async throws {
        try await Stage.with { stage in
            let answer = try await stage.post("/api/v1/scheduling", body)
            #expect(answer.status == 422)
            guard case .string(let detail)? = answer["detail"] else { return }
            #expect(detail.contains(name), "\(detail)")
            #expect(stage.engine.submissions.isEmpty)
        }
    }
}
