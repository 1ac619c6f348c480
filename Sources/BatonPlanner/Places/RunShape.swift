import BatonCore
import BatonPolicies

/// A run in flat arrays, for laying it out again and again on workers that differ.
struct RunShape: Sendable {
    let graph: Graph
    let isGroup: [Bool]
    /// Kinds of workers: those of one kind are equally fast and large.
    let kindCount: Int
    /// By worker, its kind.
    let kinds: [Int32]
    /// By task and kind, in nanoseconds.
    let costs: [Int64]
    /// By task and kind.
    let demands: [Resources]
    /// Workers that live, ascending.
    let usable: [Int32]
    /// By task, where its edges begin.
    let offsets: [Int32]
    /// By edge, what the task waits for.
    let dependencies: [Int32]
    /// Distinct rates of networks, ascending: the slower end of a transfer is the lower number.
    let rateCount: Int
    /// By worker, the number of its rate.
    let rateNumbers: [Int32]
    /// By edge and number of a rate, in nanoseconds.
    let transfers: [Int64]

    init(_ problem: PlanningProblem) {
        graph = problem.graph
        isGroup = problem.isGroup
        kindCount = problem.kindCount
        kinds = problem.kinds
        costs = problem.costs
        demands = problem.demands
        usable = problem.usable.map(Int32.init)
        let rates = problem.rates.sorted().reduce(into: [Int64]()) { if $0.last != $1 { $0.append($1) } }
        rateCount = rates.count
        rateNumbers = problem.rates.map { rate in Int32(rates.firstIndex(of: rate) ?? 0) }
        var offsets: [Int32] = [0]
        var dependencies: [Int32] = []
        var transfers: [Int64] = []
        for task in 0..<problem.graph.count {
            let row = problem.graph.dependencies(of: task)
            dependencies += row
            let bytes = problem.inputBytes[task]
            for place in 0..<row.count {
                for rate in rates {
                    let moved = bytes.isEmpty ? 0 : bytes[place]
                    transfers.append(rate > 0 && moved > 0 ? Int64((Double(moved) * 1e9 / Double(rate)).rounded()) : 0)
                }
            }
            offsets.append(Int32(dependencies.count))
        }
        self.offsets = offsets
        self.dependencies = dependencies
        self.transfers = transfers
    }

    var count: Int { isGroup.count }
}
