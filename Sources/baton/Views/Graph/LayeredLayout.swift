import BatonCore

/// Places of nodes in columns, dependencies to the left, with few crossings and short edges.
///
/// Layers by longest path; long edges get a point in every layer that they pass; orders by barycentre sweeps; heights
/// as close to the neighbours' mean as the order permits.
///
/// - Source: Sugiyama, Tagawa, Toda 1981, doi:10.1109/TSMC.1981.4308636; heights by pooling adjacent violators
///   (Ayer et al. 1955, doi:10.1214/aoms/1177728423).
struct LayeredLayout {
    /// Column of each node.
    private(set) var layer: [Int]
    /// Middle of each node, in units of the height of a row, from 0.
    private(set) var y: [Double]
    /// For each edge of `graph.edges` the points between its ends: column and height.
    private(set) var bends: [[(layer: Int, y: Double)]]
    let layerCount: Int

    /// - Parameter isLast: true for nodes that come after all others without an edge that says so.
    init(_ graph: Graph, isLast: [Bool]) {
        layer = Self.layers(of: graph)
        Self.moveBehind(&layer, isLast, graph)
        layerCount = (layer.max() ?? -1) + 1
        var net = Net(graph, layer: layer, layerCount: layerCount)
        net.sortLayers()
        let heights = net.heights()
        y = Array(heights.prefix(graph.count))
        bends = net.chains.map { chain in chain.map { (net.layer[$0], heights[$0]) } }
    }

    /// As far left as dependencies allow, but entries right before the first that needs them.
    private static func layers(of graph: Graph) -> [Int] {
        guard let order = try? graph.topologicalOrder() else { preconditionFailure("a drawn graph has no cycles") }
        var layer = [Int](repeating: 0, count: graph.count)
        for node in order.map(Int.init) {
            for dependency in graph.dependencies(of: node) {
                layer[node] = max(layer[node], layer[Int(dependency)] + 1)
            }
        }
        for node in 0..<graph.count where graph.dependencies(of: node).isEmpty {
            if let first = graph.successors(of: node).map({ layer[Int($0)] }).min() { layer[node] = first - 1 }
        }
        return layer
    }
}

extension LayeredLayout {
    private static func moveBehind(_ layer: inout [Int], _ isLast: [Bool], _ graph: Graph) {
        guard isLast.contains(true), isLast.contains(false) else { return }
        let nodes = zip(layer, isLast)
        let first = (nodes.compactMap { $1 ? nil : $0 }.max() ?? -1) + 1
        let offset = first - (nodes.compactMap { $1 ? $0 : nil }.min() ?? 0)
        for node in layer.indices where isLast[node] && offset > 0 { layer[node] += offset }
    }
}

/// The nodes and the points of long edges, connected only between neighbouring layers.
private struct Net {
    private(set) var layer: [Int]
    /// For each edge, its points from left to right.
    private(set) var chains: [[Int]] = []
    private var left: [[Int]]
    private var right: [[Int]]
    /// Top to bottom, by layer.
    private var rows: [[Int]]
    private var place: [Int]

    init(_ graph: Graph, layer: [Int], layerCount: Int) {
        self.layer = layer
        left = Array(repeating: [], count: graph.count)
        right = left
        rows = Array(repeating: [], count: layerCount)
        place = []
        for edge in graph.edges { add(edge) }
        place = Array(repeating: 0, count: self.layer.count)
        for (node, layer) in self.layer.enumerated() { rows[layer].append(node) }
        for layer in rows.indices { number(layer) }
    }

    private mutating func add(_ edge: Graph.Edge) {
        let (from, to) = (Int(edge.dependency), Int(edge.node))
        var chain: [Int] = []
        var previous = from
        for column in stride(from: layer[from] + 1, to: layer[to], by: 1) {
            let point = layer.count
            layer.append(column)
            left.append([])
            right.append([])
            connect(previous, point)
            chain.append(point)
            previous = point
        }
        connect(previous, to)
        chains.append(chain)
    }

    private mutating func connect(_ from: Int, _ to: Int) {
        right[from].append(to)
        left[to].append(from)
    }

    private mutating func number(_ layer: Int) {
        for (position, node) in rows[layer].enumerated() { place[node] = position }
    }

    // MARK: Order

    /// Sorts each layer by the mean place of the neighbours, back and forth, and keeps the order with fewest crossings.
    mutating func sortLayers() {
        var best = rows
        var fewest = crossings()
        for sweep in 0..<12 where fewest > 0 {
            let isForward = sweep % 2 == 0
            let columns = isForward ? Array(rows.indices.dropFirst()) : Array(rows.indices.dropLast().reversed())
            for column in columns {
                let neighbours = isForward ? left : right
                let keys = rows[column].map { mean(of: neighbours[$0]) ?? Double(place[$0]) }
                let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
                rows[column] = order.map { rows[column][$0] }
                number(column)
            }
            let count = crossings()
            if count < fewest {
                fewest = count
                best = rows
            }
        }
        rows = best
        for layer in rows.indices { number(layer) }
    }

    private func mean(of nodes: [Int]) -> Double? {
        nodes.isEmpty ? nil : Double(nodes.reduce(0) { $0 + place[$1] }) / Double(nodes.count)
    }

    /// Pairs of edges that cross, by counting inversions with a binary indexed tree.
    private func crossings() -> Int {
        var total = 0
        for column in rows.indices.dropFirst() {
            var tree = [Int](repeating: 0, count: rows[column].count + 1)
            var inserted = 0
            for node in rows[column - 1] {
                let places = right[node].map { place[$0] }
                for target in places {
                    var notBeyond = 0
                    var index = target + 1
                    while index > 0 {
                        notBeyond += tree[index]
                        index -= index & -index
                    }
                    total += inserted - notBeyond
                }
                for target in places {
                    var index = target + 1
                    while index < tree.count {
                        tree[index] += 1
                        index += index & -index
                    }
                }
                inserted += places.count
            }
        }
        return total
    }

    // MARK: Heights

    /// Top of the drawing is 0; neighbours in a layer are at least a row apart.
    func heights() -> [Double] {
        var y = place.map(Double.init)
        for pass in 0..<16 {
            let isForward = pass % 2 == 0
            for column in isForward ? Array(rows.indices) : rows.indices.reversed() {
                let neighbours = isForward ? left : right
                let wanted = rows[column].map { node in
                    neighbours[node].isEmpty
                        ? y[node] : neighbours[node].reduce(0) { $0 + y[$1] } / Double(neighbours[node].count)
                }
                for (node, height) in zip(rows[column], Self.spread(wanted)) { y[node] = height }
            }
        }
        let top = y.min() ?? 0
        return y.map { $0 - top }
    }

    /// The heights nearest to the wanted ones, by squares, that are in order and at least 1 apart.
    private static func spread(_ wanted: [Double]) -> [Double] {
        var blocks: [(sum: Double, count: Int)] = []
        for (index, height) in wanted.enumerated() {
            blocks.append((height - Double(index), 1))
            while blocks.count > 1 {
                let (last, before) = (blocks[blocks.count - 1], blocks[blocks.count - 2])
                guard before.sum / Double(before.count) > last.sum / Double(last.count) else { break }
                blocks.removeLast(2)
                blocks.append((before.sum + last.sum, before.count + last.count))
            }
        }
        var result: [Double] = []
        for block in blocks {
            for _ in 0..<block.count { result.append(block.sum / Double(block.count) + Double(result.count)) }
        }
        return result
    }
}
