extension Graph {
    /// Longest path from each node to an exit, its own time included (HEFT's *upward rank*).
    ///
    /// For `a → b → c` and `a → d` with times 1, 2, 3 and 10 ns: `a` 11, `b` 5, `c` 3, `d` 10.
    ///
    /// - Parameter nanoseconds: expected execution time, `[V]`, each ≥ 0. Sums stop at `Int64.max`.
    /// - Returns: `[V]`; exits hold their own time.
    /// - Complexity: O(V + E) time, O(V) space.
    /// - Source: Topcuoglu, Hariri, Wu 2002, equation 3, doi:10.1109/71.993206. Communication cost omitted: tasks here
    ///   share a file system.
    public func upwardRanks(nanoseconds: [Int64]) -> [Int64] {
        precondition(nanoseconds.count == count, "\(nanoseconds.count) times for \(count) nodes")
        guard let order = try? topologicalOrder() else { preconditionFailure("ranks of a graph with a cycle") }
        var ranks = nanoseconds
        for node in order.reversed() {
            var longest: Int64 = 0
            for successor in successors(of: Int(node)) { longest = max(longest, ranks[Int(successor)]) }
            let (sum, overflow) = ranks[Int(node)].addingReportingOverflow(longest)
            ranks[Int(node)] = overflow ? .max : sum
        }
        return ranks
    }

    /// When each node must have ended so that it and all behind it end in time.
    ///
    /// - Parameters:
    ///   - ownEnds: latest end of each node for its own sake, `[V]`; `Int64.max` where nobody asks for one.
    ///   - nanoseconds: expected execution time, `[V]`, each ≥ 0.
    /// - Returns: `[V]`, `Int64.max` where nothing is due.
    /// - Complexity: O(V + E) time, O(V) space.
    public func latestEnds(ownEnds: [Int64], nanoseconds: [Int64]) -> [Int64] {
        guard let order = try? topologicalOrder() else { preconditionFailure("latest ends of a graph with a cycle") }
        var ends = ownEnds
        for node in order.reversed() {
            for successor in successors(of: Int(node)) where ends[Int(successor)] != .max {
                ends[Int(node)] = min(ends[Int(node)], ends[Int(successor)] - nanoseconds[Int(successor)])
            }
        }
        return ends
    }

    /// The largest value of each node and all that depends on it, directly or not.
    public func highestBehind(_ values: [Int32]) -> [Int32] {
        guard let order = try? topologicalOrder() else { preconditionFailure("values behind nodes of a cycle") }
        var highest = values
        for node in order.reversed().map(Int.init) {
            for successor in successors(of: node) { highest[node] = max(highest[node], highest[Int(successor)]) }
        }
        return highest
    }

    /// The nodes of a longest path, first to last; the lowest node where several are equally long.
    ///
    /// - Parameter ranks: upward ranks of this graph.
    public func criticalPath(ranks: [Int64]) -> [Int32] {
        func longest(_ nodes: some Sequence<Int32>) -> Int32? {
            var best: Int32?
            for node in nodes where best.map({ ranks[Int(node)] > ranks[Int($0)] }) ?? true { best = node }
            return best
        }
        var path: [Int32] = []
        let entries = (0..<Int32(count)).lazy.filter { dependencies(of: Int($0)).isEmpty }
        var next = longest(entries)
        while let node = next {
            path.append(node)
            next = longest(successors(of: Int(node)))
        }
        return path
    }
}
