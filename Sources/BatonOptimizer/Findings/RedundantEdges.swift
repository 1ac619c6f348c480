import BatonCore

extension Graph {
    /// Edges whose order other edges ensure as well, by node and dependency.
    ///
    /// All of them can go at once: what remains is the transitive reduction.
    ///
    /// - Parameter others: edges that are not of this graph; redundant if their ends are connected in it.
    /// - Complexity: O((V + E) V / 64) time, O(V) space.
    /// - Source: Aho, Garey, Ullman 1972, doi:10.1137/0201008.
    func redundantEdges(order: [Int], others: [Edge] = []) -> Set<Edge> {
        var found: Set<Edge> = []
        let othersOf = Dictionary(grouping: others, by: \.node)
        let width = 64 * Bits.scalarCount
        // Dependencies by blocks of the order, so that memory does not grow with the square.
        var block = 0
        var reached = [Bits](repeating: .zero, count: count)
        while block < count {
            let members = order[block..<min(block + width, count)]
            for node in order { reached[node] = .zero }
            var bit = [Int](repeating: -1, count: count)
            for (place, node) in members.enumerated() { bit[node] = place }
            for node in order[block...] {
                var direct = Bits.zero
                var indirect = Bits.zero
                for dependency in dependencies(of: node) {
                    indirect |= reached[Int(dependency)]
                    if bit[Int(dependency)] >= 0 { direct.insert(bit[Int(dependency)]) }
                }
                let both = direct & indirect
                if both != .zero {
                    for dependency in dependencies(of: node) where bit[Int(dependency)] >= 0 {
                        if both.contains(bit[Int(dependency)]) {
                            found.insert(Edge(Int32(node), dependsOn: dependency))
                        }
                    }
                }
                reached[node] = direct | indirect
                for edge in othersOf[Int32(node)] ?? [] where bit[Int(edge.dependency)] >= 0 {
                    if reached[node].contains(bit[Int(edge.dependency)]) { found.insert(edge) }
                }
            }
            block += width
        }
        return found
    }
}

private typealias Bits = SIMD16<UInt64>

extension SIMD16<UInt64> {
    fileprivate mutating func insert(_ bit: Int) { self[bit / 64] |= 1 << UInt64(bit % 64) }

    fileprivate func contains(_ bit: Int) -> Bool { self[bit / 64] & 1 << UInt64(bit % 64) != 0 }
}

extension Analysis {
    /// Entries of `needs` that say what other dependencies say already.
    static func redundantDependencies(_ context: Context) -> [Finding] {
        let subject = context.subject
        let redundant = context.redundant
        guard !redundant.isEmpty else { return [] }
        var edits: [[WorkflowEdit]] = Array(repeating: [], count: context.families.families.count)
        for (index, task) in subject.workflow.tasks.enumerated() {
            for need in task.needs {
                let targets = subject.targets(of: need, in: index)
                let isRedundant = targets?.allSatisfy { target in
                    redundant.contains(Graph.Edge(Int32(target.instance), dependsOn: Int32(target.dependency)))
                }
                guard isRedundant == true else { continue }
                edits[context.families.family[index]].append(.removeNeed(task: task.name, need: need.source))
            }
        }
        return edits.filter { !$0.isEmpty }.map { edits in
            let tasks = edits.reduce(into: [String]()) { if $0.last != $1.tasks[0] { $0 += $1.tasks } }
            guard case .removeNeed(let task, let need) = edits[0] else { preconditionFailure("no need") }
            let more = edits.count == 1 ? "" : " So it is with \(edits.count - 1) more."
            return Finding(
                kind: .redundantDependency, tasks: tasks,
                evidence: ["'\(task)' needs '\(need)', for which it waits anyway, by what else it needs.\(more)"],
                rewrite: "Leave out \(edits.count == 1 ? "the entry" : "these \(edits.count) entries") of 'needs'.",
                edits: edits, preserves: .order, risk: .none)
        }
    }
}
