import BatonCore
import Testing

@testable import BatonFormats

@Suite struct RoundTripTests {
    @Test("a printed workflow reads back as the same", arguments: Golden.files(in: "Workflows", "yaml"))
    func printed(_ file: String) throws {
        let workflow = try YAMLFormat.decode(Golden.text("Workflows/\(file)"), file: file).workflow
        let text = YAMLFormat.encode(workflow)
        try Golden.expect(text, equals: "Workflows/\(file).printed")
        #expect(try yaml(text) == workflow)
    }

    @Test(
        "any text survives being printed and read",
        arguments: [
            "", " ", "a", "-", "- a", "a: b", "a #b", "#", "null", "~", "1", "0x1F", "1e3", "true", "yes", "\"", "'",
            "\\", "\t", "a\n", "\na", "a\n\n", "a\nb", "a\n b\n", " a\nb", "a\r\nb", "é", "\u{85}", "\u{2028}",
            "\u{FEFF}",
            "\u{0}", "\u{7F}", "🎼", "[", "]", "{", "}", "{}", "a,b", "a]", "*a", "&a", "!a", "|", ">", "%a", "@", "`",
            "?", "? a", ":", "a:", "---", "...", "$", "${{ 1 }}", "${{ \"}\" }}", "x ${{ 1 }} {y", "$${{ a }}",
            "\u{10FF7B}",
            "a\n  \nb\n", "\tb\nc\n", "a\n\t", "<<",
        ])
    func scalars(_ text: String) throws {
        var task = Workflow.Task(name: "t", action: .shell(try Template(parsing: "x" + text)))
        task.needs = []
        task.environment = [.init(name: "V", value: try Template(parsing: text))]
        let list = Workflow.Task(
            name: "l", action: .arguments([try Template(parsing: "x"), try Template(parsing: text)]))
        let workflow = Workflow(name: text.isEmpty ? "n" : text, tasks: [task, list])
        #expect(try yaml(YAMLFormat.encode(workflow)) == workflow)
    }
}
