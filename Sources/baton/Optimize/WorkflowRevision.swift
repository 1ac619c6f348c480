import BatonCore
import BatonFormats
import Foundation

/// A workflow file before and after edits.
struct WorkflowRevision {
    let path: String
    let before: String
    let after: String

    /// - Throws: why an edit can't be made in this file.
    init(_ path: String, parameters: [Workflow.Binding], _ edits: [WorkflowEdit]) throws {
        let file = try WorkflowFile.read(path)
        self.path = path
        before = file.source
        do throws(WorkflowEditProblem) {
            after = try file.edited(by: edits, parameters: parameters)
        } catch {
            throw CommandFailure("\(path): \(error.message)\(error.hint.map { ". \($0)" } ?? "")", exit: .usage)
        }
    }

    func diff(for terminal: Terminal) -> String {
        UnifiedDiff(old: before, new: after, oldName: path, newName: "\(path), optimised").lines.map { line in
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
    func write() throws {
        do {
            try Data(after.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) could not be written: \(error.localizedDescription)", exit: .failure)
        }
    }
}
