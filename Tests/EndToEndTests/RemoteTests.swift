import Foundation
import Glibc
import Testing

@testable import baton

/// The commands, asked of a server.
@Suite("--server")
struct RemoteTests {
    private static let workflow = """
        name: flow
        tasks:
          good: {run: echo hello}
          bad: {run: 'echo why >&2; exit 3', needs: [good]}
          last: {run: 'true', needs: [bad]}

        """

    @Test("a run through a server ends with the code and the words of a run on this machine")
    func sameWords() throws {
        let house = try Household()
        let server = try RemoteServer(house)
        try house.write(Self.workflow, to: "flow.yaml")
        let own = try house.run("run", "flow.yaml")
        let remote = try server.run("run", "flow.yaml")
        #expect(own.exitCode == 1 && remote.exitCode == 1, "\(remote.messages)")
        #expect(Self.plain(remote.messages) == Self.plain(own.messages))
        let list = try server.run("ps")
        #expect(list.output.contains("flow") && list.output.contains("failed"), "\(list.output) \(list.messages)")
        let detail = try server.run("get")
        #expect(detail.output.contains("exit 3") && detail.output.contains("because of bad"))
        let logs = try server.run("logs", "latest", "good")
        #expect(logs.output == "hello\n", "\(logs.messages)")
        #expect(try server.run("logs", "latest", "bad").messages == "why\n")
        #expect(try server.run("explain", "latest", "bad").output.contains("exit"))
        let watch = try server.run("watch")
        #expect(watch.exitCode == 1 && watch.messages.contains("flow failed"))
        #expect(try server.run("wait").exitCode == 1)
        #expect(server.stop() == 0)
    }

    /// Without what differs from run to run: times, sizes, ids, and where logs are.
    private static func plain(_ messages: String) -> [String] {
        messages.split(separator: "\n").map { line in
            String(line).replacing(#/ (in|after) [0-9.]+ ?[a-zµ]+/#, with: "")
                .replacing(#/ with [0-9.]+ ?[kKMG]?i?B/#, with: "").replacing(#/It took .* of CPU/#, with: "CPU")
                .replacing(#/: (\/|http:).*/#, with: "").replacing(#/[0-9a-z]{13}/#, with: "ID")
        }
    }

    @Test("what did not succeed is tried again, a paused run goes on, and a cancelled one says so")
    func control() throws {
        let house = try Household()
        let server = try RemoteServer(house)
        try house.write("name: w\ntasks:\n  a: {run: 'test -e mended'}\n", to: "retry.yaml")
        #expect(try server.run("run", "retry.yaml").exitCode == 1)
        try house.write("", to: "data/tasks/mended")
        #expect(try server.run("retry", "latest").exitCode == 0)
        try house.write(
            "name: w\ntasks:\n  a: {run: 'touch began; until test -e go; do sleep 0.01; done'}\n", to: "long.yaml")
        let run = try server.start("run", "long.yaml")
        try run.wait { house.read("data/tasks/began") != nil }
        #expect(try server.run("pause", "latest").exitCode == 0)
        #expect(try server.run("ps", "--status", "paused").output.contains("paused"))
        #expect(try server.run("unpause", "latest").exitCode == 0)
        #expect(try server.run("cancel", "latest").exitCode == 0)
        #expect(run.wait() == 1)
        #expect(house.says("w was cancelled", in: "runstderr"), "\(house.read("runstderr") ?? "")")
        #expect(server.stop() == 0)
    }

    @Test("what a run on a server asks is told here, and answered here under the key's name")
    func approvals() throws {
        let house = try Household()
        let server = try RemoteServer(house)
        try house.write(
            """
            name: ship
            tasks:
              go: {approval: "Go?", run: 'touch gone'}
              wipe: {approval: "Wipe?", run: 'touch wiped'}

            """, to: "ship.yaml")
        let run = try server.start("run", "ship.yaml")
        try run.wait { house.says("Go?", in: "runstderr") && house.says("Wipe?", in: "runstderr") }
        #expect(try server.run("get").output.contains("go asks for approval: Go?"))
        #expect(try server.run("ps").output.contains("running, asks"))
        let answer = try server.run("approve", "latest", "go", "--comment", "fine")
        #expect(answer.exitCode == 0, "\(answer.messages)")
        try run.wait { house.says("go succeeded", in: "runstderr") }
        #expect(try server.run("approve", "latest", "go").exitCode == 2)
        #expect(try server.run("reject", "latest", "wipe").exitCode == 0)
        #expect(run.wait() == 1)
        let told = house.read("runstderr") ?? ""
        #expect(told.contains("go was approved by first: fine."), "\(told)")
        #expect(told.contains("wipe was rejected by first."), "\(told)")
        #expect(house.read("data/tasks/gone") != nil && house.read("data/tasks/wiped") == nil)
        #expect(server.stop() == 0)
    }

    @Test("Ctrl-C ends the following, the run goes on, and its logs are followed to the end")
    func detach() throws {
        let house = try Household()
        let server = try RemoteServer(house)
        try house.write(
            """
            name: w
            tasks:
              a: {run: 'true'}
              b: {run: 'echo begins; until test -e go; do sleep 0.01; done; echo ends', needs: [a]}

            """, to: "long.yaml")
        let run = try server.start("run", "long.yaml")
        try run.wait { house.says("a succeeded", in: "runstderr") }
        run.signal(SIGINT)
        #expect(run.wait() == 130)
        #expect(house.says("baton cancel", in: "runstderr"))
        let logs = try server.start("logs", "latest", "b", "--follow")
        try logs.wait { house.read("runstdout") == "begins\n" }
        try house.write("", to: "data/tasks/go")
        #expect(try server.run("wait").exitCode == 0)
        #expect(logs.wait() == 0 && house.read("runstdout") == "begins\nends\n")
        #expect(server.stop() == 0)
    }

    @Test("a server that is killed and comes back is followed on, and nothing is told twice")
    func killed() throws {
        let house = try Household()
        var server = try RemoteServer(house)
        try house.write(
            """
            name: w
            tasks:
              a: {run: 'echo x >> began'}
              b: {run: 'touch middle; until test -e go; do sleep 0.01; done', needs: [a]}

            """, to: "long.yaml")
        let run = try server.start("run", "long.yaml")
        try run.wait { house.read("data/tasks/middle") != nil && house.says("a succeeded", in: "runstderr") }
        server.kill()
        try run.wait { house.says("There is no answer", in: "runstderr") }
        server = try RemoteServer(house, again: server)
        try house.write("", to: "data/tasks/go")
        #expect(run.wait() == 0)
        let told = house.read("runstderr") ?? ""
        #expect(told.contains("is back") && told.contains("b succeeded"), "\(told)")
        #expect(told.matches(of: #/a succeeded/#).count == 1, "\(told)")
        #expect(house.read("data/tasks/began") == "x\n")
        #expect(server.stop() == 0)
    }

    @Test("a wrong key, no key, no server and what no server does are said in sentences")
    func refusals() throws {
        let house = try Household()
        let server = try RemoteServer(house)
        let wrong = house.finish(
            try house.start(
                ["ps", "--server", server.address], environment: ["BATON_API_KEY": "wrong"]))
        #expect(wrong.exitCode == 2 && wrong.messages.contains("BATON_API_KEY"), "\(wrong.messages)")
        #expect(try house.run("ps", "--server", server.address).messages.contains("--api-key-file"))
        try house.write(server.key + "\n", to: "key")
        #expect(try house.run("ps", "--server", server.address, "--api-key-file", "key").exitCode == 0)
        #expect(try server.run("watch", "zzzz").exitCode == 2)
        try house.write(Self.workflow, to: "flow.yaml")
        let option = try server.run("run", "flow.yaml", "--jobs", "2")
        #expect(option.exitCode == 2 && option.messages.contains("--jobs"))
        let verb = try house.run("simulate", "flow.yaml", "--server", server.address)
        #expect(verb.exitCode == 2 && verb.messages.contains("'baton simulate' works on this machine only"))
        #expect(try server.run("resume").exitCode == 2)
        #expect(server.stop() == 0)
        let gone = try server.run("ps")
        #expect(gone.exitCode == 1 && gone.messages.contains(server.address) && gone.messages.contains("baton serve"))
    }

    @Test("events are cut out of bytes that come in any pieces")
    func pieces() {
        let text = "retry: 5\n: hello\n\nid: 7\ndata: {\"a\":1}\n\nevent: caught_up\ndata: {}\n\nid: 8\nda"
        for size in 1...text.utf8.count {
            var parser = EventStreamParser()
            var frames: [EventStreamParser.Frame] = []
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                frames += parser.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(frames.map(\.id) == [7, nil] && frames.map(\.event) == [nil, "caught_up"], "pieces of \(size)")
        }
    }
}

/// A server that commands are asked of.
private final class RemoteServer {
    let house: Household
    let key: String
    let address: String
    private let process: Child

    /// - Parameter again: takes the place of this one, which has ended.
    init(_ house: Household, again earlier: RemoteServer? = nil) throws {
        self.house = house
        let port = earlier.map { String($0.address.split(separator: ":").last ?? "") } ?? "0"
        process = try house.start(["serve", "--port", port], streams: "server")
        try process.wait {
            house.says("listens on", in: "serverstdout")
                && (earlier != nil || house.says("key", in: "serverstdout"))
        }
        let words = (house.read("serverstdout") ?? "").split(whereSeparator: \.isWhitespace)
        address = String(try #require(words.first { $0.hasPrefix("http://") }))
        key = earlier?.key ?? String(words[words.endIndex - 1])
    }

    private var environment: [String: String] { ["BATON_SERVER": address, "BATON_API_KEY": key] }

    func start(_ arguments: String...) throws -> Child {
        try house.start(arguments, environment: environment, streams: "run")
    }

    func run(_ arguments: String...) throws -> Household.Result {
        house.finish(try house.start(arguments, environment: environment))
    }

    func stop() -> Int32 {
        process.signal(SIGTERM)
        return process.wait()
    }

    func kill() {
        process.signal(SIGKILL)
        process.wait()
    }
}
