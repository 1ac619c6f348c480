/// Answers whether paths lead from nodes to others, for many pairs at once.
struct Reachability {
    private let graph: Graph
    private let order: [Int32]
    private var place: [Int32]

    /// - Parameter order: a topological order of the graph.
    init(_ graph: Graph, order: [Int32]) {
        self.graph = graph
        self.order = order
        place = Array(repeating: 0, count: graph.count)
        for (index, node) in order.enumerated() { place[Int(node)] = Int32(index) }
    }

    /// Words of 64 sources that are followed through the graph together.
    private static let width = 16

    /// - Returns: for each pair whether a path leads from one to the other, in whichever direction.
    /// - Complexity: O((V + E) S / 64) for pairs with `S` different earlier nodes, in 1,024 of them at a time.
    func connects(_ pairs: [(Int32, Int32)]) -> [Bool] {
        // Only the earlier of two can lead to the later.
        let directed = pairs.map { place[Int($0.0)] < place[Int($0.1)] ? ($0.0, $0.1) : ($0.1, $0.0) }
        var answers = [Bool](repeating: false, count: pairs.count)
        let byAge = directed.indices.sorted { place[Int(directed[$0].0)] < place[Int(directed[$1].0)] }
        var next = 0
        while next < byAge.count {
            var sources: [Int32] = []
            var end = next
            var bits: [Int] = []
            while end < byAge.count {
                let source = directed[byAge[end]].0
                if sources.last != source {
                    if sources.count == Self.width * 64 { break }
                    sources.append(source)
                }
                bits.append(sources.count - 1)
                end += 1
            }
            let reached = follow(sources)
            for (index, bit) in zip(next..<end, bits) {
                let target = Int(place[Int(directed[byAge[index]].1)])
                answers[byAge[index]] = reached[target * Self.width + bit / 64] & (1 << UInt64(bit % 64)) != 0
            }
            next = end
        }
        return answers
    }

    /// - Returns: for each node, in topological order, the set of sources that lead to it.
    private func follow(_ sources: [Int32]) -> [UInt64] {
        var reached = [UInt64](repeating: 0, count: graph.count * Self.width)
        for (bit, source) in sources.enumerated() {
            reached[Int(place[Int(source)]) * Self.width + bit / 64] |= 1 << UInt64(bit % 64)
        }
        guard let first = sources.first else { return reached }
        reached.withUnsafeMutableBufferPointer { reached in
            // Nothing before the first source is reached by any.
            for index in Int(place[Int(first)])..<order.count {
                let row = index * Self.width
                for dependency in graph.dependencies(of: Int(order[index])) {
                    let from = Int(place[Int(dependency)]) * Self.width
                    for word in 0..<Self.width { reached[row + word] |= reached[from + word] }
                }
            }
        }
        return reached
    }
}
