import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Foundation
import HTTPTypes
import Logging
import Testing

@testable import BatonServer

/// Time begins at 2027-01-15T08:00:00Z.
@Suite("Schedules that start runs")
struct SchedulerTests {
    @Test("a time that has come starts its run once, and the workflow knows it")
    func due() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            await stage.server.schedules.tick()
            #expect(stage.engine.submissions.isEmpty, "what is due when a schedule is made is not its own")
            stage.time.advance(by: .seconds(59))
            await stage.server.schedules.tick()
            #expect(stage.engine.submissions.isEmpty)
            stage.time.advance(by: .milliseconds(1_500))
            for _ in 0..<3 { await stage.server.schedules.tick() }
            let submission = try #require(stage.engine.submissions.first)
            #expect(stage.engine.submissions.count == 1)
            #expect(submission.parameters[name: "scheduled_time"] == .string("2027-01-15T08:01:00.000Z"))
            #expect(submission.parameters[name: "who"] == .string("Ada"))
            #expect(submission.directory == stage.folder && submission.source == "schedule:s")
            #expect(try stage.firings() == ["08:01:00 started"])
        }
    }

    @Test(
        "after a time away, runs are made up for as the schedule says",
        arguments: [("none", []), ("latest", ["08:10"]), ("all", ["08:02", "08:04", "08:06", "08:08", "08:10"])])
    func catchUp(_ rule: String, _ expected: [String]) async throws {
        try await Stage.with { stage in
            try await stage.schedule("*/2 * * * *", #""catchup": "\#(rule)", "max_active_runs": 9,"#)
            stage.time.advance(by: .seconds(690))
            await stage.newScheduler().tick()
            #expect(try stage.times() == expected)
            #expect(try stage.firings().count == 5, "what was left out is listed, too")
        }
    }

    @Test("however long it was away, all is made up for, and one run stands for the rest where one is to")
    func longAway() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            stage.time.advance(by: .seconds(2_500 * 60 + 90))
            await stage.newScheduler().tick()
            #expect(stage.engine.submissions.count == 1)
            #expect(
                stage.engine.submissions[0].parameters[name: "scheduled_time"] == .string("2027-01-17T01:41:00.000Z"))
            #expect(try stage.count(.skipped) == 2_500)
        }
    }

    @Test("a time that comes while too many runs go on is skipped and says why, or waits where none may be missed")
    func cap() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            try await stage.schedule("* * * * *", #""catchup": "all","#, name: "patient")
            for _ in 0..<3 {
                stage.time.advance(by: .seconds(60))
                await stage.server.schedules.tick()
            }
            #expect(stage.engine.submissions.count == 2, "one of each")
            #expect(try stage.firings() == ["08:03:00 skipped", "08:02:00 skipped", "08:01:00 started"])
            #expect(try stage.count(.waiting, "patient") == 2)
            try stage.endRuns()
            stage.time.advance(by: .seconds(60))
            await stage.server.schedules.tick()
            #expect(try stage.firings().first == "08:04:00 started")
            #expect(try stage.count(.waiting, "patient") == 2, "08:02 goes on, 08:03 and 08:04 wait")
            let reason = try stage.newest(2)[1].reason
            #expect(reason?.contains("max_active_runs") == true)
        }
    }

    @Test("a backfill runs what did not run, with low priority and within its own limit; no time runs twice")
    func backfill() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            let scheduler = stage.server.schedules
            for _ in 0..<3 {
                stage.time.advance(by: .seconds(60))
                await scheduler.tick()
            }
            // 08:01 goes on, 08:02 and 08:03 were skipped, 08:04 comes with the request.
            stage.time.advance(by: .seconds(60))
            let from = stage.time.now.advanced(by: .seconds(-5 * 60))
            _ = try await scheduler.backfill("s", id: "b", from: from, through: stage.time.now, activeRunsMax: 2)
            _ = try await scheduler.backfill("s", id: "again", from: from, through: stage.time.now, activeRunsMax: 2)
            await scheduler.tick()
            #expect(try stage.times() == ["07:59", "08:00", "08:01"])
            for _ in 0..<3 {
                try stage.endRuns()
                await scheduler.tick()
            }
            #expect(try stage.times() == ["07:59", "08:00", "08:01", "08:02", "08:03", "08:04"])
            let counts = try stage.store.firingCounts(of: .schedule, named: "s", batch: "again")
            #expect(counts.isEmpty, "all that it asks for was in the first")
            let priorities = stage.engine.submissions.map { $0.workflow.tasks[0].priority }
            #expect(priorities.filter { $0 == 10 }.count == 5 && priorities[0] == 50)
        }
    }

    @Test("the rest of a backfill can be let be")
    func cancelledBackfill() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            let scheduler = stage.server.schedules
            let from = stage.time.now.advanced(by: .seconds(-300))
            _ = try await scheduler.backfill("s", id: "b", from: from, through: stage.time.now, activeRunsMax: 1)
            await scheduler.tick()
            _ = try await scheduler.cancelBackfill("b", of: "s")
            try stage.endRuns()
            await scheduler.tick()
            #expect(stage.engine.submissions.count == 1)
            #expect(try stage.store.firingCounts(of: .schedule, named: "s", batch: "b") == [.started: 1, .skipped: 5])
        }
    }

    @Test("where the queue is full, or a disk, a run waits; what the engine refuses is not tried again")
    func refusals() async throws {
        try await Stage.with { stage in
            try await stage.schedule("*/5 * * * *")
            stage.time.advance(by: .seconds(300))
            for obstacle in [RuntimeError.queueFull(limit: 1), .folder("/x", "the disk is full")] {
                stage.engine.refuse(with: obstacle)
                await stage.server.schedules.tick()
                #expect(try stage.firings() == ["08:05:00 waiting"])
            }
            stage.engine.refuse(with: nil)
            await stage.server.schedules.tick()
            #expect(try stage.firings() == ["08:05:00 started"])
            try stage.endRuns()
            stage.engine.refuse(with: .missingSecrets(["token"]))
            stage.time.advance(by: .seconds(300))
            await stage.server.schedules.tick()
            stage.engine.refuse(with: nil)
            await stage.server.schedules.tick()
            #expect(try stage.firings() == ["08:10:00 refused", "08:05:00 started"])
            let reason = try stage.newest(1)[0].reason
            #expect(reason?.contains("no secret token") == true)
        }
    }

    enum Death: String, CaseIterable {
        case beforeWriting, afterWriting, afterClaiming, afterTheRun, afterAll
    }

    @Test(
        "whenever the server dies, the next one makes the run if it is not there, and never a second",
        arguments: Death.allCases)
    func death(_ moment: Death) async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            stage.time.advance(by: .seconds(60))
            let first = stage.newScheduler()
            switch moment {
            case .beforeWriting: _ = try await first.all()
            case .afterWriting: try await first.collect()
            case .afterClaiming:
                stage.engine.refuse(with: .queueFull(limit: 1))
                await first.tick()
                stage.engine.refuse(with: nil)
            case .afterTheRun:
                stage.engine.fail(afterRecording: true)
                await first.tick()
                stage.engine.fail(afterRecording: false)
                #expect(try stage.firings() == ["08:01:00 waiting"], "it never knew that the run is there")
            case .afterAll: await first.tick()
            }
            let claimed = try stage.newest(1).first?.run
            for _ in 0..<2 { await stage.newScheduler().tick() }
            #expect(try stage.firings() == ["08:01:00 started"])
            #expect(stage.engine.submissions.count == 1)
            let run = try #require(stage.engine.submissions.first).run
            #expect(claimed == nil || claimed == run)
            #expect(try stage.newest(1)[0].run == run)
        }
    }

    @Test("what is paused starts nothing but what somebody asks for, and goes on from when it is resumed")
    func pause() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            let scheduler = stage.server.schedules
            _ = try await scheduler.enable("s", false)
            stage.time.advance(by: .seconds(150))
            await scheduler.tick()
            #expect(stage.engine.submissions.isEmpty)
            let firing = try await scheduler.fire("s", run: Run.ID(rawValue: 7))
            #expect(firing.state == .started && stage.engine.submissions.map(\.run) == [Run.ID(rawValue: 7)])
            _ = try await scheduler.enable("s", true)
            await scheduler.tick()
            #expect(stage.engine.submissions.count == 1)
            try stage.endRuns()
            stage.time.advance(by: .seconds(30))
            await scheduler.tick()
            #expect(try stage.firings().first == "08:03:00 started" && stage.engine.submissions.count == 2)
        }
    }

    @Test("a run that somebody asked for counts against the limit of the times that come")
    func manual() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *")
            _ = try await stage.server.schedules.fire("s", run: Run.ID(rawValue: 7))
            _ = try await stage.server.schedules.fire("s", run: Run.ID(rawValue: 8))
            stage.time.advance(by: .seconds(60))
            await stage.server.schedules.tick()
            #expect(stage.engine.submissions.count == 2)
            #expect(try stage.firings().first == "08:01:00 skipped")
        }
    }

    @Test("a workflow that is named is run in its newest revision")
    func newest() async throws {
        try await Stage.with { stage in
            let yaml = ["Content-Type": "application/yaml"]
            func text(_ command: String) -> String { "name: flow\ntasks: {a: {run: \(command)}}\n" }
            _ = try await stage.post("/api/v1/runs", text("old"), yaml)
            let body = #"{"workflow_id": "flow", "cron": "* * * * *", "max_active_runs": 9}"#
            #expect(try await stage.send(.put, "/api/v1/schedules/s", [:], body).status == 200)
            stage.time.advance(by: .seconds(60))
            await stage.server.schedules.tick()
            try text("new").write(toFile: stage.folder + "/flow.baton.yaml", atomically: true, encoding: .utf8)
            stage.time.advance(by: .seconds(60))
            await stage.server.schedules.tick()
            let tasks = stage.engine.submissions.dropFirst().map { "\($0.workflow.tasks[0].action)" }
            #expect(tasks.count == 2 && tasks[0].contains("old") && tasks[1].contains("new"), "\(tasks)")
        }
    }

    @Test("a clock that was far ahead keeps no time from coming, and a time that ran does not run again")
    func clockSetBack() async throws {
        try await Stage.with { stage in
            try await stage.schedule("0 * * * *", #""max_active_runs": 9,"#)
            for hours in [24, -23, 1, 1] {
                stage.time.advance(by: .seconds(hours * 3_600))
                await stage.server.schedules.tick()
            }
            // From tomorrow at 8 back to today at 9, which is over then.
            #expect(try stage.firings().filter { $0.hasSuffix("started") }.count == 3)
            #expect(try stage.times() == ["08:00", "10:00", "11:00"])
        }
    }

    @Test("another definition goes for the times after it, those before it are the old one's")
    func changed() async throws {
        try await Stage.with { stage in
            try await stage.schedule("* * * * *", #""max_active_runs": 9,"#)
            stage.time.advance(by: .seconds(61))
            try await stage.schedule("*/30 * * * *", #""max_active_runs": 9,"#)
            await stage.server.schedules.tick()
            stage.time.advance(by: .seconds(29 * 60))
            await stage.server.schedules.tick()
            #expect(try stage.times() == ["08:01", "08:30"])
        }
    }
}

extension Stage {
    /// Makes a schedule of a workflow of one task that has the parameters `scheduled_time` and `who`.
    ///
    /// - Parameter more: entries of the definition, each with a comma behind it.
    func schedule(_ cron: String, _ more: String = "", name: String = "s") async throws {
        let parameters = "{scheduled_time: {type: string}, who: {default: Eve}}"
        let workflow = #"name: flow\nparams: \#(parameters)\ntasks: {a: {run: x}}"#
        let body = #"{"workflow": "\#(workflow)", \#(more) "parameters": {"who": "Ada"}, "cron": "\#(cron)"}"#
        let answer = try await send(.put, "/api/v1/schedules/\(name)", [:], body)
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// As after a restart: it knows nothing but the record.
    func newStarter() -> FiringStarter {
        let database = folder + "/baton.db"
        let stores = StorePool { () throws(StoreError) in try SQLStore(sqliteAt: database) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        var configuration = ServerConfiguration()
        configuration.workingDirectory = folder
        let time = time
        return FiringStarter(
            stores: stores, control: engine, configuration: configuration,
            shelf: WorkflowShelf(workingDirectory: folder, dataDirectory: folder),
            events: EventBus(stores: stores, streamsMax: 1), audit: AuditLog(stores: stores, logger: logger),
            metrics: Metrics(), clock: { time.now }, logger: logger)
    }

    func newScheduler() -> Scheduler { Scheduler(starter: newStarter(), interval: .seconds(1)) }

    var store: SQLStore {
        get throws { try SQLStore(sqliteAt: folder + "/baton.db") }
    }

    func newest(_ limit: Int, _ name: String = "s") throws -> [Firing] {
        try store.firings(of: .schedule, named: name, batch: nil, before: nil, limit: limit)
    }

    /// `08:01:00 started`, newest first.
    func firings() throws -> [String] {
        try newest(10_000).map { firing in
            "\(firing.at.rfc3339.dropFirst(11).prefix(8)) \(firing.state.rawValue)"
        }
    }

    func count(_ state: Firing.State, _ name: String = "s") throws -> Int {
        try newest(10_000, name).count { $0.state == state }
    }

    /// The times that runs were made for, in their order.
    func times() throws -> [String] {
        let values = engine.submissions.compactMap { $0.parameters[name: "scheduled_time"]?.text }
        return values.map { String($0.dropFirst(11).prefix(5)) }.sorted()
    }

    /// Lets every run that goes on end.
    func endRuns() throws {
        for run in try store.runs(matching: RunFilter(statuses: [.running])) {
            try engine.start(0, of: run.id)
            try engine.end(0, of: run.id)
        }
    }
}
