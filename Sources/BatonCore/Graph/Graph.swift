/// Which nodes must come before which, as flat arrays: `V` nodes numbered from zero, `E` dependencies.
///
/// Both directions are stored in compressed sparse rows; each row is sorted and has no duplicates.
public struct Graph: Hashable, Sendable {
    public private(set) var count: Int
    private var dependencyOffsets: [Int32]
    private var dependencyTargets: [Int32]
    private var successorOffsets: [Int32]
    private var successorTargets: [Int32]

    /// `node` cannot start before `dependency` has succeeded.
    public struct Edge: Hashable, Sendable {
        public var node: Int32
        public var dependency: Int32

        public init(_ node: Int32, dependsOn dependency: Int32) {
            self.node = node
            self.dependency = dependency
        }
    }

    /// - Parameter edges: in any order; repeated ones count once.
    /// - Complexity: O(V + E).
    public init(count: Int, edges: [Edge]) {
        self.count = count
        // A row filled in the order of the other direction's rows is sorted, so transposing sorts.
        let unsorted = Rows(count: count, length: edges.count) { place in
            for edge in edges { place(edge.dependency, edge.node) }
        }
        let dependencies = unsorted.transposed().withoutRepetition()
        let successors = dependencies.transposed()
        dependencyOffsets = dependencies.offsets
        dependencyTargets = dependencies.targets
        successorOffsets = successors.offsets
        successorTargets = successors.targets
    }

    /// - Parameter dependencies: for each node what it waits for.
    public init(dependencies: [[Int32]]) {
        var edges: [Edge] = []
        for (node, row) in dependencies.enumerated() {
            for dependency in row { edges.append(Edge(Int32(node), dependsOn: dependency)) }
        }
        self.init(count: dependencies.count, edges: edges)
    }

    /// Adds nodes behind those that are there.
    ///
    /// - Parameter dependencies: for each of them what it waits for, old nodes only.
    /// - Complexity: O(new nodes), and O(V + E) when one of them waits for something.
    mutating func append(dependencies: [[Int32]]) {
        guard dependencies.allSatisfy(\.isEmpty) else {
            let new = dependencies.enumerated().flatMap { offset, row in
                row.map { Edge(Int32(count + offset), dependsOn: $0) }
            }
            self = Graph(count: count + dependencies.count, edges: edges + new)
            return
        }
        count += dependencies.count
        dependencyOffsets += Array(repeating: Int32(dependencyTargets.count), count: dependencies.count)
        successorOffsets += Array(repeating: Int32(successorTargets.count), count: dependencies.count)
    }

    public var edgeCount: Int { dependencyTargets.count }

    /// What the node waits for, ascending.
    public func dependencies(of node: Int) -> ArraySlice<Int32> {
        dependencyTargets[Int(dependencyOffsets[node])..<Int(dependencyOffsets[node + 1])]
    }

    /// What waits for the node, ascending.
    public func successors(of node: Int) -> ArraySlice<Int32> {
        successorTargets[Int(successorOffsets[node])..<Int(successorOffsets[node + 1])]
    }

    /// The edges ordered by node and then by dependency.
    public var edges: [Edge] {
        var edges: [Edge] = []
        edges.reserveCapacity(edgeCount)
        for node in 0..<count {
            for dependency in dependencies(of: node) { edges.append(Edge(Int32(node), dependsOn: dependency)) }
        }
        return edges
    }
}

/// One direction of a graph in compressed sparse rows.
private struct Rows {
    /// Row `i` is `targets[offsets[i]..<offsets[i + 1]]`.
    var offsets: [Int32]
    var targets: [Int32]

    /// A counting sort by row; `visit` is called twice and must place the same pairs in the same order.
    init(count: Int, length: Int, visit: ((_ row: Int32, _ target: Int32) -> Void) -> Void) {
        var offsets = [Int32](repeating: 0, count: count + 1)
        visit { row, _ in offsets[Int(row) + 1] += 1 }
        for row in 0..<count { offsets[row + 1] += offsets[row] }
        var next = offsets
        var targets = [Int32](repeating: 0, count: length)
        visit { row, target in
            targets[Int(next[Int(row)])] = target
            next[Int(row)] += 1
        }
        self.offsets = offsets
        self.targets = targets
    }

    var count: Int { offsets.count - 1 }

    func transposed() -> Rows {
        Rows(count: count, length: targets.count) { place in
            for row in 0..<count {
                for index in offsets[row]..<offsets[row + 1] { place(targets[Int(index)], Int32(row)) }
            }
        }
    }

    /// - Precondition: rows are sorted.
    func withoutRepetition() -> Rows {
        var result = self
        result.targets.removeAll(keepingCapacity: true)
        for row in 0..<count {
            result.offsets[row] = Int32(result.targets.count)
            for index in offsets[row]..<offsets[row + 1] {
                let target = targets[Int(index)]
                let isFirst = result.targets.count == Int(result.offsets[row])
                if isFirst || result.targets.last != target { result.targets.append(target) }
            }
        }
        result.offsets[count] = Int32(result.targets.count)
        return result
    }
}
