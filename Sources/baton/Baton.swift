import ArgumentParser
import BatonCore
import Glibc

@main
struct Baton: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "Runs workflows of commands on this machine: measured, durable, explained.",
        usage: "baton <command> [options]",
        discussion: """
            Exit codes: 0 success, 1 a run failed, 2 wrong arguments or workflow, 124 timeout, 128+n signal n.
            Data goes to standard output, messages to standard error.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Run",
                subcommands: [
                    RunCommand.self, ResumeCommand.self, RetryCommand.self, CancelCommand.self, PauseCommand.self,
                    UnpauseCommand.self, PrioritizeCommand.self, ApproveCommand.self, RejectCommand.self,
                ]),
            CommandGroup(
                name: "Serve",
                subcommands: [
                    ServeCommand.self, AutomationCommand<Schedules>.self, AutomationCommand<Triggers>.self,
                    AutomationCommand<Notifications>.self, WorkersCommand.self,
                ]),
            CommandGroup(
                name: "Inspect",
                subcommands: [
                    PsCommand.self, GetCommand.self, LogsCommand.self, WatchCommand.self, WaitCommand.self,
                    ExplainCommand.self, ExportCommand.self,
                ]),
            CommandGroup(
                name: "Study",
                subcommands: [
                    SimulateCommand.self, ForecastCommand.self, BenchCommand.self, ModelCommand.self,
                    TrainCommand.self,
                ]),
            CommandGroup(
                name: "Author",
                subcommands: [
                    PlanCommand.self, OptimizeCommand.self, PredictCommand.self, GraphCommand.self, LintCommand.self,
                    SchemaCommand.self,
                    ImportCommand.self,
                ]),
            CommandGroup(
                name: "Setup",
                subcommands: [
                    ConfigCommand.self, DoctorCommand.self, CompletionCommand.self, ReplayLoadCommand.self,
                    EngineLoadCommand.self,
                    OptimizerLoadCommand.self,
                    PredictionLoadCommand.self,
                ]),
        ]
    )

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try rejectUnknownCommand(arguments)
            if !isAboutItself(arguments) { try LoadedSettings.ofProcess(arguments).use() }
            try RemoteVerbs.check(arguments)
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            end(with: error)
        }
    }

    /// Help and the like, which a wrong setting must not keep from anybody.
    private static func isAboutItself(_ arguments: [String]) -> Bool {
        guard let first = arguments.first, !["help", "completion", "config"].contains(first) else { return true }
        return arguments.prefix { $0 != "--" }.contains { ["--help", "-h", "--version"].contains($0) }
    }

    /// Says what the user probably meant, which the parser does only for options.
    private static func rejectUnknownCommand(_ arguments: [String]) throws {
        guard let first = arguments.first, !first.hasPrefix("-") else { return }
        let names = configuration.subcommands.map { $0._commandName } + ["help"]
        guard !names.contains(first) else { return }
        let hint = Suggestion.hint(for: first, among: names) ?? "'baton help' lists the commands."
        throw CommandFailure("'\(first)' is not a command. \(hint)", exit: .usage)
    }

    private static func end(with error: any Error) -> Never {
        if isParserError(error) {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if !text.isEmpty {
                if code.isSuccess { Output.data(text) } else { Output.messages(inLowerCase(text)) }
            }
            Glibc.exit(code == .validationFailure ? ExitStatus.usage.rawValue : code.rawValue)
        }
        let failure = CommandFailure(error)
        // A workflow's problems come one a line, each with its own place and severity.
        let isListing = failure.message.contains(": error: ")
        Output.messages((isListing ? "" : "error: ") + failure.message)
        Glibc.exit(failure.exit.rawValue)
    }

    /// The parser's messages begin like ours.
    private static func inLowerCase(_ message: String) -> String {
        message.hasPrefix("Error: ") ? "error: " + message.dropFirst("Error: ".count) : message
    }

    /// Help, a version, a code to end with, or arguments that can't be read.
    private static func isParserError(_ error: any Error) -> Bool {
        if error is CommandFailure { return false }
        return error is ExitCode || error is CleanExit || error is ValidationError
            || exitCode(for: error) == .validationFailure || exitCode(for: error).isSuccess
    }
}

/// What `--version` prints.
enum Version {
    static let text = "0.1.0"
}
