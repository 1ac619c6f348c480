// The repository as text: what the house tests read.

import Foundation

enum Repository {
    /// The folder that holds Package.swift.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File: Sendable {
        /// Relative to the root: `Sources/BatonCore/Engine/Engine.swift`.
        var path: String
        var text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

        /// Lines without what follows `//`, numbered from 1.
        var code: [(number: Int, line: String)] {
            lines.enumerated().map { index, line in
                (index + 1, line.range(of: "//").map { String(line[..<$0.lowerBound]) } ?? String(line))
            }
        }
    }

    /// Files below a folder, build products and hidden folders left out, in order of path.
    static func files(in folder: String = "", withExtension wanted: Set<String>? = nil) throws -> [File] {
        let start = root.appending(path: folder).standardizedFileURL
        guard let walker = FileManager.default.enumerator(at: start, includingPropertiesForKeys: [.isRegularFileKey])
        else { throw CocoaError(.fileNoSuchFile) }
        var found: [File] = []
        while let url = walker.nextObject() as? URL {
            let name = url.lastPathComponent
            if (name.hasPrefix(".") && name != ".ci") || name == "out" {
                walker.skipDescendants()
                continue
            }
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            if let wanted, !wanted.contains(url.pathExtension) { continue }
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { continue }  // a picture, say
            found.append(File(path: String(url.path.dropFirst(root.path.count + 1)), text: text))
        }
        return found.sorted { $0.path < $1.path }
    }

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
