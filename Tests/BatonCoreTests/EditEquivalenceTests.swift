import BatonCore
import BatonTesting
import Testing

/// What edits that don't change the order must keep, whatever the workflow.
@Suite("Edited workflows do the same")
struct EditEquivalenceTests {
    @Test("every instance runs once, in an order that the original permits", arguments: Seed.range(0..<50))
    func sameWork(_ seed: UInt64) throws {
        let workflow = RandomWorkflow.make(seed: seed)
        let original = try workflow.expand(parameters: [])
        for edit in orderly(workflow, seed) {
            guard let edited = try? workflow.applying([edit]) else { continue }
            let expansion = try edited.expand(parameters: [])
            let origins = InstanceOrigins(original: original, edited: expansion, edits: [edit])
            let context = Comment(rawValue: "\(edit): \(Seed.replay(seed, "EditEquivalenceTests"))")
            try checkWork(workflow, original, edited, expansion, origins, context)
            checkOrder(original, expansion, origins, edit, context)
        }
    }

    @Test("to fuse several groups at once comes to the same as one after the other", arguments: Seed.range(0..<100))
    func severalGroups(_ seed: UInt64) throws {
        let workflow = RandomWorkflow.make(seed: seed)
        var edits: [WorkflowEdit] = []
        var seen: Set<String> = []
        for edit in RandomWorkflow.candidates(for: workflow, seed: seed) {
            guard case .fuse(let names) = edit, seen.isDisjoint(with: names) else { continue }
            edits.append(edit)
            seen.formUnion(names)
        }
        var expected: Workflow? = workflow
        for edit in edits { expected = try? expected?.applying([edit]) }
        #expect((try? workflow.applying(edits)) == expected, "\(Seed.replay(seed, "EditEquivalenceTests"))")
    }

    @Test("the seeds give each kind of edit to look at")
    func coverage() {
        var counts = [0, 0, 0, 0, 0]
        var fans = 0
        var siblings = 0
        for seed in UInt64(0)..<60 {
            let workflow = RandomWorkflow.make(seed: seed)
            for edit in orderly(workflow, seed) where (try? workflow.applying([edit])) != nil {
                switch edit {
                case .fuse(let tasks):
                    counts[0] += 1
                    let parts = workflow.tasks.filter { tasks.contains($0.name) }
                    if parts.contains(where: { $0.fanOut != nil }) { fans += 1 }
                    if parts[0].needs == parts[1].needs { siblings += 1 }
                case .merge: counts[1] += 1
                case .share: counts[2] += 1
                case .addSlot: counts[3] += 1
                case .setBatch: counts[4] += 1
                default: break
                }
            }
        }
        #expect(
            counts.allSatisfy { $0 > 8 } && fans > 3 && siblings > 5, "\(counts), \(fans) fans, \(siblings) siblings")
    }

    /// Edits that keep the order of the work.
    private func orderly(_ workflow: Workflow, _ seed: UInt64) -> [WorkflowEdit] {
        RandomWorkflow.candidates(for: workflow, seed: seed).filter { edit in
            switch edit {
            case .fuse, .merge, .share, .addLimit, .addSlot, .setBatch: true
            default: false
            }
        }
    }

    private func checkWork(
        _ workflow: Workflow, _ original: Expansion, _ edited: Workflow, _ expansion: Expansion,
        _ origins: InstanceOrigins, _ context: Comment
    ) throws {
        var done = Array(repeating: 0, count: original.instances.count)
        for (index, instance) in expansion.instances.enumerated() {
            for part in origins.parts[index] { done[part] += 1 }
            guard instance.kind == .command else { continue }
            let script = try script(of: instance, in: edited)
            let wanted = try origins.parts[index].map { try self.script(of: original.instances[$0], in: workflow) }
            let isSame = wanted.allSatisfy { $0 == script }
            var rest = script
            for (part, wanted) in zip(origins.parts[index], wanted) where !isSame {
                if let shared = expansion.instances.indices.first(where: { origins.sharedBy[$0].contains(part) }) {
                    let first = try self.script(of: expansion.instances[shared], in: edited)
                    let last = script.hasPrefix("set -e\n") ? String(script.dropFirst(7)) : script
                    #expect(first + "\n" + last == wanted, context)
                    continue
                }
                guard let found = rest.ranges(of: wanted).first else {
                    Issue.record("\(wanted) is not in \(script): \(context)")
                    continue
                }
                rest = String(rest[found.upperBound...])
            }
            let parts = origins.parts[index].map { original.instances[$0] }
            if instance.batch.isEmpty {
                #expect(parts.allSatisfy { $0.bindings == instance.bindings }, context)
            } else {
                #expect(parts.map(\.bindings) == instance.batch, context)
            }
            let outputs = Set(parts.flatMap { texts(\.outputs, of: $0, in: workflow) })
            let inputs = Set(parts.flatMap { texts(\.inputs, of: $0, in: workflow) })
            if !parts.isEmpty {
                #expect(Set(texts(\.inputs, of: instance, in: edited)) == inputs.subtracting(outputs), context)
                #expect(
                    Set(texts(\.outputs, of: instance, in: edited))
                        == outputs.subtracting(parts.count > 1 && outputs.count > 0 ? inputs : []).union(
                            Set(texts(\.outputs, of: parts[parts.count - 1], in: workflow))), context)
            }
        }
        #expect(done.allSatisfy { $0 == 1 }, context)
    }

    /// The order of the original is kept; and but for merged tasks and new ones, nobody waits for more than before.
    private func checkOrder(
        _ original: Expansion, _ expansion: Expansion, _ origins: InstanceOrigins, _ edit: WorkflowEdit,
        _ context: Comment
    ) {
        let (before, after) = (reachability(original.graph), reachability(expansion.graph))
        var place = Array(repeating: 0, count: original.instances.count)
        for (index, parts) in origins.parts.enumerated() {
            for part in parts { place[part] = index }
        }
        for late in original.instances.indices {
            for early in original.instances.indices where before[late][early] {
                if original.instances[early].kind != .command || original.instances[late].kind != .command { continue }
                if place[late] == place[early] {
                    let parts = origins.parts[place[late]]
                    #expect(parts.firstIndex(of: early)! < parts.firstIndex(of: late)!, context)
                } else {
                    #expect(after[place[late]][place[early]], context)
                }
            }
        }
        if case .merge = edit { return }
        // Who waits for a value of a batch waits for what its others wait for, but only through it.
        let isBatch = if case .setBatch = edit { true } else { false }
        for late in expansion.instances.indices {
            let direct = expansion.graph.dependencies(of: late)
            for early in expansion.instances.indices
            where isBatch ? direct.contains(Int32(early)) : after[late][early] {
                let (lateParts, earlyParts) = (origins.parts[late], origins.parts[early])
                if lateParts.isEmpty || earlyParts.isEmpty { continue }
                #expect(lateParts.contains { late in earlyParts.contains { before[late][$0] } }, context)
            }
        }
    }

    private func reachability(_ graph: Graph) -> [[Bool]] {
        var reaches = Array(repeating: Array(repeating: false, count: graph.count), count: graph.count)
        for node in (try? graph.topologicalOrder()) ?? [] {
            for dependency in graph.dependencies(of: Int(node)) {
                reaches[Int(node)][Int(dependency)] = true
                for index in 0..<graph.count where reaches[Int(dependency)][index] { reaches[Int(node)][index] = true }
            }
        }
        return reaches
    }

    private func texts(
        _ path: KeyPath<Workflow.Task, [Template]>, of instance: TaskInstance, in workflow: Workflow
    ) -> [String] {
        instance.parts.flatMap { bindings in
            workflow.tasks[Int(instance.task)][keyPath: path].compactMap {
                try? $0.render(in: Scope(bindings: bindings))
            }
        }
    }

    /// As text without its last line break; arguments quoted as a shell wants them.
    private func script(of instance: TaskInstance, in workflow: Workflow) throws -> String {
        if !instance.batch.isEmpty {
            let scopes = instance.batch.map { bindings in
                // What is read of others stays as it is written.
                Scope(bindings: bindings) { TaskValues(stdout: "${{ tasks.\($0).stdout }}") }
            }
            return String(try workflow.tasks[Int(instance.task)].action.batchScript(for: scopes).dropLast())
        }
        switch workflow.tasks[Int(instance.task)].action {
        case .arguments: return "exec cc -c 'it'\\''s' 'a b'"
        case .shell(let script):
            let source = script.source.replacing("${{ x }}", with: instance.bindings.first?.value.text ?? "")
            return source.hasSuffix("\n") ? String(source.dropLast()) : source
        }
    }
}
