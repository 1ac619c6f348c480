public import BatonCore
private import Foundation

/// A file that somebody wrote by hand, as the value that it stands for.
public enum ValueFile {
    /// - Parameter path: `.json` is read as JSON, anything else as YAML; `-` is the standard input.
    /// - Throws: everything that is wrong with its form.
    public static func read(_ path: String) throws(WorkflowError) -> Value {
        guard path == "-" else { return try ScenarioDocument.decode(path) { _, root in root.plainValue } }
        let text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        return try ScenarioDocument.decode(text, file: "standard input") { _, root in root.plainValue }
    }
}
