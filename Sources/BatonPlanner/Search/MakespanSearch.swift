public import BatonCore
public import BatonSimulator

/// Looks for the schedule with the least makespan: lists of tasks that are crossed, changed a little, decoded and
/// straightened from both ends.
///
/// ```
/// var search = MakespanSearch(problem, seed: 1)
/// search.run { deadline.hasPassed }
/// search.best.makespanNanoseconds
/// ```
/// It can go on at any time, and always holds a schedule that can be carried out.
/// - Source: list crossover of Hartmann 1998, doi:10.1002/(SICI)1520-6750(199810)45:7<733::AID-NAV5>3.0.CO;2-C;
///   double justification of Valls, Ballestín, Quintanilla 2005, doi:10.1016/j.ejor.2004.04.008.
public struct MakespanSearch: Sendable {
    /// The best schedule so far.
    public private(set) var best: Plan
    /// Lists that were decoded so far.
    public private(set) var decodedCount = 0

    public struct Plan: Sendable {
        public var makespanNanoseconds: Int64
        /// In the order of their starts.
        public var list: [Int32]
        /// In nanoseconds, `[V]`.
        public var starts: [Int64]
        /// The machine, `[V]`; -1 for groups.
        public var places: [Int32]
    }

    private struct Individual: Sendable {
        var list: [Int32]
        var makespan: Int64
    }

    private let graph: Graph
    private let tails: [Int64]
    /// No schedule is shorter.
    private let bound: Int64
    private var decoder: SerialDecoder
    private var rollout: Rollout
    private let works: [Double]
    private let areas: [Double]
    private var generator: SeededGenerator
    private var population: [Individual] = []
    private var size: Int
    /// Children since the last one that was better than all before it.
    private var idle = 0
    private var depth: [Int32] = []

    /// - Parameter seed: of all chance in the search.
    public init(_ problem: StaticProblem, seed: UInt64) {
        graph = problem.graph
        tails = problem.graph.upwardRanks(nanoseconds: problem.durations)
        bound = LowerBounds(problem).makespanNanoseconds + (problem.jobs.map(\.arrival).min() ?? 0)
        decoder = SerialDecoder(problem)
        rollout = Rollout(problem)
        areas = Self.areas(problem)
        works = Self.descendantWork(problem.graph, areas)
        generator = SeededGenerator(seed: seed)
        size = 24
        best = Plan(makespanNanoseconds: .max, list: [], starts: [], places: [])
        depth = Array(repeating: 0, count: graph.count)
        for (i, n) in (try! graph.topologicalOrder()).enumerated() { depth[Int(n)] = Int32(i) }
        let urgent = list(by: tails.map(Double.init))
        population.append(Individual(list: urgent, makespan: .max))
        population[0] = improved(urgent)
    }

    /// Nothing better exists.
    public var isOptimal: Bool { best.makespanNanoseconds <= bound }

    /// Searches until told to stop or until nothing better can exist.
    public mutating func run(isOver: (Int) -> Bool) {
        while !isOptimal, !isOver(decodedCount) { step() }
    }

    /// One more individual.
    private mutating func step() {
        if population.count < size {
            population.append(improved(sampled()))
            return
        }
        if idle > 12 * size { return restart() }
        let child = improved(mutated(crossed(parent(), parent())))
        let rival = worst()
        if child.makespan <= population[rival].makespan, !population.contains(where: { $0.list == child.list }) {
            population[rival] = child
        }
        idle += 1
    }

    /// The best remains; all others make room for twice as many.
    private mutating func restart() {
        size = min(2 * size, 256)
        idle = 0
        population = []
    }

    private mutating func parent() -> [Int32] {
        let first = Int(generator.next() % UInt64(population.count))
        let second = Int(generator.next() % UInt64(population.count))
        return population[population[first].makespan <= population[second].makespan ? first : second].list
    }

    private func worst() -> Int {
        population.indices.max { population[$0].makespan < population[$1].makespan }!
    }

    // MARK: Schedules

    /// Decodes the list, then straightens its schedule from the end and again from the beginning.
    private mutating func improved(_ list: [Int32]) -> Individual {
        var makespan = decoder.decode(list)
        keep(list, makespan)
        var forward = list
        var backward = list
        Self.sort(&backward, descending: decoder.ends)
        _ = decoder.decode(backward, .backward)
        Self.sort(&forward, descending: decoder.ends)
        makespan = decoder.decode(forward)
        decodedCount += 3
        keep(forward, makespan)
        // What starts first comes first, so that equal schedules are equal lists.
        Self.sort(&forward, ascending: decoder.starts)
        return Individual(list: forward, makespan: makespan)
    }

    private mutating func keep(_ list: [Int32], _ makespan: Int64) {
        guard makespan < best.makespanNanoseconds else { return }
        idle = 0
        best = Plan(
            makespanNanoseconds: makespan, list: list, starts: decoder.starts, places: decoder.places)
    }

    /// Stable, so that groups, which start and end at once, stay behind what they wait for.
    private static func sort(_ list: inout [Int32], descending keys: [Int64]) {
        insertionSort(&list) { keys[Int($0)] > keys[Int($1)] }
    }

    private static func sort(_ list: inout [Int32], ascending keys: [Int64]) {
        insertionSort(&list) { keys[Int($0)] < keys[Int($1)] }
    }

    @inline(__always)
    private static func insertionSort(_ list: inout [Int32], _ precedes: (Int32, Int32) -> Bool) {
        list.withUnsafeMutableBufferPointer { list in
            for place in 1..<max(list.count, 1) {
                let task = list[place]
                var hole = place
                while hole > 0, precedes(task, list[hole - 1]) {
                    list[hole] = list[hole - 1]
                    hole -= 1
                }
                list[hole] = task
            }
        }
    }

    // MARK: Lists

    /// What is dispatched by a random blend of the longest path behind each task, the work behind it and its own.
    private mutating func sampled() -> [Int32] {
        if generator.next() % 2 == 0 { return list(by: tails.map { Double($0) * (0.6 + 0.8 * generator.unit()) }) }
        let (path, work, own) = (generator.unit(), generator.unit(), generator.unit() * 2 - 0.5)
        let noise = generator.unit() * 0.4
        let keys = tails.indices.map { task in
            (path * Double(tails[task]) + work * works[task] + own * areas[task]) * (1 + noise * (generator.unit() - 0.5))
        }
        let order = (0..<Int32(graph.count)).sorted { keys[Int($0)] > keys[Int($1)] }
        _ = rollout.run(order: order)
        var list = order
        let starts = rollout.starts
        list.sort { (starts[Int($0)], depth[Int($0)]) < (starts[Int($1)], depth[Int($1)]) }
        return list
    }
    /// Time by the largest share of all machines' resources, `[V]`.
    static func areas(_ problem: StaticProblem) -> [Double] {
        let total = problem.machines.reduce(into: Resources.zero) { $0 += $1.capacity }
        func share(_ part: Int64, _ whole: Int64) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
        return problem.demands.indices.map { task in
            let demand = problem.demands[task]
            return Double(problem.durations[task]) * max(share(demand.milliCPU, total.milliCPU), share(demand.memoryBytes, total.memoryBytes), share(Int64(demand.gpus), Int64(total.gpus)), share(demand.diskBytes, total.diskBytes))
        }
    }
    static func descendantWork(_ graph: Graph, _ areas: [Double]) -> [Double] {
        let order = try! graph.topologicalOrder()
        let words = (graph.count + 63) / 64
        var reach = [UInt64](repeating: 0, count: words * graph.count)
        var works = [Double](repeating: 0, count: graph.count)
        for node in order.reversed() {
            let n = Int(node)
            for s in graph.successors(of: n) { 
                for w in 0..<words { reach[n * words + w] |= reach[Int(s) * words + w] }
                reach[n * words + Int(s) / 64] |= 1 << UInt64(s % 64)
            }
            var sum = areas[n]
            for w in 0..<words { var x = reach[n * words + w]; while x != 0 { sum += areas[w * 64 + x.trailingZeroBitCount]; x &= x - 1 } }
            works[n] = sum
        }
        return works
    }

    /// Of the tasks whose dependencies are all listed, the one with the largest key comes next.
    private func list(by keys: [Double]) -> [Int32] {
        var waiting = (0..<graph.count).map { graph.dependencies(of: $0).count }
        var eligible = (0..<Int32(graph.count)).filter { waiting[Int($0)] == 0 }
        var list: [Int32] = []
        list.reserveCapacity(graph.count)
        while !eligible.isEmpty {
            var place = 0
            for other in eligible.indices where keys[Int(eligible[other])] > keys[Int(eligible[place])] { place = other }
            let task = eligible[place]
            eligible[place] = eligible[eligible.count - 1]
            eligible.removeLast()
            list.append(task)
            for successor in graph.successors(of: Int(task)) {
                waiting[Int(successor)] -= 1
                if waiting[Int(successor)] == 0 { eligible.append(successor) }
            }
        }
        return list
    }

    /// The mother's beginning and end, with the father's order between them.
    private mutating func crossed(_ mother: [Int32], _ father: [Int32]) -> [Int32] {
        let count = mother.count
        guard count > 2 else { return mother }
        var (first, second) = (Int(generator.next() % UInt64(count)), Int(generator.next() % UInt64(count)))
        if first > second { swap(&first, &second) }
        var taken = [Bool](repeating: false, count: count)
        var child: [Int32] = []
        child.reserveCapacity(count)
        func take(_ task: Int32) {
            taken[Int(task)] = true
            child.append(task)
        }
        for task in mother[..<first] { take(task) }
        for task in father where child.count < second && !taken[Int(task)] { take(task) }
        for task in mother where !taken[Int(task)] { take(task) }
        return child
    }

    /// Some neighbours change places that do not wait for each other.
    private mutating func mutated(_ list: [Int32]) -> [Int32] {
        var list = list
        for place in 1..<max(list.count, 1) where generator.next() % 20 == 0 {
            if !graph.dependencies(of: Int(list[place])).contains(list[place - 1]) {
                list.swapAt(place - 1, place)
            }
        }
        return list
    }
}
