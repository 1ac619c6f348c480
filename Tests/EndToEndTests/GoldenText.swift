import Foundation
import Testing

/// Text that people read, kept beside the tests: `BATON_UPDATE=1` rewrites it, and `git diff` reviews it.
enum GoldenText {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    static func expect(_ text: String, equals name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BATON_UPDATE"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(try String(contentsOf: file, encoding: .utf8) == text, sourceLocation: sourceLocation)
        }
    }
}
