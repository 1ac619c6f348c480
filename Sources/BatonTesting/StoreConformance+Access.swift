import BatonCore
import BatonStore
import Testing

extension StoreConformance {
    static let access = [
        StoreConformance("keys come back oldest first, and a revoked one stays with the time of its first revocation") {
            store in
            let script = Script()
            let second = APIKey(hash: "bb", name: "ci", role: "operator", created: script.time(2))
            var first = APIKey(hash: "cc", name: "ada", role: "admin", created: script.time(1))
            try store.remember(second)
            try store.remember(first)
            #expect(throws: StoreError.self) { try store.remember(first) }
            try store.revokeAPIKey("cc", at: script.time(3))
            try store.revokeAPIKey("cc", at: script.time(4))
            try store.revokeAPIKey("unheard", at: script.time(4))
            first.revoked = script.time(3)
            #expect(try store.apiKeys() == [first, second])
        },
        StoreConformance("who did what comes back newest first, page by page") { store in
            let script = Script()
            var entries: [AuditEntry] = []
            for number in 1...3 {
                var entry = AuditEntry(
                    at: script.time(Int64(number)), actor: "ada", action: "run.cancelled",
                    subject: number == 1 ? nil : "run \(number)", detail: number == 3 ? "ä\n" : nil)
                entry.id = Int64(number)
                entries.append(entry)
            }
            try store.remember([entries[0]])
            try store.remember([entries[1], entries[2]])
            #expect(try store.auditEntries(before: nil, limit: 2) == [entries[2], entries[1]])
            #expect(try store.auditEntries(before: 2, limit: 2) == [entries[0]])
        },
        StoreConformance("a request is claimed once by each actor, and what it was answered is kept") { store in
            let script = Script()
            var request = IdempotentRequest(
                actor: "ada", key: "k", fingerprint: "f", run: script.run, at: script.time(1))
            #expect(try store.claim(request) == nil)
            var again = request
            again.fingerprint = "other"
            again.run = Script(2).run
            #expect(try store.claim(again) == request)
            again.actor = "bob"
            #expect(try store.claim(again) == nil)
            request.answer = .init(status: 201, body: "{\"ä\":1}")
            try store.settle(request)
            #expect(try store.claim(request) == request)
            request.answer = nil
            try store.settle(request)
            #expect(try store.claim(request) == nil)
        },
        StoreConformance("the log is read on from any place, of one run or of all") { store in
            let (first, second) = (Script(1), Script(2))
            #expect(try store.endOfLog() == 0)
            try store.append([first.submitted(["a"])], for: first.run)
            try store.append([second.submitted(["a"])], for: second.run)
            try store.append([first.started(0), first.ended(0)], for: first.run)
            let all = try store.log(after: 0, of: nil, limit: 10)
            #expect(all.map(\.run) == [first.run, second.run, first.run, first.run])
            #expect(all.map(\.logged.sequence) == all.map(\.logged.sequence).sorted())
            #expect(try store.endOfLog() == all[3].logged.sequence)
            #expect(try store.log(after: all[0].logged.sequence, of: first.run, limit: 1) == [all[2]])
            #expect(try store.log(after: all[3].logged.sequence, of: nil, limit: 1).isEmpty)
        },
        StoreConformance("workflows are listed by what ran of them last") { store in
            let scripts = [Script(1, workflow: "b"), Script(2, workflow: "a"), Script(3, workflow: "b")]
            for script in scripts { try store.append([script.submitted(["a"])], for: script.run) }
            let found = try store.workflows()
            #expect(found.map(\.name) == ["a", "b"])
            #expect(found.map(\.runs) == [1, 2])
            #expect(found.map(\.lastRun) == [scripts[1].run, scripts[2].run])
        },
        StoreConformance("runs are found by a part of their name, and page by page") { store in
            let scripts = [Script(1, workflow: "etl"), Script(2, workflow: "train%"), Script(3, workflow: "etl-2")]
            for script in scripts { try store.append([script.submitted(["a"])], for: script.run) }
            func found(_ filter: RunFilter) throws -> [Run.ID] { try store.runs(matching: filter).map(\.id) }
            #expect(try found(RunFilter(search: "etl")) == [scripts[2].run, scripts[0].run])
            #expect(try found(RunFilter(search: "%")) == [scripts[1].run])
            #expect(try found(RunFilter(search: "etl", before: scripts[2].run)) == [scripts[0].run])
            #expect(try found(RunFilter(search: scripts[1].run.description)) == [scripts[1].run])
            #expect(try found(RunFilter(before: scripts[0].run)).isEmpty)
        },
    ]
}
