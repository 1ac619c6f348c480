import BatonCore
import BatonFormats
import BatonStore
import Foundation

/// The files of workflows: where one lies that a run came from, and a place for texts that came without a file, so that
/// they can be read again, analysed and made better.
struct WorkflowShelf: Sendable {
    /// Where runs without a folder of their own take place; nothing is kept unless it is the server's own.
    let workingDirectory: String?
    let dataDirectory: String

    /// Keeps a text as the file of its workflow, instead of the one before.
    ///
    /// - Returns: the name of the file; nil where none is kept, because tasks run in a folder that is somebody else's.
    func keep(_ file: WorkflowFile) -> String? {
        guard let workingDirectory, workingDirectory.hasPrefix(dataDirectory), file.directory == workingDirectory else {
            return nil
        }
        let name = Self.fileName(file.workflow.name)
        let place = URL(fileURLWithPath: workingDirectory + "/" + name)
        let text = Data(file.source.utf8)
        if (try? Data(contentsOf: place)) == text { return name }
        // A run matters more than its text: without a file it goes on all the same.
        guard (try? text.write(to: place, options: .atomic)) != nil else { return nil }
        return name
    }

    /// The file that a run came from, if it still holds that workflow.
    func file(of run: RunSummary) -> (path: String, text: String)? {
        guard let source = run.source else { return nil }
        // A run by the command line has the path as it was typed, and takes place in the folder of the file.
        let path = source.hasPrefix("/") ? source : run.directory + "/" + (source.split(separator: "/").last ?? "")
        // Whoever starts a run names the file: nothing is shown that is not a workflow of this name.
        guard Self.isSmallFile(path), let file = try? WorkflowFile.read(path), file.workflow.name == run.workflow else {
            return nil
        }
        return (path, file.source)
    }

    /// `etl.baton.yaml`; what could mean something in a path is written as `%2F`.
    private static func fileName(_ workflow: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        let name = workflow.addingPercentEncoding(withAllowedCharacters: plain) ?? "workflow"
        return "\(name.prefix(200)).baton.yaml"
    }

    private static func isSmallFile(_ path: String) -> Bool {
        guard let found = try? FileManager.default.attributesOfItem(atPath: path) else { return false }
        return found[.type] as? FileAttributeType == .typeRegular && (found[.size] as? Int ?? .max) <= 8 << 20
    }
}
