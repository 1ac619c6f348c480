import BatonCore
import BatonStore
import Testing

extension StoreConformance {
    static let automations = [
        StoreConformance("an automation is kept with its firings, each key once, and forgotten with them") { store in
            let script = Script()
            var schedule = nightly(script)
            let added = try store.keep(schedule, firings: [firing(script, "3", 3), firing(script, "2", 2)])
            #expect(added == 2)
            schedule.seen = script.time(4)
            #expect(try store.keep(schedule, firings: [firing(script, "3", 9), firing(script, "4", 4, "b")]) == 1)
            #expect(try store.automations(of: .schedule) == [schedule])
            #expect(try store.automations(of: .backfill).isEmpty)
            let waiting = try store.waitingFirings(of: .schedule, named: "nightly", batch: "a", limit: 9)
            #expect(waiting == [firing(script, "2", 2), firing(script, "3", 3)])
            #expect(try store.waitingFirings(of: .schedule, named: "nightly", batch: "a", limit: 1).count == 1)
            #expect(try store.forget(.schedule, named: "nightly"))
            #expect(try store.forget(.schedule, named: "nightly") == false)
            #expect(try store.firings(of: .schedule, named: "nightly", batch: nil, before: nil, limit: 9).isEmpty)
        },
        StoreConformance("firings are listed newest first, by batch, page by page, and counted by state") { store in
            let script = Script()
            let all = [("4", 4, "a"), ("x", 3, "b"), ("3", 3, "a"), ("2", 2, "a")].map { firing(script, $0, $1, $2) }
            _ = try store.keep(nightly(script), firings: all.reversed())
            func list(_ batch: String?, before place: Firing.Place?, _ limit: Int) throws -> [Firing] {
                try store.firings(of: .schedule, named: "nightly", batch: batch, before: place, limit: limit)
            }
            #expect(try list(nil, before: nil, 9) == all)
            #expect(try list("b", before: nil, 9) == [all[1]])
            #expect(try list(nil, before: all[1].place, 1) == [all[2]])
            #expect(try list("a", before: all[2].place, 9) == [all[3]])
            var refused = all[3]
            refused.state = .refused
            try store.settle(refused)
            let counts = try store.firingCounts(of: .schedule, named: "nightly", batch: "a")
            #expect(counts == [.waiting: 2, .refused: 1])
        },
        StoreConformance("what was skipped or refused can be replaced, what waits or ran can't") { store in
            let script = Script()
            let schedule = nightly(script)
            let states: [Firing.State] = [.waiting, .started, .skipped, .refused]
            var before = (1...4).map { firing(script, "\($0)", Int64($0)) }
            for (index, state) in states.enumerated() {
                before[index].state = state
                before[index].reason = "why"
            }
            _ = try store.keep(schedule, firings: before)
            let later = (1...4).map { firing(script, "\($0)", Int64($0), "b") }
            let added = try store.keep(schedule, firings: later)
            #expect(added == 2)
            let found = try store.firings(of: .schedule, named: "nightly", batch: nil, before: nil, limit: 9)
            #expect(found == [later[3], later[2], before[1], before[0]])
        },
        StoreConformance("what waits in a batch is skipped at once, and nothing else") { store in
            let script = Script()
            var started = firing(script, "1", 1)
            started.state = .started
            let other = firing(script, "3", 3, "b")
            _ = try store.keep(nightly(script), firings: [started, firing(script, "2", 2), other])
            try store.skipFirings(of: .schedule, named: "nightly", batch: "a", because: "enough")
            var skipped = firing(script, "2", 2)
            (skipped.state, skipped.reason) = (.skipped, "enough")
            let found = try store.firings(of: .schedule, named: "nightly", batch: nil, before: nil, limit: 9)
            #expect(found == [other, skipped, started])
        },
        StoreConformance("an end of a run is told until a firing stands for it, and so is its next end") { store in
            let (script, other) = (Script(1), Script(2, workflow: "other"))
            for each in [script, other] {
                try store.append([each.submitted(["a"]), each.finished(.failed, at: script.time(50))], for: each.run)
            }
            func ended(_ statuses: [Run.Status] = [.failed, .succeeded], after seconds: Int64 = 49) throws -> [Run.ID] {
                try store.endedRuns(
                    of: "flow", in: statuses, after: script.time(seconds), withoutFiringOf: .trigger, named: "t",
                    limit: 9
                ).map(\.id)
            }
            #expect(try ended() == [script.run])
            let all = try store.endedRuns(
                of: nil, in: [.failed], after: script.time(49), withoutFiringOf: .trigger, named: "t", limit: 9)
            #expect(all.map(\.id) == [script.run, other.run])
            #expect(try ended([.succeeded]).isEmpty)
            #expect(try ended(after: 50).isEmpty)
            let trigger = Automation(
                kind: .trigger, name: "t", definition: "{}", seen: script.time(1), created: script.time(1))
            let firing = Firing(
                kind: .trigger, name: "t", key: Firing.key(ofEnd: script.run, at: script.time(50)), batch: "a",
                at: script.time(50), input: "ä")
            _ = try store.keep(trigger, firings: [firing])
            #expect(try ended().isEmpty)
            #expect(try store.firing(of: .trigger, named: "t", key: firing.key) == firing)
            #expect(try store.firing(of: .trigger, named: "t", key: "x") == nil)
            try store.append([script.finished(.succeeded, at: script.time(60))], for: script.run)
            #expect(try ended() == [script.run])
        },
        StoreConformance("a firing is open from the start of its run to the end of it") { store in
            let script = Script()
            var firing = firing(script, "1", 1)
            _ = try store.keep(nightly(script), firings: [firing])
            func open(_ batch: String) throws -> Int {
                try store.openFirings(of: .schedule, named: "nightly", batch: batch)
            }
            (firing.run, firing.state, firing.reason, firing.input) = (script.run, .started, "why", "more")
            try store.settle(firing)
            let found = try store.firings(of: .schedule, named: "nightly", batch: nil, before: nil, limit: 9)
            #expect(found == [firing])
            #expect(try open("a") == 0)
            try store.append([script.submitted(["a"])], for: script.run)
            #expect(try open("a") == 1)
            #expect(try open("b") == 0)
            try store.append([script.finished(.failed)], for: script.run)
            #expect(try open("a") == 0)
        },
        StoreConformance("a time that ran is known for as long as its run, one that did not for 90 days") { store in
            let script = Script()
            let end = script.finished(.succeeded, at: script.time(9))
            try store.append([script.submitted(["a"]), end], for: script.run)
            var (ran, gone, skipped) = (firing(script, "1", 1), firing(script, "2", 2), firing(script, "3", 3))
            (ran.state, ran.run) = (.started, script.run)
            (gone.state, gone.run) = (.started, Script(2).run)
            skipped.state = .skipped
            let waiting = firing(script, "4", 4)
            var file = firing(script, "5", 5, Firing.files)
            file.state = .skipped
            _ = try store.keep(nightly(script), firings: [ran, gone, skipped, waiting, file])
            func left(after days: Int64) throws -> [Firing] {
                _ = try store.prune(Retention(), at: script.time(days * 86_400)) { true }
                return try store.firings(of: .schedule, named: "nightly", batch: nil, before: nil, limit: 9)
            }
            #expect(try left(after: 89).count == 5)
            #expect(try left(after: 91) == [file, waiting, ran])
            // The run goes after half a year, and its firing with it or the next time.
            _ = try left(after: 184)
            #expect(try left(after: 184) == [file, waiting])
        },
    ]

    private static func nightly(_ script: Script) -> Automation {
        Automation(
            kind: .schedule, name: "nightly", definition: "{\"a\":\"ä\"}", seen: script.time(1), created: script.time(1)
        )
    }

    private static func firing(_ script: Script, _ key: String, _ seconds: Int64, _ batch: String = "a") -> Firing {
        Firing(kind: .schedule, name: "nightly", key: key, batch: batch, at: script.time(seconds))
    }
}
