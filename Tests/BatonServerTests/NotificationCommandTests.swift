import BatonCore
import BatonFormats
import BatonStore
import Foundation
import HTTPTypes
import Testing

@testable import BatonServer

@Suite("Notifications by command")
struct NotificationCommandTests {
    private func with(_ command: String, _ body: @Sendable (Stage) async throws -> Void) async throws {
        try await Stage.with { stage in
            let answer = try await stage.send(
                .put, FakeReceiver.path, [:], #"{"on": ["run.succeeded", "run.failed"], "command": \#(command)}"#)
            #expect(answer.status == 200, "\(answer.text)")
            try await body(stage)
        }
    }

    private func file(_ name: String, _ stage: Stage) -> String? {
        try? String(contentsOfFile: stage.folder + "/" + name, encoding: .utf8)
    }

    @Test("a script gets the message on its standard input and what it is about in its environment, in its folder")
    func script() async throws {
        let script =
            #""cat > message; echo \"$BATON_EVENT $BATON_STATUS $BATON_RUN $BATON_DELIVERY\" > about; echo noted""#
        try await with(script) { stage in
            let run = try await stage.finishRun(.failed(.exitCode(1)))
            for _ in 0..<2 { await stage.server.notifications.tick() }
            let message = try JSONInput.read(try #require(file("message", stage)))
            #expect(message["type"] == .string("baton.run.failed"))
            let id = try #require(message["id"]?.text)
            #expect(file("about", stage) == "run.failed failed \(run) \(id)\n")
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("delivered") && delivery["exit_code"] == .number(0))
            #expect(delivery["output"] == .string("noted"))
            let left = try? FileManager.default.contentsOfDirectory(atPath: stage.folder + "/notifications")
            #expect(left == [], "its input and output are not left behind")
        }
    }

    @Test("a stranger's text is nothing to the shell: a workflow's name is a variable, not a part of the command")
    func hostileName() async throws {
        let command =
            #"["/bin/sh", "-c", "printf %s \"$BATON_WORKFLOW\" > name; printf %s \"$0\" > zero", "$BATON_RUN"]"#
        try await with(command) { stage in
            _ = try await stage.finishRun(of: "'$(touch harm) `touch harm`'")
            await stage.server.notifications.tick()
            #expect(file("name", stage) == "$(touch harm) `touch harm`")
            #expect(file("zero", stage) == "$BATON_RUN", "arguments are taken as they are")
            #expect(file("harm", stage) == nil)
        }
    }

    @Test("a command that fails is run again later, and what it printed is kept")
    func failing() async throws {
        try await with(#""echo one; echo two >&2; test -e ready || exit 7""#) { stage in
            _ = try await stage.finishRun()
            let receiver = FakeReceiver()
            await stage.newNotifications(receiver).tick()
            let delivery = try await stage.deliveries()[0]
            #expect(delivery["state"] == .string("waiting") && delivery["exit_code"] == .number(7))
            #expect(delivery["reason"]?.text == "it ended with exit code 7")
            #expect(delivery["output"] == .string("one\ntwo"))
            try Data().write(to: URL(fileURLWithPath: stage.folder + "/ready"))
            stage.time.advance(by: .seconds(5))
            await stage.newNotifications(receiver).tick()
            #expect(try await stage.deliveries()[0]["state"] == .string("delivered"))
        }
    }

    @Test("a program that is not there is a failure with what the shell says of it")
    func missing() async throws {
        try await with(#"["no-such-program-here"]"#) { stage in
            let answer = try await stage.post(FakeReceiver.path + "/test")
            #expect(answer["state"] == .string("failed") && answer["exit_code"] == .number(127), "\(answer.text)")
            #expect(answer["output"]?.text?.contains("not found") == true)
        }
    }

    @Test("a command that takes too long is killed, and comes again")
    func tooLong() async throws {
        try await Stage.with { stage in
            let command = NotificationCommand(
                arguments: ["/bin/sh", "-c", "exec sleep 86400"], environment: [:], directory: stage.folder,
                scratch: stage.folder, timeout: .seconds(1))
            let answer = try await command.run(input: "{}")
            #expect(answer.verdict == .failed && answer.exitCode == nil)
            #expect(answer.reason == "it was killed: it took longer than 1 s")
        }
    }

    @Test("a server that ends takes the command with it, and whatever that has started")
    func cancelled() async throws {
        try await with(#""sleep 86400 & echo $! > child; wait""#) { stage in
            _ = try await stage.finishRun()
            let desk = stage.server.notifications
            let ending = Task { await desk.tick() }
            while file("child", stage)?.hasSuffix("\n") != true { await Task.yield() }
            let child = try #require(file("child", stage)).dropLast()
            ending.cancel()
            await ending.value
            // A zombie is one that nobody has waited for yet.
            while let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
                !status.contains(") Z ")
            { await Task.yield() }
            #expect(try stage.told()[0].state == .waiting)
        }
    }
}
