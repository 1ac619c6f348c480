import BatonCore
import BatonOptimizer
import BatonSimulator

// Tasks of one sort that slow each other down, and earlier runs that show it.
extension UserWorkflow {
    /// Two at once get most done, and eight a third of that.
    static let slowDown = SlowDown(contention: 0, coherency: 0.3, most: 8)

    /// With fewer tasks of a sort eight can't run at once.
    private static let leastOfSort = 8

    /// Of a sort that run at once now, where those of it are in each other's way.
    private static let leastRoom: Int64 = 4

    /// How many tasks of a sort ran at once, by earlier run.
    private static let counts = [8.0, 2, 4, 8, 2, 4, 8, 2, 4, 8]

    /// Indices of tasks whose names differ in numbers only, by the first of them.
    var sorts: [[Int]] {
        var places: [String: Int] = [:]
        var sorts: [[Int]] = []
        for task in tasks.indices {
            let sort = sort(task)
            if let place = places[sort] {
                sorts[place].append(task)
            } else {
                places[sort] = sorts.count
                sorts.append([task])
            }
        }
        return sorts
    }

    /// What its name has besides numbers.
    func sort(_ task: Int) -> String { tasks[task].name.filter { !$0.isNumber } }

    /// Sorts of which eight tasks ran at once on some machine, and four do on this one.
    var wideSorts: [[Int]] {
        sorts.filter { sort in
            guard sort.count >= Self.leastOfSort else { return false }
            let room = sort.map { task in
                guard case .exactly(let bytes) = tasks[task].request.memoryBytes else { return Int64(0) }
                return machines.reduce(0) { sum, machine in
                    sum + min(machine.capacity.milliCPU / 1000, machine.capacity.memoryBytes / max(bytes, 1))
                }
            }
            return (room.min() ?? 0) >= Self.leastRoom
        }
    }

    /// What a task took in earlier runs, but for chance always the same.
    ///
    /// - Parameters:
    ///   - nanoseconds: what it usually took.
    ///   - most: how many of its sort there are.
    static func earlierRuns(
        nanoseconds: Int64, most: Int, _ generator: inout SeededGenerator
    ) -> [PastDuration] {
        counts.enumerated().map { run, count in
            let normal = PortableMath.normal(1 - generator.unit(), generator.unit())
            let time = Double(nanoseconds) * PortableMath.exp(spread * normal)
            return PastDuration(
                run: run, nanoseconds: Int64(time), company: Company(siblings: min(count, Double(most)) - 1))
        }
    }

    /// Earlier runs, as they are where those of a sort slow each other down.
    static func slowed(_ runs: [PastDuration], by factor: (Double) -> Double) -> [PastDuration] {
        runs.map { past in
            var past = past
            past.nanoseconds = Int64(Double(past.nanoseconds) * factor(1 + (past.company?.siblings ?? 0)))
            return past
        }
    }

    /// Lets the largest sort of tasks slow itself down, and some earlier runs show it.
    mutating func contend(seed: UInt64) {
        guard let sort = wideSorts.max(by: { ($0.count, $1[0]) < ($1.count, $0[0]) }) else { return }
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0xD15C)
        let usual = Self.slowDown.factor(4)
        for task in sort {
            let runs = Self.earlierRuns(nanoseconds: truth[task].nanoseconds, most: sort.count, &generator)
            knowledge[task].durations = Self.slowed(runs) { Self.slowDown.factor($0) / usual }
            contended[task] = true
        }
    }

    /// What such a task takes alone, where it usually has three others beside it.
    static func alone(_ nanoseconds: Double) -> Double { nanoseconds / slowDown.factor(4) }
}
