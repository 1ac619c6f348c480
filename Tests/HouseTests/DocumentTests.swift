import BatonCore
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

    @Test("every example has its expected output, and every output its example")
    func examplesHaveOutputs() throws {
        for file in try Repository.files(in: "Examples", withExtension: ["yaml", "yml", "out"]) {
            let parts = file.path.split(separator: "/")
            guard parts.count == 3 else { continue }  // a file that an example works on
            #expect(
                file.path.hasSuffix(".out") || exists("Examples/\(parts[1])/\(parts[1]).out"),
                "\(file.path) has no Examples/\(parts[1])/\(parts[1]).out"
            )
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

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: Repository.root.appending(path: path).path)
    }
}
