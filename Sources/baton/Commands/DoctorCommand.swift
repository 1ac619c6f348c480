import ArgumentParser
import BatonCore
import Glibc

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that this machine is fit to run workflows, and say how it could be better.",
        discussion: "The exit code is 1 when something is missing without which nothing runs."
    )

    @OptionGroup var state: StateOptions

    func run() throws {
        let checks = Diagnosis(data: state.dataDirectory).checks
        if state.json {
            JSONPrinter.print(.list(checks.map(\.json)))
        } else {
            let terminal = Terminal(descriptor: STDOUT_FILENO)
            for check in checks {
                for line in check.lines { Output.data(line.rendered(hasColor: terminal.hasColor)) }
            }
        }
        if checks.contains(where: { $0.verdict == .bad }) { throw ExitCode(ExitStatus.failure.rawValue) }
    }
}
