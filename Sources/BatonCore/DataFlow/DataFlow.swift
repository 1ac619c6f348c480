/// Which dependencies the files that tasks were seen to use speak for, and which they speak against.
///
/// Of `a → b` and `c`, where `a` wrote `x`, and both `b` and `c` read it: nothing makes `c` wait for `a`, so `missing` has
/// `a`, `c` and `x`. What was seen in one run is evidence, no proof: another run may take another branch.
public struct DataFlow: Hashable, Sendable {
    /// Two tasks that use the same file, one of which changes it, and that nothing brings in order: a race.
    public struct Missing: Hashable, Sendable {
        /// Should come first.
        public var from: Int32
        /// Should wait for it.
        public var to: Int32
        public var kind: Kind
        /// The file; the first where there are several.
        public var path: String
        /// How many files it is true of.
        public var pathCount: Int

        public init(from: Int32, to: Int32, kind: Kind, path: String, pathCount: Int = 1) {
            self.from = from
            self.to = to
            self.kind = kind
            self.path = path
            self.pathCount = pathCount
        }
    }

    public enum Kind: String, Hashable, Sendable, Codable {
        /// `to` reads what `from` wrote.
        case reads
        /// `to` looked for what `from` writes, and it was not there: it came too early.
        case misses
        /// `to` deletes what `from` read.
        case deletes
    }

    /// A dependency over which no file flows.
    public struct Link: Hashable, Sendable {
        public var from: Int32
        public var to: Int32

        public init(from: Int32, to: Int32) {
            self.from = from
            self.to = to
        }
    }

    /// Ordered by `from`, `to` and kind.
    public private(set) var missing: [Missing] = []
    /// Dependencies between tasks that share no file that either of them changes, in the order of `Graph.edges`.
    ///
    /// A file that is read after it was written counts, and so does one that is written or deleted after it was used: the
    /// order matters then, too. A folder counts for what is done inside when only the first of the two makes it. A task that
    /// was not observed, or not wholly, is given the benefit of the doubt.
    public private(set) var withoutFlow: [Link] = []
    /// False when so many tasks share a file that not all pairs of them were compared.
    public private(set) var isComplete = true

    /// - Parameters:
    ///   - graph: what the run was told; acyclic.
    ///   - observed: for each node what it was seen to use, `[V]`; nil where nobody looked, and of groups.
    ///   - isGroup: nodes that run nothing and stand for what they depend on.
    ///   - hasOtherFlow: whether something else than files flows over an edge, such as what a task printed.
    /// - Complexity: with `P` paths in `observed` and `N` pairs that share one: O(P log P + N log N) and, for the ways from
    ///   `S` of them, O((V + E) S / 64). 10,000 tasks with 100 files each take about a second.
    public init(
        _ graph: Graph, observed: [ObservedFiles?], isGroup: (Int) -> Bool = { _ in false },
        hasOtherFlow: (Graph.Edge) -> Bool = { _ in false }
    ) {
        precondition(observed.count == graph.count, "\(observed.count) observations for \(graph.count) nodes")
        guard let order = try? graph.topologicalOrder() else { preconditionFailure("data flow with a cycle") }
        let files = FileUses(observed)
        var pairs = files.pairs(isComplete: &isComplete)
        pairs.removeAll { Self.isDirect($0.from, $0.to, in: graph) }
        let isOrdered = Reachability(graph, order: order).connects(pairs.map { ($0.from, $0.to) })
        for (pair, isOrdered) in zip(pairs, isOrdered) where !isOrdered {
            missing.append(
                Missing(
                    from: pair.from, to: pair.to, kind: pair.kind, path: files.paths[Int(pair.path)],
                    pathCount: pair.pathCount))
        }

        let uses = files.uses(standingFor: graph, order: order, isGroup: isGroup)
        for edge in graph.edges where !isGroup(Int(edge.node)) && !hasOtherFlow(edge) {
            guard let first = uses[Int(edge.dependency)], let second = uses[Int(edge.node)] else { continue }
            if !files.flows(from: first, to: second) {
                withoutFlow.append(Link(from: edge.dependency, to: edge.node))
            }
        }
    }

    private static func isDirect(_ first: Int32, _ second: Int32, in graph: Graph) -> Bool {
        graph.dependencies(of: Int(second)).hasElement(first) || graph.dependencies(of: Int(first)).hasElement(second)
    }
}

extension ArraySlice<Int32> {
    /// Of a sorted row.
    fileprivate func hasElement(_ element: Int32) -> Bool {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low < endIndex && self[low] == element
    }
}
