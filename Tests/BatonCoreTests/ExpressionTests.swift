import BatonCore
import Testing

private let scope = Scope(
    parameters: [
        binding("threads", .number(4)), binding("name", .string("x.y")),
        binding("samples", .list([.string("a"), .string("b")])),
        binding("sizes", .map([Value.Entry(key: "a", value: .number(1.5))])),
    ],
    bindings: [binding("sample", .string("a"))],
    run: [binding("id", .string("r1"))],
    task: { name in
        switch name {
        case "list": TaskValues(stdout: "a\n\r\nb b\r\n\n", outputs: [binding("my-key", .string("v"))], exitCode: 3)
        case "align[a]": TaskValues(stdout: "one", state: "succeeded")
        case "prep/cut-reads": TaskValues(state: "skipped")
        default: nil
        }
    }
)

private func binding(_ name: String, _ value: Value) -> Workflow.Binding {
    Workflow.Binding(name: name, value: value)
}

private func value(_ source: String) throws(ExpressionError) -> Value {
    try Expression(parsing: source).evaluate(in: scope)
}

/// What is said of a source that cannot be read or evaluated: `offset: message | hint`.
private func complaint(_ source: String) -> String {
    do throws(ExpressionError) {
        return "value \(try value(source).json)"
    } catch {
        return "\(error.offset): \(error.message)" + (error.hint.map { " | \($0)" } ?? "")
    }
}

@Suite struct ExpressionTests {
    @Test(
        "an expression has the value that its text suggests",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 % 4 - 1", "2"), ("10 / 4", "2.5"), ("2 - 3 - 4", "-5"),
            ("-2 * -3", "6"), ("1e3", "1000"), ("0.1 + 0.2", "0.30000000000000004"),
            ("\"a\" + 'b\\n'", "\"ab\\n\""), ("[1, 'x', [true]] + [null]", "[1,\"x\",[true],null]"),
            ("[1, 2,]", "[1,2]"),
            ("1 < 2 && 'a' < 'b'", "true"), ("1 == 1.0", "true"), ("'1' != null", "true"),
            ("!(1 >= 2) || 1 / 0 > 1", "true"),
            ("false && 1 / 0 == 1", "false"), ("1 > 2 ? 'a' : 2 > 1 ? 'b' : 'c'", "\"b\""),
            ("params.threads", "4"), ("params['threads']", "4"), ("params.samples[1]", "\"b\""),
            ("params.sizes.a", "1.5"),
            ("params.sizes[sample]", "1.5"), ("sample", "\"a\""), ("run.id", "\"r1\""),
            ("tasks.list.stdout", "\"a\\n\\r\\nb b\""), ("tasks.list.lines", "[\"a\",\"b b\"]"),
            ("tasks.list.outputs.my-key", "\"v\""), ("tasks.list.outputs[\"my-key\"]", "\"v\""),
            ("tasks.list.exit_code-1", "2"),
            ("tasks['align[' + sample + ']'].stdout", "\"one\""), ("tasks.prep/cut-reads.state", "\"skipped\""),
        ])
    func values(source: String, json: String) throws {
        #expect(try value(source).json == json)
    }

    @Test(
        "functions",
        arguments: [
            ("length('häß')", "3"), ("length([1, 2])", "2"), ("length(params.sizes)", "1"),
            ("lines('a\\n\\nb')", "[\"a\",\"b\"]"),
            ("split('a, b,c', ',')", "[\"a\",\" b\",\"c\"]"), ("join([1, 'x', true], '-')", "\"1-x-true\""),
            ("range(3)", "[0,1,2]"), ("range(2, 4)", "[2,3]"), ("range(5, 0, -2)", "[5,3,1]"), ("range(3, 1)", "[]"),
            ("contains('abc', 'bc')", "true"), ("contains([1, 2], 3)", "false"),
            ("contains(params.sizes, 'a')", "true"),
            ("starts_with('abc', 'ab')", "true"), ("ends_with('abc', 'bc')", "true"),
            ("ends_with('a', 'bca')", "false"),
            ("replace('a.b.c', '.', '::')", "\"a::b::c\""), ("basename('a/b.tar.gz')", "\"b.tar.gz\""),
            ("basename('a/b/')", "\"b\""), ("dirname('a/b/c')", "\"a/b\""), ("dirname('c')", "\".\""),
            ("dirname('/c')", "\"/\""),
            ("stem('a/b.tar.gz')", "\"b.tar\""), ("stem('.profile')", "\".profile\""), ("number(' 2.5 ') * 2", "5"),
            ("string(3) + 'x'", "\"3x\""), ("json([1, 'a\"'])", "\"[1,\\\"a\\\\\\\"\\\"]\""),
        ])
    func functions(source: String, json: String) throws {
        #expect(try value(source).json == json)
    }

    @Test(
        "an error says what was expected, what was found and where",
        arguments: [
            ("", "0: the expression ends where a value is expected"),
            ("1 +", "3: the expression ends where a value is expected"),
            ("(1", "2: expected ')', found the end of the expression"),
            ("1 2", "2: expected the end or an operator, found '2'"),
            ("a = 1", "2: expected the end or an operator, found '=' | Equality is written '=='."),
            ("'abc", "0: quoted text has no closing '"),
            (
                "'a\\d'",
                "2: unknown escape in quoted text | Write '\\\\' for a backslash; \\n, \\t, \\\" and \\' exist too."
            ),
            ("12ab", "0: '12a' is not a number"),
            ("lenght([1])", "0: there is no function 'lenght' | Did you mean 'length'?"),
            ("join([1])", "0: 'join' takes (list, separator), found 1 arguments"),
            ("join('a', 'b')", "0: 'join' takes (list, separator), found (a string, a string)"),
            ("params", "6: expected a name after 'params', as in params.threads, found the end of the expression"),
            ("params.thread", "0: there is no parameter 'thread' | Did you mean 'threads'?"),
            ("threads", "0: 'threads' is not a value of a fan-out here | Did you mean 'params.threads'?"),
            ("run.ID2", "0: 'run.ID2' does not exist; there are id, name, attempt and status | Did you mean 'id'?"),
            (
                "tasks.list",
                "10: expected what to read of the task: .stdout, .lines, .outputs, .exit_code, .state, "
                    + "found the end of the expression"
            ),
            (
                "tasks.list.stdot",
                "11: a task has no 'stdot'; there are stdout, lines, outputs, exit_code, state "
                    + "| Did you mean 'stdout'?"
            ),
            ("tasks.other.stdout", "0: task 'other' has not finished"),
            ("tasks.prep/cut-reads.stdout", "0: task 'prep/cut-reads' ran no command: it is skipped"),
            (
                "tasks.list.outputs.mykey",
                "0: task 'list' wrote no output 'mykey'; it wrote my-key | Did you mean 'my-key'?"
            ),
            ("'3' == 3", "4: '==' does not work on a string and a number | number(x) makes a number of text."),
            (
                "'n' + 3",
                "4: '+' does not work on a string and a number | string(x) makes text of a number, "
                    + "number(x) a number of text."
            ),
            (
                "params.threads ? 1 : 2",
                "0: a condition must be true or false, found a number (4) | Compare it with "
                    + "something, as in 'x != \"\"' or 'x > 0'."
            ),
            (
                "!'yes'",
                "1: a condition must be true or false, found a string (\"yes\") | Compare it with "
                    + "something, as in 'x != \"\"' or 'x > 0'."
            ),
            ("1 / 0", "2: division by zero"),
            ("params.samples[2]", "14: the list has 2 items, numbered from 0; found index 2"),
            ("params.sizes.b", "12: the map has no 'b' | Did you mean 'a'?"),
            ("params.name.first", "11: a string has nothing inside to read with '.' or '[ ]'"),
            ("range(0, 5, 0)", "0: the step of 'range' is zero"),
            ("range(10000000)", "0: 'range' gives more than 1,000,000 numbers"),
            ("number('x')", "0: 'x' is not a number"),
        ])
    func errors(source: String, message: String) {
        #expect(complaint(source) == message)
    }

    @Test("hostile nesting and length are refused instead of overflowing the stack")
    func hostileSources() throws {
        for source in [
            String(repeating: "(", count: 100_000), String(repeating: "!", count: 100_000),
            String(repeating: "[", count: 100_000), String(repeating: "1?", count: 100_000),
            "1" + String(repeating: "+1", count: 100_000), "x" + String(repeating: "[0]", count: 100_000),
        ] {
            #expect(throws: ExpressionError.self) { try Expression(parsing: source) }
        }
        #expect(try value("0" + String(repeating: "+1", count: 990)) == .number(990))
        #expect(try value(String(repeating: "(", count: 99) + "1" + String(repeating: ")", count: 99)) == .number(1))
    }

    @Test("any bytes are either read or refused", arguments: UInt64(0)..<200)
    func randomSources(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "params", ".", "x", "[", "]", "(", ")", "'", "\"", "\\", "+", "-", "!", "&&", "?", ":", "1", "é", " ",
            "tasks", "}}", "${{",
        ]
        for _ in 0..<20 {
            let text = (0..<generator.next() % 12).map { _ in pieces.randomElement(using: &generator)! }.joined()
            _ = try? Expression(parsing: text).evaluate(in: scope)
            _ = try? Template(parsing: text).render(in: scope)
        }
    }

    @Test("references are listed in order and once")
    func references() throws {
        let expression = try Expression(
            parsing: "params.a + sample + tasks.x.lines[params.b] + params.a + tasks['y z'].outputs.k + run.id")
        #expect(
            expression.references == [
                .parameter("a"), .name("sample"), .task("x", .lines), .parameter("b"), .task("y z", .outputs("k")),
                .run("id"),
            ])
    }

    @Test("computed task names are known once the fan-out's values are")
    func computedTaskNames() throws {
        let expression = try Expression(parsing: "tasks['align[' + sample + ']'].stdout + tasks.list.stdout")
        #expect(expression.references == [.name("sample"), .task("list", .stdout)])
        #expect(try expression.taskNames(in: scope) == ["align[a]", "list"])
    }
}

@Suite struct ExpressionTemplateTests {
    @Test(
        "a template is text with values in it",
        arguments: [
            ("plain $x ${y}", "plain $x ${y}"), ("${{ sample }}.bam", "a.bam"),
            ("a${{params.threads}}b${{ 1.5 }}", "a4b1.5"),
            ("${{ params.samples }}", "a b"), ("$${{ sample }}", "${{ sample }}"), ("${{ '}}' + \"${{\" }}", "}}${{"),
            ("$${{ x }} ${{ true }}", "${{ x }} true"), ("é${{ sample }}é", "éaé"),
        ])
    func rendering(source: String, text: String) throws {
        #expect(try Template(parsing: source).render(in: scope) == text)
    }

    @Test(
        "a template's error points into the template",
        arguments: [
            ("ab ${{ }}", "3: there is no expression between '${{' and '}}'"),
            ("ab ${{ sample", "3: '${{' has no closing '}}'"),
            ("ab ${{ sample } c", "16: expected an operator or '}}', found 'c'"),
            ("ab ${{ sampel }}", "7: 'sampel' is not a value of a fan-out here | Did you mean 'sample'?"),
            ("ab ${{ null }}", "7: 'null' is null, which has no text form"),
            (
                "ab ${{ params.sizes }}",
                "7: 'params.sizes' is a map, which has no text form "
                    + "| json(params.sizes) writes it as JSON."
            ),
        ])
    func errors(source: String, message: String) {
        do throws(ExpressionError) {
            Issue.record("\(try Template(parsing: source).render(in: scope))")
        } catch {
            #expect("\(error.offset): \(error.message)" + (error.hint.map { " | \($0)" } ?? "") == message)
        }
    }

    @Test("literal text and sole expressions are told apart")
    func shapes() throws {
        #expect(try Template(parsing: "plain").isLiteral)
        #expect(try Template(parsing: "$${{ x }}").isLiteral)
        #expect(try !Template(parsing: "${{ x }}").isLiteral)
        #expect(try Template(parsing: "${{ x + 1 }}").soleExpression?.source == "x + 1")
        #expect(try Template(parsing: "${{ x }} ").soleExpression == nil)
        #expect(try Template(literal: "echo ${{ x }}").render(in: Scope()) == "echo ${{ x }}")
    }

    @Test("a fan-out's output is that of its instances, each on lines of its own")
    func joining() {
        let values = TaskValues(joining: [
            TaskValues(stdout: "a"), TaskValues(), TaskValues(stdout: ""), TaskValues(stdout: "b\n"),
        ])
        #expect(values.stdout == "a\nb\n")
    }
}

@Suite struct ExpressionTextTests {
    @Test(
        "amounts of memory",
        arguments: [
            ("4GB", 4_000_000_000), ("4 gb", 4_000_000_000), ("1.5G", 1_500_000_000), ("512MiB", 536_870_912),
            ("2Gi", 2_147_483_648), ("1000", 1000), ("10k", 10_000), ("3TB", 3_000_000_000_000), ("0.0001K", 1),
        ])
    func bytes(text: String, bytes: Int64) {
        #expect(ByteCount.parse(text) == bytes)
    }

    @Test(
        "what is no amount is refused",
        arguments: ["", "GB", "4XB", "-1G", "4 G B", "1.2.3G", "i", "4iB", "99999999999T"])
    func notBytes(text: String) {
        #expect(ByteCount.parse(text) == nil)
    }

    @Test(
        "amounts are written with the digits that count",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1_000, "1 KB"), (3_200_000_000, "3.2 GB"), (999_950, "1 MB"),
            (536_870_912, "537 MB"), (-1_500, "-1.5 KB"), (9_960_000, "10 MB"), (Int64.max, "9223 PB"),
        ])
    func bytesText(bytes: Int64, text: String) {
        #expect(ByteCount.format(bytes) == text)
    }

    @Test(
        "durations",
        arguments: [
            ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("1h 30m", 5_400_000), ("2d", 172_800_000),
            ("12.5", 12_500), ("250ms", 250), ("1.5h", 5_400_000), ("0", 0),
        ])
    func durations(text: String, milliseconds: Int64) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "what is no duration is refused",
        arguments: ["", "h", "5x", "1m1h", "5m5", "1s1s", "-5s", "99999999d", "1..5s"])
    func notDurations(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(
        "durations are written in their two largest units",
        arguments: [
            (0, "0ms"), (350, "350ms"), (1_000, "1.0s"), (12_340, "12.3s"), (59_990, "1m 00s"), (65_000, "1m 05s"),
            (7_380_000, "2h 03m"), (3_599_900, "1h 00m"), (273_600_000, "3d 04h"), (-65_000, "-1m 05s"),
        ])
    func durationText(milliseconds: Int64, text: String) {
        #expect(DurationText.format(.milliseconds(milliseconds)) == text)
    }

    @Test("a suggestion is the closest name, or none")
    func suggestions() {
        let names = ["extract", "transform", "load", "Report"]
        #expect(Suggestion.closest(to: "extrct", among: names) == "extract")
        #expect(Suggestion.closest(to: "laod", among: names) == "load")
        #expect(Suggestion.closest(to: "report", among: names) == "Report")
        #expect(Suggestion.closest(to: "banana", among: names) == nil)
    }
}
