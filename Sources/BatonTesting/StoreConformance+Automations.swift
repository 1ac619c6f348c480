import BatonCore
import BatonStore
import Testing

extension StoreConformance {
    static let automations = [
        StoreConformance("an automation is kept with its firings, each key once, and forgotten with them") { store in
            let script = Script()
            var schedule = Automation(
                kind: .schedule, name: "nightly", definition: "{\"a\":\"ä\"}", seen: script.time(1),
                created: script.time(1))
            func firing(_ key: String, _ time: Int64, _ batch: String = "") -> Firing {
                Firing(
                    kind: .schedule, name: "nightly", key: key, batch: batch, run: Script(UInt64(time)).run,
                    at: script.time(time))
            }
            let added = try store.keep(schedule, firings: [firing("3", 3), firing("2", 2)])
            #expect(added == 2)
            schedule.seen = script.time(4)
            #expect(try store.keep(schedule, firings: [firing("3", 9), firing("4", 4, "b")]) == 1)
            #expect(try store.automations(of: .schedule) == [schedule])
            #expect(try store.automations(of: .backfill).isEmpty)
            #expect(try store.waitingFirings(of: .schedule) == [firing("2", 2), firing("3", 3), firing("4", 4, "b")])
            #expect(try store.firings(of: .schedule, named: "nightly", batch: "b", limit: 9) == [firing("4", 4, "b")])
            #expect(try store.firings(of: .schedule, named: "nightly", batch: nil, limit: 1) == [firing("4", 4, "b")])
            #expect(try store.forget(.schedule, named: "nightly"))
            #expect(try store.forget(.schedule, named: "nightly") == false)
            #expect(try store.waitingFirings(of: .schedule).isEmpty)
        },
        StoreConformance("a firing is open from the start of its run to the end of it") { store in
            let script = Script()
            let schedule = Automation(
                kind: .schedule, name: "s", definition: "{}", seen: script.time(1), created: script.time(1))
            var firing = Firing(
                kind: .schedule, name: "s", key: "1", batch: "b", run: script.run, at: script.time(1))
            _ = try store.keep(schedule, firings: [firing])
            firing.state = .started
            firing.reason = "why"
            try store.settle(firing)
            #expect(try store.waitingFirings(of: .schedule).isEmpty)
            #expect(try store.firings(of: .schedule, named: "s", batch: nil, limit: 9) == [firing])
            #expect(try store.openFirings(of: .schedule, named: "s", batch: "b") == 0)
            try store.append([script.submitted(["a"])], for: script.run)
            #expect(try store.openFirings(of: .schedule, named: "s", batch: "b") == 1)
            #expect(try store.openFirings(of: .schedule, named: "s", batch: "c") == 0)
            try store.append([script.finished(.failed)], for: script.run)
            #expect(try store.openFirings(of: .schedule, named: "s", batch: "b") == 0)
        },
    ]
}
