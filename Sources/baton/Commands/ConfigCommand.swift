import ArgumentParser
import BatonFormats

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show what is set, and where.",
        discussion: """
            What no option says is taken from a variable of the environment, else from the file of --config or \
            $BATON_CONFIG, the nearest .baton/config.yaml of a project, $XDG_CONFIG_HOME/baton/config.yaml, \
            /etc/baton/config.yaml, in this order. Docs/Configuration.md has all settings.
            """,
        subcommands: [ShowConfig.self, ConfigTemplate.self], defaultSubcommand: ShowConfig.self)
}

/// The settings as they are.
struct ShowConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show each setting's value and where it comes from; finds what is wrong in the files.")

    @Option(
        name: .customLong("config"), help: ArgumentHelp("As for 'baton serve'.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Flag(name: .long, help: "Write JSON to standard output.")
    var json = false

    func run() throws {
        let loaded = try LoadedSettings.ofProcess(file.map { ["--config", $0] } ?? [])
        json ? JSONPrinter.print(loaded.json) : Output.data(loaded.table)
    }
}

/// A file to begin with.
struct ConfigTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Print a file with every setting, its usual value and what it is for.")

    func run() throws {
        Output.data(SettingsTemplate.text)
    }
}
