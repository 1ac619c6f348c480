import ArgumentParser
import BatonFormats
import Glibc

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of workflow files, for editors.",
        discussion: """
            With the YAML language server, put this at the top of a workflow:
              # yaml-language-server: $schema=baton.schema.json
            """
    )

    func run() throws {
        Output.write(WorkflowSchema.json, to: STDOUT_FILENO)
    }
}
