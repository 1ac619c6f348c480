import BatonCore
import BatonServer
import BatonStore
import Testing

@Suite("Requests that come again")
struct IdempotencyTests {
    private let workflow = "name: w\ntasks: {a: {run: x}}"
    private let headers = ["Content-Type": "application/yaml", "Idempotency-Key": "k-1"]

    @Test("the same request with the same key is carried out once and answered alike")
    func once() async throws {
        try await Stage.with { stage in
            let first = try await stage.post("/api/v1/runs", workflow, headers)
            let second = try await stage.post("/api/v1/runs", workflow, headers)
            #expect(first.status == 201 && second.status == 201 && first.text == second.text)
            #expect(second.header("Idempotent-Replayed") == "true" && first.header("Idempotent-Replayed") == nil)
            #expect(stage.engine.submissions.count == 1)
        }
    }

    @Test("another request with the same key is refused")
    func mismatch() async throws {
        try await Stage.with { stage in
            _ = try await stage.post("/api/v1/runs", workflow, headers)
            let other = try await stage.post("/api/v1/runs", workflow + " ", headers)
            #expect(other.status == 422 && other["code"] == .string("idempotency-mismatch"))
            #expect(try await stage.post("/api/v1/scheduling", #"{"task": {"command": "x"}}"#, headers).status == 422)
            #expect(stage.engine.submissions.count == 1)
        }
    }

    @Test("keys belong to whoever sends them")
    func actors() async throws {
        try await Stage.with(authentication: true) { stage in
            let made = try await stage.post("/api/v1/keys", #"{"name": "ci", "role": "operator"}"#)
            guard case .string(let key)? = made["api_key"] else { return }
            _ = try await stage.post("/api/v1/runs", workflow, headers)
            _ = try await stage.post("/api/v1/runs", workflow, headers.merging(["X-API-Key": key]) { $1 })
            #expect(stage.engine.submissions.count == 2)
        }
    }

    @Test("a request that was refused may come again under its key")
    func refused() async throws {
        try await Stage.with { stage async throws in
            #expect(try await stage.post("/api/v1/runs", "name: w", headers).status == 422)
            #expect(try await stage.post("/api/v1/runs", workflow, headers).status == 201)
        }
    }

    @Test("a run that was made is reported when its request comes again, although the first answer was an error")
    func failedAfterwards() async throws {
        try await Stage.with { stage in
            stage.engine.fail(afterRecording: true)
            let first = try await stage.post("/api/v1/runs", workflow, headers)
            #expect(first.status == 503 && !first.text.contains("gone"))
            stage.engine.fail(afterRecording: false)
            let second = try await stage.post("/api/v1/runs", workflow, headers)
            let run = try #require(stage.engine.submissions.first).run
            #expect(second.status == 201 && second["run"] == .string(run.description))
            #expect(stage.engine.submissions.count == 1)
        }
    }

    @Test("a server that died between making a run and answering reports that run, and makes no other")
    func crash() async throws {
        try await Stage.with { stage in
            let first = try await stage.post("/api/v1/runs", workflow, headers)
            // What the record holds when the server dies before it has kept the answer.
            let store = try SQLStore(sqliteAt: stage.folder + "/baton.db")
            let run = try #require(stage.engine.submissions.first?.run)
            var claim = IdempotentRequest(actor: "local", key: "k-1", fingerprint: "", run: run, at: stage.time.now)
            let kept = try #require(try store.claim(claim))
            try store.settle(claim)
            claim.fingerprint = kept.fingerprint
            #expect(try store.claim(claim) == nil)
            let second = try await stage.post("/api/v1/runs", workflow, headers)
            #expect(second.status == 201 && second["run"] == first["run"])
            #expect(stage.engine.submissions.count == 1)
        }
    }

    @Test("a server that died before it made the run makes it, under the id that was meant")
    func crashBefore() async throws {
        try await Stage.with { stage in
            let first = try await stage.post("/api/v1/runs", workflow, headers)
            let store = try SQLStore(sqliteAt: stage.folder + "/baton.db")
            var claim = IdempotentRequest(
                actor: "local", key: "k-1", fingerprint: "", run: Run.ID(rawValue: 7), at: stage.time.now)
            claim.fingerprint = try #require(try store.claim(claim)).fingerprint
            try store.settle(claim)
            #expect(try store.claim(claim) == nil)
            let second = try await stage.post("/api/v1/runs", workflow, headers)
            #expect(second.status == 201 && second["run"] == .string(Run.ID(rawValue: 7).description))
            #expect(first["run"] != second["run"])
        }
    }

    @Test("what is no key is refused", arguments: ["", "a b", String(repeating: "k", count: 256)])
    func wrongKeys(_ key: String) async throws {
        try await Stage.with { stage in
            let answer = try await stage.post(
                "/api/v1/runs", workflow, headers.merging(["Idempotency-Key": key]) { $1 })
            #expect(answer.status == 400)
        }
    }
}
