/// Nodes on a cycle in the order in which each comes before the next, and the last before the first.
public struct GraphCycle: Error, Hashable, Sendable {
    public var nodes: [Int32]

    public init(nodes: [Int32]) {
        self.nodes = nodes
    }
}

extension Graph {
    /// Every node after all that it depends on; among those that are free, the one freed first, then the lowest.
    ///
    /// - Throws: one cycle when there is any, beginning with its lowest node.
    /// - Complexity: O(V + E).
    /// - Source: Kahn 1962, doi:10.1145/368996.369025.
    public func topologicalOrder() throws(GraphCycle) -> [Int32] {
        var waitingFor = (0..<count).map { Int32(dependencies(of: $0).count) }
        var order: [Int32] = []
        order.reserveCapacity(count)
        for node in 0..<count where waitingFor[node] == 0 { order.append(Int32(node)) }
        var next = 0
        while next < order.count {
            for successor in successors(of: Int(order[next])) {
                waitingFor[Int(successor)] -= 1
                if waitingFor[Int(successor)] == 0 { order.append(successor) }
            }
            next += 1
        }
        guard order.count == count else { throw cycle(among: waitingFor) }
        return order
    }

    /// Walks backwards: a node that still waits has a dependency that still waits, so a node must come twice.
    private func cycle(among waitingFor: [Int32]) -> GraphCycle {
        var walk: [Int32] = []
        var place = [Int32](repeating: -1, count: count)
        var node = Int32(waitingFor.firstIndex { $0 > 0 }!)
        while place[Int(node)] < 0 {
            place[Int(node)] = Int32(walk.count)
            walk.append(node)
            node = dependencies(of: Int(node)).first { waitingFor[Int($0)] > 0 }!
        }
        let nodes = Array(walk[Int(place[Int(node)])...].reversed())
        let lowest = nodes.indices.min { nodes[$0] < nodes[$1] }!
        return GraphCycle(nodes: Array(nodes[lowest...] + nodes[..<lowest]))
    }
}
