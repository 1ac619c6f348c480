import BatonCore
import BatonStore
import Foundation
import Glibc
import Testing

@testable import baton

@Suite("Approvals")
struct ApprovalTests {
    private static let workflow = """
        name: ship
        params: {version: v1}
        tasks:
          build: {run: 'true'}
          go: {needs: [build], approval: "Deploy ${{ params.version }}?"}
          wipe: {foreach: {site: [a, b]}, approval: "Wipe ${{ site }}?", run: 'touch wiped-${{ site }}'}
          deploy: {needs: [go, wipe], run: 'touch deployed'}
          free: {run: 'touch free'}

        """

    private let question = "go asks for approval: Deploy v1?"

    /// Starts the workflow, and returns once it asks everything that it asks.
    private func start(_ house: Household) throws -> Child {
        try house.write(Self.workflow, to: "ship.yaml")
        let run = try house.start(["run", "ship.yaml"], streams: "run")
        try run.wait {
            [question, "Wipe a?", "Wipe b?"].allSatisfy { house.says($0, in: "runstderr") } && house.read("free") != nil
        }
        return run
    }

    @Test("a run asks, goes on with the rest, and with all of it once another process has said yes")
    func approved() throws {
        let house = try Household()
        let run = try start(house)
        let list = try house.run("ps")
        #expect(list.output.contains("running, asks"), "\(list.output)")
        #expect(list.messages.contains("waits for approval of 3 tasks"), "\(list.messages)")
        let detail = try house.run("get")
        #expect(detail.output.contains(question) && detail.output.contains("baton approve"), "\(detail.output)")
        #expect(try house.run("explain", "latest", "go").output.contains("asking for approval"))
        #expect(house.read("wiped-a") == nil)

        let wrong = try house.run("approve", "latest", "deploy")
        #expect(wrong.exitCode == 2 && wrong.messages.contains("'deploy' of run"), "\(wrong.messages)")
        #expect(try house.run("approve", "latest", "gone").messages.contains("'go'"))
        let all = try house.run("approve", "latest", "wipe")
        #expect(all.exitCode == 0 && all.messages.contains("wipe[a] and wipe[b]"), "\(all.messages)")
        #expect(try house.run("approve", "latest", "go", "--comment", "fine by me").exitCode == 0)
        #expect(run.wait() == 0)
        #expect(house.read("deployed") != nil && house.read("wiped-b") != nil)
        #expect(house.says(": fine by me.", in: "runstderr"))
        #expect(try house.run("explain", "latest", "go").output.contains("was approved by"))
        #expect(try house.run("approve", "latest", "go").exitCode == 2, "the run has ended")
    }

    @Test("a rejected task fails the run, a retry asks again, and a cancelled run asks no more")
    func rejected() throws {
        let house = try Household()
        var run = try start(house)
        #expect(try house.run("approve", "latest", "wipe").exitCode == 0)
        #expect(try house.run("reject", "latest", "go", "--comment", "too late").exitCode == 0)
        #expect(run.wait() == 1)
        #expect(house.says("go was rejected by", in: "runstderr") && house.says("too late", in: "runstderr"))
        #expect(house.says("deploy was skipped because go failed", in: "runstderr"))
        run = try house.start(["retry", "latest"], streams: "run")
        try run.wait { house.says(question, in: "runstderr") }
        #expect(!house.says("Wipe", in: "runstderr"), "what was done is not asked for again")
        #expect(try house.run("cancel", "latest").exitCode == 0)
        #expect(run.wait() == 1)
        #expect(house.says("go was cancelled", in: "runstderr"))
        #expect(house.read("deployed") == nil)
    }

    @Test("a question outlives kill -9, and so does its answer")
    func killed() throws {
        let house = try Household()
        try house.write(
            """
            name: ship
            tasks:
              go: {approval: "Go?", run: 'echo x >> began; until [ -e on ]; do sleep 0.01; done'}

            """, to: "ship.yaml")
        var run = try house.start(["run", "ship.yaml"], streams: "run")
        try run.wait { house.says("Go?", in: "runstderr") }
        run.signal(SIGKILL)
        run.wait()
        let nobody = try house.run("approve", "latest", "go")
        #expect(nobody.exitCode == 2 && nobody.messages.contains("baton resume"), "\(nobody.messages)")
        run = try house.start(["resume"], streams: "run")
        try run.wait { house.says("Go?", in: "runstderr") }
        #expect(try house.run("approve", "latest", "go").exitCode == 0)
        try run.wait { house.read("began") != nil }
        run.signal(SIGKILL)
        run.wait()
        try house.write("", to: "on")
        run = try house.start(["resume"], streams: "run")
        #expect(run.wait() == 0)
        #expect(!house.says("Go?", in: "runstderr"))
        #expect(house.read("began") == "x\n")
    }

    @Test("nobody is asked for what an earlier run has made")
    func cached() throws {
        let house = try Household()
        try house.write(
            """
            name: make
            tasks:
              make: {cache: true, approval: "Make it?", run: 'echo x >> ran; touch out', outputs: [out]}
              after: {needs: [make], run: 'true'}

            """, to: "make.yaml")
        let first = try house.start(["run", "make.yaml"], streams: "run")
        try first.wait { house.says("Make it?", in: "runstderr") }
        #expect(try house.run("approve", "latest", "make").exitCode == 0)
        #expect(first.wait() == 0)
        let second = try house.run("run", "make.yaml")
        #expect(second.exitCode == 0 && second.messages.contains("make is up to date"), "\(second.messages)")
        #expect(house.read("ran") == "x\n")
    }

    @Test("what asks, who answered and what came of it reads well in all views")
    func views() throws {
        var ask = task("go on", needs: ["build"])
        ask.approval = Template(literal: "Deploy v1?")
        var wipe = task("wipe")
        wipe.approval = Template(literal: "Wipe it?\nThere is no way back.\n")
        let stage = try Stage([task("build"), ask, wipe, task("after", needs: ["go on", "wipe"])])
        try stage.decide(at: 0)
        stage.end("build", .succeeded(nil), at: 2)
        var text = ""
        func note(_ title: String, _ lines: [String]) { text += "# \(title)\n\(lines.joined(separator: "\n"))\n\n" }
        func story(_ seconds: Double) throws -> RunStory {
            try RunStory(
                run: stage.run, store: try stage.store(), data: DataDirectory(option: stage.data),
                now: Stage.time(seconds))
        }
        func explanation(_ seconds: Double) throws -> [String] {
            let story = try story(seconds)
            return RunExplanation(story: story).lines.map(\.text)
                + [1, 2].flatMap { TaskExplanation(story: story, task: $0).lines.map(\.text) }
        }
        let store = try stage.store()
        let summary = try store.run(stage.run)
        let standing = RunStanding(summary.status, isDriven: true)
        let list = RunList(runs: [(summary, standing)])
        note("ps", [list.table(now: Stage.time(62)).rendered(for: .file)] + list.requests(options: " --server host"))
        let detail = RunDetail(
            run: summary, standing: standing, tasks: store.tasks(of: stage.run, in: nil),
            attempts: store.attempts(of: stage.run, task: nil))
        note("get", [detail.text(for: .file, now: Stage.time(62))])
        note("explain, while they ask", try explanation(62))
        var progress = RunProgress(run: stage.run)
        for recorded in stage.log { progress.apply(recorded) }
        let terminal = Terminal(isInteractive: true, hasColor: false, hasUnicode: true, width: 100, height: 24)
        note("live", ProgressView(progress: progress, terminal: terminal, now: Stage.time(62)).lines().map(\.text))
        let asked = stage.log.count
        func answer(_ task: Int, _ review: Review, _ seconds: Double) {
            stage.send(.reviewed(TaskReference(run: stage.run, task: TaskInstance.ID(task)), review), at: seconds)
        }
        answer(1, Review(isApproved: true, reviewer: "anna", comment: "looks good"), 70)
        answer(2, Review(isApproved: false, reviewer: "bert", comment: "not\u{1B}[2J now"), 80)
        try stage.decide(at: 80)
        stage.end("go on", .succeeded(nil), at: 81)
        note("explain, when they were answered", try explanation(90))
        var (plain, json) = ("", "")
        let reporter = PlainProgress(run: stage.run, logs: stage.folder) { plain += $0 }
        let program = JSONProgress(run: stage.run) { json += $0 }
        reporter.durable(Array(stage.log.prefix(asked)))
        reporter.durable(Array(stage.log.dropFirst(asked)))
        program.durable(stage.log)
        note("plain", [plain])
        let late = PlainProgress(run: stage.run, logs: stage.folder) { text += $0 }
        text += "# plain, watched from later on\n"
        late.catchUp(Array(stage.log.prefix(asked)))
        let objects = json.split(separator: "\n").filter {
            $0.contains(#""awaiting_approval""#) || $0.contains(#""review""#) || $0.contains("rejected")
        }
        text += "\n"
        note("json", objects.map(String.init))
        try GoldenText.expect(stage.anonymous(text), equals: "approval.txt")
    }
}
