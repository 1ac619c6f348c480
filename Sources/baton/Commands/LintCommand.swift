import ArgumentParser
import BatonCore
import BatonFormats
import Glibc

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check workflow files and name everything that is wrong in them.",
        discussion: """
            Each problem is one line with its place, in the form that editors jump to. The exit code is 2 when a file \
            can't run, as it would be from 'baton run', and 0 otherwise; warnings count with --strict.
            """
    )

    @Argument(help: "Workflow files, YAML or JSON.", completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String]

    @Flag(name: .long, help: "Let warnings count as errors.")
    var strict = false

    @Flag(name: .long, help: "Write JSON to standard output.")
    var json = false

    func run() throws {
        var problems: [WorkflowError.Problem] = []
        for file in files { problems += Self.problems(of: file) }
        let errors = problems.count { $0.severity == .error }
        if json {
            JSONPrinter.print(.list(problems.map(Self.json)))
        } else {
            for problem in problems { Output.data(problem.text) }
            Output.messages(verdict(errors: errors, warnings: problems.count - errors))
        }
        if errors > 0 || strict && !problems.isEmpty { throw ExitCode(ExitStatus.usage.rawValue) }
    }

    /// Also those that only show when the workflow is expanded with its defaults: reading does that.
    private static func problems(of path: String) -> [WorkflowError.Problem] {
        do throws(WorkflowError) {
            return try WorkflowFile.read(path).warnings
        } catch {
            return error.problems
        }
    }

    private func verdict(errors: Int, warnings: Int) -> String {
        var parts: [String] = []
        if errors > 0 { parts.append(Sentence.count(errors, "error")) }
        if warnings > 0 { parts.append(Sentence.count(warnings, "warning")) }
        let subject = files.count == 1 ? files[0] : "\(files.count) files"
        return parts.isEmpty ? "\(subject): nothing is wrong." : "\(subject): \(Sentence.list(parts))."
    }

    private static func json(_ problem: WorkflowError.Problem) -> Value {
        .object([
            "severity": .string(problem.severity.rawValue), "file": problem.location.map { .string($0.file) },
            "line": problem.location.map { .number($0.line) }, "column": problem.location.map { .number($0.column) },
            "path": .strings(problem.path), "message": .string(problem.message),
            "hint": problem.hint.map { .string($0) },
        ])
    }
}
