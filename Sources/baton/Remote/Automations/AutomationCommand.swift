import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import Foundation
import Glibc

// What is asked of schedules, triggers and notifications alike; AutomationKind says what is not.

struct AutomationCommand<Kind: AutomationKind>: ParsableCommand {
    private static var commands: [any ParsableCommand.Type] {
        [
            AutomationList<Kind>.self, AutomationPut<Kind>.self, AutomationAction<Kind, RemoveAutomation>.self,
            AutomationAction<Kind, PauseAutomation>.self, AutomationAction<Kind, ResumeAutomation>.self,
            AutomationOccasions<Kind>.self,
        ]
    }

    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Kind.plural, abstract: Kind.summary,
            discussion: "They are a server's: --server or $BATON_SERVER names it.",
            subcommands: commands + Kind.commands, defaultSubcommand: AutomationList<Kind>.self)
    }
}

struct AutomationList<Kind: AutomationKind>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: "List all \(Kind.plural), and what became of each last.")
    }

    @OptionGroup var served: ServedOptions

    func run() throws {
        let client = try served.client()
        let answer = try client.value(Kind.path)
        if served.json { return JSONPrinter.print(answer) }
        let entries = answer[entry: Kind.plural]?.elements ?? []
        guard !entries.isEmpty else {
            return Output.messages(
                "\(client.address) has no \(Kind.noun). 'baton \(Kind.plural) put NAME FILE' makes one.")
        }
        Output.data(Self.table(entries, now: LiveClock().now).rendered(for: Terminal(descriptor: STDOUT_FILENO)))
    }

    private static func table(_ entries: [Value], now: Instant) -> Table {
        var columns = [Table.Column(title: "NAME")]
        columns += Kind.columns
        columns += [.init(title: "STATE"), .init(title: "WAITING", isNumeric: true), .init(title: "LAST")]
        var table = Table(columns)
        for entry in entries {
            let isPaused = entry[entry: "enabled"] == .boolean(false)
            let waiting = entry.integer("waiting") ?? 0
            var row = [StyledLine(entry.text("name"))]
            row += Kind.cells(of: entry, now: now)
            row.append(StyledLine(isPaused ? "paused" : "on", isPaused ? .warning : .plain))
            row.append(StyledLine(waiting > 0 ? "\(waiting)" : ""))
            row.append(Kind.history.latest(of: entry, now: now))
            table.append(row)
        }
        return table
    }
}

struct AutomationPut<Kind: AutomationKind>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "put", abstract: "Add a \(Kind.noun), or put another one in its place.",
            discussion: "The file is YAML or JSON with the keys that Docs/\(Kind.plural.capitalized).md lists.")
    }

    @Argument(help: "Its name.")
    var name: String

    @Argument(
        help: ArgumentHelp("What it is to do; '-' for standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String

    @OptionGroup var served: ServedOptions

    func run() throws {
        let client = try served.client()
        let answer = try client.put(Kind.path(name), try ValueFile.read(file))
        served.show(answer, "Put \(Kind.noun) \(name).")
    }
}

struct AutomationAction<Kind: AutomationKind, Verb: AutomationVerb>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: Verb.word, abstract: Verb.summary(Kind.noun))
    }

    @Argument(help: "Its name.")
    var name: String

    @OptionGroup var served: ServedOptions

    func run() throws {
        let client = try served.client()
        let answer = try Verb.ask(client, Kind.path(name))
        if let failure = Verb.failure(answer) {
            if served.json { JSONPrinter.print(answer) }
            throw CommandFailure(failure)
        }
        served.show(
            answer, Verb.sentence(answer, "\(Kind.noun) \(name)", options: client.commandOptions))
    }
}

struct AutomationOccasions<Kind: AutomationKind>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Kind.history.rawValue,
            abstract: "List the newest \(Kind.history.rawValue) of a \(Kind.noun): \(Kind.history.summary).")
    }

    @Argument(help: "Its name.")
    var name: String

    @Option(name: .shortAndLong, help: ArgumentHelp("How many to list.", valueName: "count"))
    var number = 20

    @OptionGroup var served: ServedOptions

    mutating func validate() throws {
        guard (1...500).contains(number) else {
            throw ValidationError("--number must be between 1 and 500, not \(number).")
        }
    }

    func run() throws {
        let answer = try served.client().value("\(Kind.path(name))/\(Kind.history.rawValue)?limit=\(number)")
        if served.json { return JSONPrinter.print(answer) }
        let occasions = answer[entry: Kind.history.rawValue]?.elements ?? []
        guard !occasions.isEmpty else { return Output.messages("\(Kind.noun) \(name) has none yet.") }
        Output.data(Kind.history.table(occasions).rendered(for: Terminal(descriptor: STDOUT_FILENO)))
    }
}
