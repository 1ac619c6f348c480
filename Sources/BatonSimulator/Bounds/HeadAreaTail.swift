import BatonCore

/// Work that cannot begin before some time and has some more behind it must fit in between.
///
/// For every choice of a least head `h` and a least tail `q`, the tasks with at least these need `h`, then their area
/// on all machines, then `q`. With both zero this is total work over capacity.
///
/// - Source: the energetic form of Carlier's bound for one machine, doi:10.1016/S0377-2217(82)80007-6.
struct HeadAreaTail {
    /// Nanoseconds since the start of the scenario.
    private(set) var bound: Int64 = 0

    /// - Parameters:
    ///   - areas: for each resource, nanoseconds of all machines together for each task.
    ///   - heads: earliest start of each task.
    ///   - tails: least time from the start of each task to the end of its job, its own time included.
    init(_ problem: StaticProblem, _ areas: [[Double]], heads: [Int64], tails: [Int64]) {
        let shortest = problem.shortestDurations
        let tasks = heads.indices.filter { problem.isCommand[$0] }
        guard !tasks.isEmpty else { return }
        let after = tails.indices.map { tails[$0] - shortest[$0] }
        let headSteps = Self.steps(tasks.map { heads[$0] })
        let tailSteps = Self.steps(tasks.map { after[$0] })
        for area in areas {
            // sums[i][j]: area of the tasks whose head is at least step i and whose tail is at least step j.
            var sums = [Double](repeating: 0, count: headSteps.count * tailSteps.count)
            for task in tasks {
                let row = Self.place(heads[task], headSteps)
                let column = Self.place(after[task], tailSteps)
                sums[row * tailSteps.count + column] += area[task]
            }
            accumulate(&sums, headSteps, tailSteps)
        }
    }

    private mutating func accumulate(_ sums: inout [Double], _ heads: [Int64], _ tails: [Int64]) {
        let width = tails.count
        for row in heads.indices.reversed() {
            for column in tails.indices.reversed() {
                let below = row + 1 < heads.count ? sums[(row + 1) * width + column] : 0
                let right = column + 1 < width ? sums[row * width + column + 1] : 0
                let both = row + 1 < heads.count && column + 1 < width ? sums[(row + 1) * width + column + 1] : 0
                sums[row * width + column] += below + right - both
                guard sums[row * width + column] > 0 else { continue }  // no task begins so late with so much behind
                // A little less before it is rounded up: sums of many areas err in their last digits.
                let area = Int64((sums[row * width + column] * (1 - 1e-12)).rounded(.up))
                bound = max(bound, heads[row] + area + tails[column])
            }
        }
    }

    /// The least value and others, ascending; at most 128, spread evenly.
    ///
    /// Any choice gives a true bound, so of many values a sample is enough.
    private static func steps(_ values: [Int64]) -> [Int64] {
        let sample = stride(from: 0, to: values.count, by: values.count / 20_000 + 1).map { values[$0] }
        var distinct = [values.min() ?? 0]
        for value in sample.sorted() where distinct.last != value { distinct.append(value) }
        guard distinct.count > 128 else { return distinct }
        return (0..<128).map { distinct[$0 * (distinct.count - 1) / 127] }
    }

    /// The last step that is not above the value.
    private static func place(_ value: Int64, _ steps: [Int64]) -> Int {
        var low = 0
        var high = steps.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if steps[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}
