import BatonCore
import BatonTesting
import Foundation
import Testing

@testable import BatonFormats

/// Whatever the file's style: an edited text means the edited workflow, and all else is left as it is.
@Suite("Edited texts mean edited workflows")
struct WorkflowEditPropertyTests {
    @Test("in random workflows of random styles", arguments: Seed.range(0..<50))
    func random(_ seed: UInt64) throws {
        let workflow = RandomWorkflow.make(seed: seed)
        let styled = StyledText(workflow, seed: seed)
        let file = try WorkflowFile(styled.text, file: "test.yaml", as: .yaml)
        try #require(file.workflow == workflow, "\(Seed.replay(seed, "WorkflowEditPropertyTests"))\n\(styled.text)")
        for edits in series(workflow, seed) {
            let expected = try workflow.applying(edits)
            let context = Comment(
                rawValue: "\(edits): \(Seed.replay(seed, "WorkflowEditPropertyTests"))\n\(styled.text)")
            do {
                let text = try file.edited(by: edits)
                try check(text, means: expected, context)
                checkKept(styled, text, edits, workflow, context)
            } catch {
                Issue.record(error, context)
            }
        }
    }

    @Test("in JSON, whether laid out or on one line", arguments: Seed.range(0..<25))
    func json(_ seed: UInt64) throws {
        let workflow = RandomWorkflow.make(seed: seed)
        let value = StyledText.value(of: workflow)
        let text = seed % 3 == 0 ? value.json : JSONText.write(value)
        let file = try WorkflowFile(text, file: "test.json", as: .json)
        for edits in series(workflow, seed) {
            let context = Comment(rawValue: "\(edits): \(Seed.replay(seed, "WorkflowEditPropertyTests"))\n\(text)")
            do {
                let found = try JSONFormat.decode(try file.edited(by: edits), file: "test.json").workflow
                #expect(found == (try workflow.applying(edits)), context)
            } catch {
                Issue.record(error, context)
            }
        }
    }

    @Test("in the examples and in the files of other tests", arguments: exampleFiles())
    func examples(_ path: String) throws {
        let file = try WorkflowFile.read(path)
        var count = 0
        for seed in UInt64(0)..<8 {
            for edits in series(file.workflow, seed) {
                let expected = try file.workflow.applying(edits)
                guard let text = try? file.edited(by: edits) else { continue }
                count += 1
                let found = try WorkflowFile(text, file: path, as: .yaml).workflow
                #expect(Self.sorted(found) == Self.sorted(expected), "\(edits) in \(path)")
                let kept = Self.comments(in: text)
                let isStructural = edits.contains { $0.tasks.count > 1 }
                if !isStructural, !edits.contains(where: \.removesLines) {
                    #expect(Self.comments(in: file.source).allSatisfy(kept.contains), "\(edits) in \(path)")
                }
            }
        }
        #expect(count > 10, "hardly any edit was possible in \(path)")
    }

    @Test("in files with a byte changed, or not at all")
    func mutated() throws {
        let bytes = Array(try Golden.text("Workflows/full.yaml").utf8)
        var generator = SeededGenerator(seed: 3)
        var count = 0
        for seed in UInt64(0)..<250 {
            var changed = bytes
            let marks = Array("{}[]:,#&*!|>'\"-? \n\t\r".utf8)
            changed[Int.random(in: changed.indices, using: &generator)] = marks.randomElement(using: &generator)!
            let text = String(decoding: changed, as: UTF8.self)
            guard let file = try? WorkflowFile(text, file: "test.yaml", as: .yaml) else { continue }
            let candidates = RandomWorkflow.candidates(for: file.workflow, seed: seed)
            for edit in candidates.shuffled(using: &generator).prefix(5) {
                guard let expected = try? file.workflow.applying([edit]), let found = try? file.edited(by: [edit])
                else { continue }
                count += 1
                let workflow = try WorkflowFile(found, file: "test.yaml", as: .yaml).workflow
                #expect(Self.sorted(workflow) == Self.sorted(expected), "\(edit)\n\(text)")
            }
        }
        #expect(count > 50)
    }

    /// Some edits of a workflow, one or several at a time, all of them possible.
    private func series(_ workflow: Workflow, _ seed: UInt64) -> [[WorkflowEdit]] {
        let candidates = RandomWorkflow.candidates(for: workflow, seed: seed)
        var series: [[WorkflowEdit]] = []
        for edit in candidates.prefix(12) where (try? workflow.applying([edit])) != nil { series.append([edit]) }
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            var edits: [WorkflowEdit] = []
            for edit in candidates.shuffled(using: &generator).prefix(6) {
                if (try? workflow.applying(edits + [edit])) != nil { edits.append(edit) }
            }
            series.append(edits)
        }
        return series
    }

    private func check(_ text: String, means expected: Workflow, _ context: Comment) throws {
        let found = try WorkflowFile(text, file: "test.yaml", as: .yaml).workflow
        #expect(Self.sorted(found) == Self.sorted(expected), "\(context)\n\(text)")
    }

    /// Comments stay unless what they stand beside goes, and lines of other tasks stay byte by byte.
    private func checkKept(
        _ styled: StyledText, _ text: String, _ edits: [WorkflowEdit], _ workflow: Workflow, _ context: Comment
    ) {
        let kept = Self.comments(in: text)
        for comment in Self.comments(in: styled.text) where !kept.contains(comment) {
            let path = comment.split(separator: " ")[1].dropFirst().split(separator: "/").map(String.init)
            let isRemoved = edits.contains { $0.mayRemove(path) }
            #expect(isRemoved, "\(comment) is lost: \(context)\n\(text)")
        }
        var touched = Set(edits.flatMap(\.tasks))
        for case .merge(let name, _) in edits {
            let needing = workflow.tasks.filter { $0.needs.contains { $0.source.hasPrefix(name) } }
            touched.formUnion(needing.map(\.name))
        }
        for case .fuse(let names) in edits {
            let needing = workflow.tasks.filter {
                $0.needs.contains { names.contains(String($0.source.prefix { $0 != "[" })) }
            }
            touched.formUnion(needing.map(\.name) + workflow.tasks.filter(\.isFinally).map(\.name))
        }
        let limits = edits.contains { $0.concernsLimits }
        var rest = text.split(separator: text.contains("\r\n") ? "\r\n" : "\n", omittingEmptySubsequences: false)[...]
        for line in styled.owners where !line.text.isEmpty && !touched.contains(line.owner) {
            if limits, line.text.contains("db") || line.text.contains("limits") || line.owner.isEmpty { continue }
            guard let place = rest.firstIndex(where: { $0 == line.text }) else {
                Issue.record("the line '\(line.text)' has changed: \(context)\n\(text)")
                return
            }
            rest = rest[(place + 1)...]
        }
    }

    private static func comments(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            guard let mark = line.range(of: "# ") else { return nil }
            return String(line[mark.lowerBound...])
        }
    }

    private static func sorted(_ workflow: Workflow) -> Workflow {
        var workflow = workflow
        workflow.limits.sort { $0.name < $1.name }
        for task in workflow.tasks.indices { workflow.tasks[task].request.slots.sort { $0.limit < $1.limit } }
        return workflow
    }
}

private func exampleFiles() -> [String] {
    let root = Golden.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(atPath: root.path + "/Examples")?.compactMap { $0 as? String } ?? []
    let golden = ["rnaseq", "full", "sizing"].map { Golden.folder.path + "/Workflows/\($0).yaml" }
    return files.filter { $0.hasSuffix(".yaml") }.sorted().map { root.path + "/Examples/" + $0 } + golden
}

extension WorkflowEdit {
    fileprivate var concernsLimits: Bool {
        switch self {
        case .setLimit, .addLimit, .addSlot, .removeSlots: true
        default: false
        }
    }

    fileprivate var removesLines: Bool {
        switch self {
        case .removeNeed, .removeSlots, .setRetries: true
        default: false
        }
    }

    /// True of a comment that stands beside something that this edit takes away or writes anew.
    fileprivate func mayRemove(_ path: [String]) -> Bool {
        switch self {
        case .removeNeed(let task, _): path.dropFirst().starts(with: [task, "needs"])
        case .removeSlots(let task, _):
            path.first == "limits" || path.dropFirst().starts(with: [task, "resources"])
        case .setRetries(let task, _): path.dropFirst().starts(with: [task, "retries", "on"])
        case .fuse(let tasks):
            path.count > 1 && tasks.dropLast().contains(path[1])
                || path.count > 2 && tasks.last == path[1] && !["foreach", "env", "cache"].contains(path[2])
                || path.count > 2 && path[2] == "needs"
        case .merge(let task, let kept):
            path.count > 1
                && (path[1] == task || path[1] == kept && path.count > 2 || path.count > 2 && path[2] == "needs")
        case .share(let tasks, _, _): path.count > 2 && tasks.contains(path[1]) && ["run", "needs"].contains(path[2])
        default: false
        }
    }
}
