import BatonCore
import BatonFormats
import Foundation

/// A workflow file before and after edits.
struct WorkflowRevision {
    let path: String
    let before: String
    let after: String
    /// Of the text after, in a diff.
    let participle: String

    init(path: String, before: String, after: String, participle: String) {
        self.path = path
        self.before = before
        self.after = after
        self.participle = participle
    }

    /// - Throws: why an edit can't be made in this file.
    init(_ path: String, parameters: [Workflow.Binding], _ edits: [WorkflowEdit]) throws {
        let file = try WorkflowFile.read(path)
        self.path = path
        before = file.source
        participle = "optimised"
        do throws(WorkflowEditProblem) {
            after = try file.edited(by: edits, parameters: parameters)
        } catch {
            throw CommandFailure("\(path): \(error.message)\(error.hint.map { ". \($0)" } ?? "")", exit: .usage)
        }
    }

    func diff(for terminal: Terminal) -> String {
        UnifiedDiff(old: before, new: after, oldName: path, newName: "\(path), \(participle)").lines.map { line in
            let ink: Ink =
                switch line.kind {
                case .name: .strong
                case .place: .busy
                case .context: .plain
                case .removed: .bad
                case .added: .good
                case .note: .faint
                }
            return StyledLine(line.text, ink).rendered(hasColor: terminal.hasColor)
        }.joined(separator: "\n")
    }

    /// Whole or not at all: whoever reads the file meanwhile sees the one or the other.
    func write() throws { try put(after) }

    /// Takes back what `write` did.
    func undo() throws { try put(before) }

    private func put(_ text: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) could not be written: \(error.localizedDescription)", exit: .failure)
        }
    }
}
