import BatonCore
import Glibc

/// Which tasks' output others read, and how it is read back.
struct CapturedValues {
    private let read: Workflow.ReadTasks

    init(readBy workflow: Workflow) {
        read = workflow.readTasks
    }

    /// True when somebody reads what this task, or this instance of it, prints or writes.
    func wants(_ task: Workflow.Task, instance: String) -> Bool {
        switch read {
        case .any: true
        case .named(let names): names.contains(task.name) || names.contains(instance)
        }
    }

    /// Longest output that is passed on: more belongs into a file.
    static let limit = 1 << 20

    static func read(_ attempt: Attempt.ID, in folder: RunFolder) throws(FileFault) -> TaskValues {
        let path = folder.path + "/" + RunFolder.standardOutput(of: attempt)
        // A log that is missing is one that nothing was written to.
        guard let stdout = access(path, F_OK) == 0 ? SmallFile.read(path, limit: limit) : "" else {
            throw FileFault(.invalid("its output is read by another task but is longer than 1 MiB; write it to a file"))
        }
        return TaskValues(stdout: stdout, outputs: try readOutputs(attempt, in: folder))
    }

    /// `key=value` lines; blank ones and comments are passed over.
    private static func readOutputs(_ attempt: Attempt.ID, in folder: RunFolder) throws(FileFault) -> [Workflow.Binding]
    {
        let path = folder.path + "/" + RunFolder.outputValues(of: attempt)
        guard access(path, F_OK) == 0 else { return [] }
        guard let text = SmallFile.read(path, limit: limit) else {
            throw FileFault(.invalid("$BATON_OUTPUT is longer than 1 MiB; write large results to a file"))
        }
        var bindings: [Workflow.Binding] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let equals = line.firstIndex(of: "=") else {
                throw FileFault(.invalid("'\(line)' in $BATON_OUTPUT is not of the form key=value"))
            }
            let key = String(line[..<equals])
            bindings.removeAll { $0.name == key }
            bindings.append(Workflow.Binding(name: key, value: .string(String(line[line.index(after: equals)...]))))
        }
        return bindings
    }
}

/// A finished attempt whose files are not as they should be.
struct FileFault: Error {
    var failure: Failure

    init(_ failure: Failure) {
        self.failure = failure
    }
}
