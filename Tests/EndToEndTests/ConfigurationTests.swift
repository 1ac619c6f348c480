import BatonCore
import BatonFormats
import BatonServer
import Foundation
import Testing

@testable import baton

@Suite("Configuration") struct ConfigurationTests {
    private let house: Household
    private var project: String { house.folder.appending(path: "project.yaml").path }
    private var user: String { house.folder.appending(path: "user.yaml").path }
    private var chosen: String { house.folder.appending(path: "chosen.yaml").path }

    init() throws {
        house = try Household()
    }

    private func load(_ variables: [String: String] = [:]) throws -> LoadedSettings {
        func existing(_ path: String) -> String? { FileManager.default.fileExists(atPath: path) ? path : nil }
        return try LoadedSettings(
            .init(usual: ["/nowhere/config.yaml", user], project: existing(project), chosen: existing(chosen)),
            variable: { variables[$0] })
    }

    private func problems(in text: String, _ variables: [String: String] = [:]) throws -> [String] {
        try house.write(text, to: "chosen.yaml")
        do {
            _ = try load(variables)
            return []
        } catch let error as WorkflowError {
            return error.problems.map { $0.text.replacing(chosen, with: "f") }
        }
    }

    @Test(
        "a variable goes before the chosen file, that before the project's, that before the user's, that before what is built in"
    )
    func order() throws {
        try house.write("scheduling: {jobs: 1, algorithm: fifo, queue_size: 10, memory: 1GB}\n", to: "user.yaml")
        try house.write("scheduling: {jobs: 2, algorithm: heft, memory: 2GB}\n", to: "project.yaml")
        try house.write("scheduling: {jobs: 3, memory: 3GB}\n", to: "chosen.yaml")
        let loaded = try load(["BATON_SCHEDULING_JOBS": "4"])
        #expect(loaded.settings.jobs == 4)
        #expect(loaded.settings.memory?.bytes == 3_000_000_000)
        #expect(loaded.settings.policy.name == "heft")
        #expect(loaded.settings.queueSize == 10)
        #expect(loaded.settings.server.port == 8722)
        #expect(loaded.origins["scheduling.jobs"] == .variable("BATON_SCHEDULING_JOBS"))
        #expect(loaded.origins["scheduling.memory"] == .file(chosen))
        #expect(loaded.origins["scheduling.algorithm"] == .file(project))
        #expect(loaded.origins["server.port"] == nil)
    }

    @Test("everything that is wrong in a file is said at once, with its place and what to do")
    func problems() throws {
        let text = """
            server:
              prot: 1
              port: 99999
              host: [a, {b: c}]
            scheduling: fast
            retention:
              logs:
            """
        #expect(
            try problems(in: text) == [
                "f:4:13: error: expected a value, found a map",
                "f:5:13: error: expected the settings of 'scheduling', found the text 'fast'. Write them below it, each as 'name: value'.",
                "f:7:8: error: expected a value, found nothing. Leave the line out for the usual value.",
            ])
        #expect(
            try problems(in: "server:\n  prot: 1\n  port: 99999\n") == [
                "f:2:3: error: there is no setting 'server.prot'. Did you mean 'server.port'?",
                "f:3:9: error: 'server.port' must be a whole number from 0 to 65535, not '99999'",
            ])
        #expect(try problems(in: "- 1\n").count == 1)
        #expect(try problems(in: "server:\n#  port: 1\n").isEmpty, "a section without settings is none")
    }

    @Test("variables stand for parts of values; one that is not set is an error unless something stands for it")
    func variables() throws {
        try house.write(
            "server: {host: 'a${B}c$$d', port: '${P:-7}', allowed_origins: ['http://${B}', http://y]}\n",
            to: "chosen.yaml")
        let server = try load(["B": "x"]).settings.server
        #expect(server.host == "axc$d")
        #expect(server.port == 7)
        #expect(server.allowedOrigins == ["http://x", "http://y"])
        #expect(try load(["B": "x", "P": "9"]).settings.server.port == 9)
        #expect(try problems(in: "server: {host: '${B}'}\n").first?.contains("the environment has no 'B'") == true)
        #expect(try problems(in: "server: {host: '${1}'}\n").first?.contains("names no variable") == true)
        #expect(try problems(in: "server: {host: '${B'}\n").first?.contains("without '}'") == true)
    }

    @Test("a project's file can neither open a server nor move the record", arguments: KnownSetting.all.map(\.name))
    func projects(_ name: String) throws {
        let parts = name.split(separator: ".")
        let known = try #require(KnownSetting.named(name))
        let value = known.text(in: Settings()) ?? "1"
        try house.write("\(parts[0]): {\(parts[1]): '\(value)'}\n", to: "project.yaml")
        let ofMachine = ["scheduling.queue_size", "scheduling.worker_kind"]
        if name.hasPrefix("scheduling."), !ofMachine.contains(name) {
            let origins = try load().origins
            #expect(origins[name] == .file(project))
        } else {
            #expect(throws: WorkflowError.self) { try load() }
        }
    }

    @Test("what a setting shows is what it takes", arguments: KnownSetting.all.map(\.name))
    func roundTrip(_ name: String) throws {
        let known = try #require(KnownSetting.named(name))
        guard let text = known.text(in: Settings()) else { return }
        var settings = Settings()
        #expect(known.take(text, in: "/", into: &settings))
        #expect(known.text(in: settings) == text)
    }

    @Test("a wrong variable is named")
    func wrongVariable() {
        #expect(throws: CommandFailure.self) { try load(["BATON_LOGGING_LEVEL": "loud"]) }
    }

    @Test("the documentation has every setting")
    func documentation() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Docs/Configuration.md")
        let page = try String(contentsOf: root, encoding: .utf8)
        #expect(page.contains("```yaml\n\(SettingsTemplate.text)\n```\n"), "paste what 'baton config template' prints")
    }

    @Test("a server runs as its file says; an option goes before the file")
    func server() throws {
        try house.write(
            "server: {authentication: false, directory: here, port: 1}\nlogging: {level: warning}\n", to: "chosen.yaml")
        try FileManager.default.createDirectory(
            at: house.folder.appending(path: "here"), withIntermediateDirectories: true)
        let server = try Served(house, key: "", options: ["--config", "chosen.yaml"])
        let run = try server.submit("name: flow\ntasks:\n  a: {run: pwd}\n")
        try server.waitForEnd(of: run)
        #expect(try server.get("/api/v1/runs/\(run)/tasks/a/attempts/1/log", key: nil).text.hasSuffix("/here\n"))
        #expect(server.stop() == 0)
        #expect(house.read("serverstderr") == "", "nothing of a quiet log's level")
        let open = try house.run("serve", "--config", "chosen.yaml", "--host", "0.0.0.0")
        #expect(open.exitCode == 2)
        #expect(open.messages.contains("without authentication"))
        let shown = try house.run("config", "show", "--config", "chosen.yaml")
        #expect(shown.output.contains("server.port                           1"))
    }
}
