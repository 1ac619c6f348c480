import BatonCore
import Foundation
import Testing

@testable import BatonFormats

/// Files that tests read, and rewrite when `BATON_UPDATE=1` is set.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    static let isUpdating = ProcessInfo.processInfo.environment["BATON_UPDATE"] == "1"

    static func files(in name: String, _ extensions: String...) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(name).path)
        return (names ?? []).filter { name in extensions.contains { name.hasSuffix(".\($0)") } }.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    static func expect(_ found: String, equals path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let url = folder.appendingPathComponent(path)
        if isUpdating { try found.write(to: url, atomically: true, encoding: .utf8) }
        let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        #expect(found == expected, "Set BATON_UPDATE=1 to accept.", sourceLocation: sourceLocation)
    }
}

/// A folder that is gone after the test, with files by relative path.
func withFiles<Result>(_ files: [String: String], _ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baton-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
        let url = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
    }
    return try body(folder.path)
}

func yaml(_ text: String) throws -> Workflow {
    try YAMLFormat.decode(text, file: "test.yaml").workflow
}

/// What is wrong with a text, as a user reads it.
func complaints(_ text: String, file: String = "test.yaml") -> [String] {
    do {
        _ = try file.hasSuffix(".json") ? JSONFormat.decode(text, file: file) : YAMLFormat.decode(text, file: file)
        return []
    } catch {
        return error.problems.map(\.text)
    }
}
