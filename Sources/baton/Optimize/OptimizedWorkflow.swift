import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Glibc

/// The workflow that is asked about: a file, or what ran last under a name.
struct OptimizedWorkflow {
    let workflow: Workflow
    let parameters: [Workflow.Binding]
    /// Where its tasks run; absolute.
    let directory: String
    /// Nil where it is gone, or never was one: then the record alone knows the workflow.
    let file: WorkflowFile?

    /// Runs whose workflows are offered where a name is not known.
    private static let looked = 1_000

    /// - Parameters:
    ///   - subject: a path, or the name of a workflow; a file goes first. Parameters are those of its latest run, where it is a name.
    ///   - store: nil where nothing has run.
    init(_ subject: String, assignments: [Assignment], sizing: SizingOptions, store: (any Store)?) throws {
        guard !Self.isFile(subject) else {
            self.init(try WorkflowInput(subject, assignments: assignments, sizing: sizing))
            return
        }
        let latest = try Self.latest(subject, store)
        let file = try latest.path.flatMap { access($0, R_OK) == 0 ? try WorkflowFile.read($0) : nil }
        // Another workflow may stand there now.
        if let file, file.workflow.name == subject {
            let names = Set(file.workflow.parameters.map(\.name))
            let earlier = latest.run.parameters.filter { names.contains($0.name) }
            let bindings = Self.merged(earlier, assignments.map(\.binding))
            self.init(try WorkflowInput(file.path, bindings: bindings, sizing: sizing))
            return
        }
        guard let submission = try store?.conditions(of: latest.run.id)?.submission else {
            throw CommandFailure(
                "'\(subject)' has run, but neither its file nor its record is there any more", exit: .usage)
        }
        try self.init(submission, bindings: assignments.map(\.binding), sizing: sizing)
    }

    /// As it ran.
    private init(
        _ submission: Run.Submission, bindings: [Workflow.Binding], sizing: SizingOptions
    ) throws(WorkflowError) {
        var workflow = submission.workflow
        if sizing.rightSize { workflow.rightSize() }
        self.workflow = workflow
        parameters = try workflow.resolveParameters(Self.merged(submission.parameters, bindings))
        directory = submission.directory
        file = nil
    }

    init(_ input: WorkflowInput) {
        workflow = input.file.workflow
        parameters = input.parameters
        directory = input.file.directory
        file = input.file
    }

    func expand() throws(WorkflowError) -> Expansion {
        guard let file else { return try workflow.expand(parameters: parameters) }
        return try file.expand(parameters: parameters)
    }

    /// With the places of what is wrong.
    func locate(_ error: WorkflowError) -> WorkflowError { file?.locate(error) ?? error }

    /// The path of a workflow's file, which may be named by its path or by the workflow's name.
    ///
    /// - Throws: that there is no such file.
    static func path(of subject: String, in store: (any Store)?) throws -> String {
        if isFile(subject) { return subject }
        let latest = try latest(subject, store)
        if let path = latest.path, access(path, R_OK) == 0 { return path }
        throw CommandFailure(
            "the file of '\(subject)'\(latest.path.map { ", \($0)," } ?? "") is not there", exit: .usage)
    }

    /// The last run of that name, and where its file was.
    private static func latest(_ name: String, _ store: (any Store)?) throws -> (run: RunSummary, path: String?) {
        if let run = try store?.latestRun(matching: RunFilter(workflow: name)) {
            let path = run.source.map { run.directory + "/" + ($0.split(separator: "/").last ?? "") }
            return (run, path)
        }
        let names = try store?.runs(matching: RunFilter(limit: looked)).map(\.workflow) ?? []
        let hint = Suggestion.hint(for: name, among: names).map { " \($0)" } ?? ""
        throw CommandFailure(
            "there is no file '\(name)', and no workflow of that name has run.\(hint)", exit: .usage)
    }

    /// What looks like a path is taken for one, so that a mistake in it is told as such.
    static func isFile(_ subject: String) -> Bool {
        if let status = FileStatus(subject) { return !status.isFolder }
        return subject.contains("/") || [".yaml", ".yml", ".json"].contains { subject.hasSuffix($0) }
    }

    private static func merged(_ old: [Workflow.Binding], _ new: [Workflow.Binding]) -> [Workflow.Binding] {
        old.filter { binding in !new.contains { $0.name == binding.name } } + new
    }
}
