import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore
import Foundation

// Answers to tasks that ask for approval.

struct ApproveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Let a task start that asks for approval.",
        discussion: "'baton get' shows which tasks of a run ask, and what."
    )

    @OptionGroup var argument: RunName
    @OptionGroup var answer: ReviewArguments
    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        let (run, names) = try answer.give(isApproved: true, to: argument.name, state, server)
        Output.messages("Approved \(names) of run \(run).")
    }
}

struct RejectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Let a task fail that asks for approval.",
        discussion: "What needs it is skipped. 'baton retry' lets the task ask again when the run has ended."
    )

    @OptionGroup var argument: RunName
    @OptionGroup var answer: ReviewArguments
    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        let (run, names) = try answer.give(isApproved: false, to: argument.name, state, server)
        Output.messages("Rejected \(names) of run \(run).")
    }
}

/// Which task is answered, and what is said with the answer.
struct ReviewArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The task, by its name; that of a fan-out means all of it that asks.", valueName: "task"))
    var task: String

    @Option(name: .long, help: ArgumentHelp("A few words for the record.", valueName: "text"))
    var comment: String?

    mutating func validate() throws {
        if let comment, comment.utf8.count > Review.mostCommentBytes {
            throw ValidationError("--comment has at most \(Review.mostCommentBytes) bytes.")
        }
    }

    /// - Returns: the run, and the names of the tasks that were answered.
    func give(
        isApproved: Bool, to run: String, _ state: StateOptions, _ server: ServerOptions
    ) throws -> (run: Run.ID, names: String) {
        if let client = try server.client(state) {
            let run = try RemoteRun(run, client: client)
            let asking = try asking(try run.record().store.tasks(of: run.id, in: nil), of: run.id)
            for task in asking { try run.review(task.id, isApproved: isApproved, comment: comment) }
            return (run.id, Sentence.list(asking.map(\.name)))
        }
        let (store, id) = try Control.findGoingOn(run, state)
        let asking = try asking(try store.tasks(of: id, in: nil), of: id)
        let review = Review(isApproved: isApproved, reviewer: NSUserName(), comment: comment)
        for task in asking {
            let reference = TaskReference(run: id, task: task.id)
            try Control.settle(ControlClient.ask(review, of: reference, folder: state.dataDirectory.folder(of: id)), id)
        }
        return (id, Sentence.list(asking.map(\.name)))
    }

    /// - Throws: where none of what is named asks for approval.
    private func asking(_ tasks: [TaskSummary], of run: Run.ID) throws -> [TaskSummary] {
        let commands = tasks.filter { !$0.isGroup }
        let named = commands.filter { $0.name == task }
        let meant = named.isEmpty ? commands.filter { $0.template == task } : named
        let asking = meant.filter { $0.state == .awaitingApproval }
        if !asking.isEmpty { return asking }
        if let first = meant.first {
            throw CommandFailure(
                "'\(first.name)' of run \(run) asks for no approval: it is \(first.state.words)", exit: .usage)
        }
        let others = commands.filter { $0.state == .awaitingApproval }.map { "'\($0.name)'" }
        let hint =
            others.isEmpty ? "None of its tasks asks for approval" : "Approval is asked for \(Sentence.list(others))"
        throw CommandFailure("run \(run) has no task '\(task)'. \(hint)", exit: .usage)
    }
}
