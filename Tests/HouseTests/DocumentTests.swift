import BatonCore
import BatonFormats
import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    @Test("Docs/StateMachines.md shows the transition tables")
    func stateMachinesMatchTheTable() throws {
        let text = try Repository.text(of: "Docs/StateMachines.md")
        let parts = [
            TransitionTable.mermaid(TransitionTable.tasks), TransitionTable.markdown(TransitionTable.tasks),
            TransitionTable.mermaid(TransitionTable.runs), TransitionTable.markdown(TransitionTable.runs),
        ]
        for part in parts {
            #expect(text.contains(part), "put this into Docs/StateMachines.md:\n\(part)")
        }
    }

    @Test("Docs/Workflow-reference.md names every key of the schema")
    func referenceNamesEveryKey() throws {
        let text = try Repository.text(of: "Docs/Workflow-reference.md")
        let schema = try JSONSerialization.jsonObject(with: Data(WorkflowSchema.json.utf8))
        let keys = keys(in: schema)
        #expect(keys.contains("backoff") && keys.contains("glob"))
        for key in keys where !text.contains("`\(key)`") {
            Issue.record("Docs/Workflow-reference.md does not mention `\(key)`")
        }
    }

    @Test("every example has its transcript")
    func examplesHaveTranscripts() throws {
        let examples = Set(
            try Repository.files(in: "Examples").map { $0.path.split(separator: "/") }.filter { $0.count > 2 }.map {
                $0[1]
            })
        #expect(examples.count > 6)
        for name in examples.sorted() {
            #expect(exists("Examples/\(name)/\(name).out"), "Examples/\(name) has no transcript \(name).out")
        }
    }

    @Test("every link between documents leads somewhere")
    func linksLead() throws {
        let link = try Regex(#"\]\(([^)#\s]+)[^)]*\)"#, as: (Substring, Substring).self)
        for file in try Repository.files(withExtension: ["md"]) {
            let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
            for match in file.text.matches(of: link) where !match.1.contains("://") {
                #expect(exists("\(folder)/\(match.1)"), "\(file.path) links to \(match.1), which does not exist")
            }
        }
    }

    /// What stands under `properties`, at any depth.
    private func keys(in schema: Any) -> [String] {
        if let list = schema as? [Any] { return list.flatMap(keys) }
        guard let map = schema as? [String: Any] else { return [] }
        let own = (map["properties"] as? [String: Any])?.keys.sorted() ?? []
        return own + map.keys.sorted().flatMap { keys(in: map[$0] as Any) }
    }

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Repository.root.appending(path: path).path)
    }
}
