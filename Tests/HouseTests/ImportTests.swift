import Foundation
import Testing

@Suite("Imports")
struct ImportTests {
    @Test("every import is one that the table of rooms allows")
    func importsAreAllowed() throws {
        for file in try Repository.files(in: "Sources", withExtension: ["swift"]) {
            let target = String(file.path.split(separator: "/")[1])
            let room = try #require(Room.all.first { $0.name == target }, "\(target) is not in Rooms.swift")
            for (number, line) in file.code {
                guard let module = importedModule(line) else { continue }
                #expect(
                    (room.modules + room.outside).contains(module),
                    "\(file.path):\(number) imports \(module), which \(target) may not"
                )
            }
        }
    }

    @Test("the table of rooms names only rooms that exist, and each once")
    func roomsExist() throws {
        let targets = Set(
            try Repository.files(in: "Sources", withExtension: ["swift"]).map { $0.path.split(separator: "/")[1] })
        #expect(targets.sorted() == Room.all.map { Substring($0.name) }.sorted())
    }

    @Test("Docs/Architecture.md shows the same table")
    func architectureShowsTheTable() throws {
        let text = try Repository.text(of: "Docs/Architecture.md")
        #expect(text.contains(Room.table), "put this table into Docs/Architecture.md:\n\(Room.table)")
    }

    @Test("an import line is read with its access level, attribute and kind")
    func importLinesAreRead() {
        #expect(importedModule("import Yams") == "Yams")
        #expect(importedModule("public import BatonCore") == "BatonCore")
        #expect(importedModule("@testable import struct BatonCore.Run") == "BatonCore")
        #expect(importedModule("let imported = 1") == nil)
    }

    private func importedModule(_ line: String) -> String? {
        var words = line.split(separator: " ").drop { $0.hasPrefix("@") }
        if let first = words.first, ["public", "package", "internal", "private", "fileprivate"].contains(first) {
            words = words.dropFirst()
        }
        guard words.popFirst() == "import" else { return nil }
        if let kind = words.first,
            ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"].contains(kind)
        {
            words = words.dropFirst()
        }
        return words.first.map { String($0.split(separator: ".")[0]) }
    }
}
