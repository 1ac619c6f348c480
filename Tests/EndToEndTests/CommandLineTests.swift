import ArgumentParser
import BatonCore
import BatonStore
import Testing

@testable import baton

@Suite("Command line") struct CommandLineTests {
    @Test("the commands that only look are described", arguments: ["ps", "get", "logs", "watch", "wait", "explain"])
    func inspectionHelp(_ name: String) throws {
        try expectHelp(of: name)
    }

    @Test(
        "the commands about files are described",
        arguments: [
            "plan", "graph", "lint", "schema", "import", "export", "simulate", "bench", "predict", "forecast", "model",
            "train",
        ])
    func fileHelp(_ name: String) throws {
        try expectHelp(of: name)
    }

    @Test(
        "the commands about a server are described",
        arguments: ["schedules", "triggers", "notifications", "workers", "prioritize"])
    func servedHelp(_ name: String) throws {
        try expectHelp(of: name)
    }

    @Test("the commands of the set-up are described", arguments: ["doctor", "completion"])
    func setupHelp(_ name: String) throws {
        try expectHelp(of: name)
    }

    private func expectHelp(of name: String) throws {
        let commands = Baton.configuration.subcommands
        let command = try #require(commands.first { $0.configuration.commandName == name })
        try GoldenText.expect(Baton.helpMessage(for: command, columns: 80) + "\n", equals: "help-\(name).txt")
    }

    @Test(
        "arguments that can't be meant are refused",
        arguments: [
            ["wait", "--timeout", "soon"], ["graph", "x.yaml", "--format", "gif"],
            ["graph", "x.yaml", "--collapse-above", "0"],
            ["plan", "x.yaml", "--memory", "lots"], ["plan", "x.yaml", "--set", "=1"], ["plan", "x.yaml", "-j", "0"],
            ["plan", "x.yaml", "--objective", "speed"], ["plan", "x.yaml", "--objective", "cost=0"],
            ["plan", "x.yaml", "--objective", "cost=1,cost=2"],
            ["plan", "x.yaml", "--objective", "completion=0.7,cost"],
            ["plan", "x.yaml", "--prices", "p.yaml"], ["simulate", "x.yaml", "--deadline-slack", "4-2"],
            ["simulate", "x.yaml", "--priorities", "20-120"],
            ["logs", "latest", "--attempt", "0"], ["logs", "latest", "-f", "--attempt", "1"],
            ["import", "x.dot", "--time-scale", "0.1"], ["import", "x.ninja", "--format", "ninja", "--replay"],
            ["explain", "--why-run"], ["explain", "latest", "use", "--decision", "1"], ["model", "show", "newest"],
            ["model", "rollback", "1", "2"],
            ["predict", "x.yaml", "--chart", "x.svg"], ["predict", "--evaluate", "x", "--format", "excel"],
            ["train", "--hours", "0"], ["train", "--hours", "1", "--rounds", "1,1"], ["train", "--rounds", "1"],
            ["train", "--single-agent"], ["train", "--without", "rule,imitation,reinforcement"],
            ["schedules", "firings", "x", "-n", "0"], ["schedules", "put", "x"], ["prioritize", "latest", "101"],
            ["ps", "--status", "dead"], ["completion", "tcsh"],
        ])
    func refusals(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try Baton.parseAsRoot(arguments) }
    }

    @Test("a run that is not there is answered with those that are")
    func unknownRun() throws {
        let stage = try ProgressTests.eventful()
        let store = try stage.store()
        #expect(try RunArgument.resolve("latest", in: store) == stage.run)
        #expect(try RunArgument.resolve(stage.run.description, in: store) == stage.run)
        let failure = #expect(throws: CommandFailure.self) { try RunArgument.resolve("zzz", in: store) }
        #expect(failure?.exit == .usage)
        #expect(failure?.message.contains("\(stage.run)  demo, failed") == true)
    }

    @Test("a task that is not there is answered with the one that was probably meant")
    func unknownTask() throws {
        let stage = try ProgressTests.eventful()
        let store = try stage.store()
        #expect(try TaskSelection(["align"], run: stage.run, in: store).tasks.map(\.name) == ["align[a]", "align[b]"])
        let failure = #expect(throws: CommandFailure.self) {
            try TaskSelection(["alihn"], run: stage.run, in: store)
        }
        #expect(failure?.message == "run \(stage.run) has no task 'alihn'. Did you mean 'align'?")
    }
}
