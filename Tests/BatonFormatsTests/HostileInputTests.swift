import BatonCore
import Foundation
import Testing

@testable import BatonFormats

/// Whatever the bytes, the answer is a workflow or an error.
@Suite struct HostileInputTests {
    @Test("a file cut off anywhere is a workflow or an error", arguments: ["rnaseq.yaml", "full.yaml"])
    func truncated(_ name: String) throws {
        let text = try Golden.text("Workflows/\(name)")
        for end in text.unicodeScalars.indices {
            _ = complaints(String(text.unicodeScalars[..<end]))
        }
        let json = JSONText.write(try value(text))
        #expect(complaints(json, file: "whole.json") == [])
        for end in json.unicodeScalars.indices {
            let found = complaints(String(json.unicodeScalars[..<end]), file: "cut.json")
            #expect(!found.isEmpty || json.unicodeScalars[end...].allSatisfy { $0 == "\n" })
        }
    }

    @Test("a file with one byte changed is a workflow or an error")
    func mutated() throws {
        let bytes = Array(try Golden.text("Workflows/rnaseq.yaml").utf8)
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<600 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let marks = Array("{}[]:,#&*!|>'\"%@`-? \n\t\0${a".utf8)
                changed[Int.random(in: changed.indices, using: &generator)] = marks.randomElement(using: &generator)!
            }
            let text = String(decoding: changed, as: UTF8.self)
            _ = complaints(text)
            _ = complaints(text, file: "x.json")
        }
    }

    @Test("files of other formats cut off anywhere are workflows or errors")
    func truncatedExchange() {
        let dot =
            "strict digraph \"a\" { /* */ rankdir=LR; a:n -> {b c} [x=y, command=\"d\" + \"e\"]; subgraph s { f } -> g }"
        for end in dot.indices { _ = try? DOTFormat.decode(String(dot[..<end]), file: "x.dot") }
        let ninja =
            "a = b\r\npool p\n depth = 1\nrule r\n  command = c ${a} $in $\n  $out\nbuild x$ y | z: r u | v || w |@ q\n  pool = p\n"
        for end in ninja.indices { _ = try? NinjaFormat.decode(String(ninja[..<end]), file: "build.ninja") }
        #expect(throws: Never.self) { try NinjaFormat.decode(ninja, file: "build.ninja") }
        #expect(throws: WorkflowError.self) {
            try DOTFormat.decode("digraph " + String(repeating: "{", count: 100_000), file: "x.dot")
        }
    }

    @Test("nesting has an end", arguments: ["[", "{a: ", "- ", "? ", "{\"a\":", "!a [", "&a ["])
    func nesting(_ opening: String) {
        let text = String(repeating: opening, count: 200_000)
        #expect(!complaints(text).isEmpty)
        #expect(!complaints(text, file: "deep.json").isEmpty)
    }

    @Test("aliases of aliases have an end, as keys too")
    func laughs() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(complaints(text).first?.contains("more than a million values") == true)
        #expect(!complaints(text + "? *a5\n: x\n").isEmpty)
    }

    @Test("bytes that are no text are located", arguments: ["yaml", "json"])
    func bytes(_ kind: String) throws {
        try withFiles([:]) { _ in }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("baton-\(UUID().uuidString).\(kind)")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data("name: x\ntasks: é".utf8 + [0xFF, 0xFE]).write(to: url)
        let error = #expect(throws: WorkflowError.self) { try WorkflowFile.read(url.path) }
        #expect(error?.problems.map(\.text) == ["\(url.path):2:9: error: cannot read the file: it is not UTF-8 text"])
        #expect(complaints("name: a\0b")[0].hasPrefix("test.yaml:1:8: error: control characters are not allowed"))
        #expect(complaints("{\"a\": \"\0\"}", file: "a.json")[0].hasPrefix("a.json:1:8: error: a control character"))
    }

    @Test("a file that is not there is an error")
    func missing() {
        let error = #expect(throws: WorkflowError.self) { try WorkflowFile.read("/nowhere/x.yaml") }
        #expect(error?.problems.first?.message == "cannot read the file: no such file")
    }
}

/// A YAML document as a plain value, to write it as JSON.
private func value(_ text: String) throws -> Value {
    func value(_ node: DocumentNode) -> Value {
        switch node.content {
        case .sequence(let elements): .list(elements.map(value))
        case .mapping(let entries): .map(entries.map { Value.Entry(key: $0.key, value: value($0.value)) })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: .null
            case .boolean(let flag): .boolean(flag)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            }
        }
    }
    return value(try #require(try YAMLReader.read(text)).root)
}
