import BatonCore
import Testing

@testable import BatonFormats

/// The document as one line: `{key: [plain, "text"]}`.
private func outline(_ node: DocumentNode) -> String {
    switch node.content {
    case .scalar(let scalar): scalar.style == .plain ? scalar.text : "\"\(scalar.text)\""
    case .sequence(let elements): "[" + elements.map(outline).joined(separator: ", ") + "]"
    case .mapping(let entries): "{" + entries.map { "\($0.key): \(outline($0.value))" }.joined(separator: ", ") + "}"
    }
}

private func read(_ text: String) throws -> String {
    outline(try #require(try YAMLReader.read(text)).root)
}

@Suite struct YAMLReaderTests {
    @Test(
        "bare expressions may stand anywhere",
        arguments: [
            ("{a: ${{ x }}}", "{a: ${{ x }}}"),
            ("[${{ x }}, ${{ f(\"}}\", [1, 2]) }}.txt]", "[${{ x }}, ${{ f(\"}}\", [1, 2]) }}.txt]"),
            ("a: ${{ c ? \"x: y\" : 'z #' }}", "{a: ${{ c ? \"x: y\" : 'z #' }}}"),
            ("a: b ${{ c: d }} # ${{ comment }}", "{a: b ${{ c: d }}}"),
            ("- ${{ a }}: ${{ b }}", "[{${{ a }}: ${{ b }}}]"),
            ("{a: [${{ x }}], b: {c: p${{ y }}q}}", "{a: [${{ x }}], b: {c: p${{ y }}q}}"),
            ("{a: ${{ 'don''t' }}, b: ${{ \"\\\"}}\" }}}", "{a: ${{ 'don''t' }}, b: ${{ \"\\\"}}\" }}}"),
        ])
    func bareExpressions(_ text: String, _ expected: String) throws {
        #expect(try read(text) == expected)
    }

    @Test(
        "quoted text, blocks and comments keep what only looks like an expression",
        arguments: [
            ("a: \"${{ x, {y} }}\"\nb: {c: ${{ d }}}", "{a: \"${{ x, {y} }}\", b: {c: ${{ d }}}}"),
            ("a: |\n  ${{ x, \"y }}\n  it's\nb: {c: ${{ d }}}", "{a: \"${{ x, \"y }}\nit's\n\", b: {c: ${{ d }}}}"),
            ("a:\n- b: >-\n    x {\n  c: {d: ${{ e }}}", "{a: [{b: \"x {\", c: {d: ${{ e }}}}]}"),
            ("# it's {\na: {b: ${{ c }}} # \"\nd: {e: ${{ f }}}", "{a: {b: ${{ c }}}, d: {e: ${{ f }}}}"),
            ("a:\n  # comment\n  - \"${{ b }}\"", "{a: [\"${{ b }}\"]}"),
            ("a: it's\nb: {c: ${{ d }}}", "{a: it's, b: {c: ${{ d }}}}"),
            ("a: x\n  'tis\nb: {c: ${{ d }}}", "{a: \"x 'tis\", b: {c: ${{ d }}}}"),
            ("a: 'it''s {'\nb: {c: ${{ d }}}", "{a: \"it's {\", b: {c: ${{ d }}}}"),
            ("a: {b: 'x\n  y', c: ${{ d }}}", "{a: {b: \"x y\", c: ${{ d }}}}"),
            ("--- # start\na: &x \"{\"\nb: {c: ${{ d }}, e: *x}", "{a: \"{\", b: {c: ${{ d }}, e: \"{\"}}"),
            ("a: {\n  b: ${{ c }}, # it's\n  d: [${{ e }}]\n}", "{a: {b: ${{ c }}, d: [${{ e }}]}}"),
            ("a: |2\n    x: \"\n  y\nb: {c: ${{ d }}}", "{a: \"  x: \"\ny\n\", b: {c: ${{ d }}}}"),
        ])
    func otherText(_ text: String, _ expected: String) throws {
        #expect(try read(text) == expected)
    }

    @Test("positions count characters and are not moved by bare expressions")
    func positions() throws {
        let root = try #require(try YAMLReader.read("a: {é: ${{ {x} }}, b: c}\nd:\n  - e")).root
        #expect(root["a"]?["b"]?.position == Position(line: 1, column: 23))
        #expect(root.position(of: ["d", "0"]) == Position(line: 3, column: 5))
        #expect(root.position(of: ["d", "7"]) == Position(line: 2, column: 1))
    }

    @Test("anchors, aliases and merge keys stand for what they name")
    func anchors() throws {
        #expect(
            try read("a: &x {k: 1, l: 2}\nb: *x\nc: {<<: *x, k: 3}")
                == "{a: {k: 1, l: 2}, b: {k: 1, l: 2}, c: {k: 3, l: 2}}")
        #expect(try read("a: &x {k: 1}\nb: &y {l: 2}\nc: {<<: [*x, *y]}") == "{a: {k: 1}, b: {l: 2}, c: {k: 1, l: 2}}")
    }

    @Test("only plain text is a number, a boolean or nothing")
    func scalars() {
        func value(_ text: String) -> DocumentNode.Scalar.Resolved {
            DocumentNode.Scalar(text: text, style: .plain).value
        }
        #expect(value("12") == .number(12) && value("-1.5e3") == .number(-1500) && value("0x1F") == .number(31))
        #expect(value("true") == .boolean(true) && value("~") == .null)
        for text in ["yes", "1_000", "1e", "e1", "nan", "inf", "0x1p3", "1h", "-", ".", "1 2", "1e999"] {
            #expect(value(text) == .string(text))
        }
        #expect(DocumentNode.Scalar(text: "12", style: .quoted).value == .string("12"))
    }
}
