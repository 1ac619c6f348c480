public import BatonCore
import BatonSimulator

/// Something that other runs hold and the workflow will wait for.
public struct LoadWait: Hashable, Sendable {
    public var cause: Pace.Kind
    /// Those that hold it, the largest part first.
    public var runs: [Run.ID]
    /// Tasks of the workflow that wait for it, those that wait longest first.
    public var tasks: [String]
    /// How long at least one of them waits for it, in nanoseconds; the median over worlds, 0 in those without.
    public var nanoseconds: Int64
    /// From the submission until the last of these waits is over, in nanoseconds; over worlds in which there is one.
    public var until: Spread
    /// Of the worlds, how many have such a wait, 0 to 1.
    public var share: Double

    /// Quantiles over worlds.
    public struct Spread: Hashable, Sendable {
        public var p50: Int64
        public var p90: Int64

        /// - Parameter values: at least one.
        public init(_ values: [Int64]) {
            let sorted = values.sorted()
            p50 = sorted[(sorted.count - 1) / 2]
            p90 = sorted[(sorted.count - 1) * 9 / 10]
        }
    }

    /// Of the time that the workflow takes; what is shorter nobody would notice.
    private static let leastShare = 0.01

    /// - Parameters:
    ///   - worlds: what there was to wait for in each.
    ///   - makespans: of the workflow, by world, in nanoseconds.
    static func all(_ worlds: [WaitRecord], makespans: [Int64]) -> [LoadWait] {
        let causes = worlds.flatMap(\.causes).reduce(into: [Pace.Kind]()) { if !$0.contains($1) { $0.append($1) } }
        let least = leastShare * Double(Spread(makespans).p50)
        return causes.compactMap { cause -> LoadWait? in
            let waits = worlds.compactMap { $0.waits[cause] }
            let lengths = waits.map(\.nanoseconds) + Array(repeating: 0, count: worlds.count - waits.count)
            let length = Spread(lengths).p50
            guard Double(length) >= least, length > 0 else { return nil }
            return LoadWait(
                cause: cause, runs: ranked(waits.map(\.runs)), tasks: ranked(waits.map(\.tasks)), nanoseconds: length,
                until: Spread(waits.map(\.until)), share: Double(waits.count) / Double(worlds.count))
        }.sorted { $0.nanoseconds > $1.nanoseconds }
    }

    /// By what they sum up to over worlds, the most first; in the order of their coming where that is the same.
    private static func ranked<Key: Hashable>(_ parts: [[(key: Key, weight: Double)]]) -> [Key] {
        var sums: [(key: Key, weight: Double)] = []
        for part in parts { sums.add(part) }
        return sums.sorted { $0.weight > $1.weight }.map(\.key)
    }
}

/// What the workflow waited for in one world that other runs held.
struct WaitRecord: Sendable {
    struct Wait: Sendable {
        var nanoseconds: Int64 = 0
        var until: Int64 = 0
        /// What each run held of it, times how long.
        var runs: [(key: Run.ID, weight: Double)] = []
        /// How long each task was the next one to start.
        var tasks: [(key: String, weight: Double)] = []
    }

    private(set) var waits: [Pace.Kind: Wait] = [:]
    /// In the order of their coming.
    private(set) var causes: [Pace.Kind] = []

    mutating func add(
        _ cause: Pace.Kind, from start: Int64, to end: Int64, task: String, holders: [(key: Run.ID, weight: Double)]
    ) {
        if waits[cause] == nil { causes.append(cause) }
        var wait = waits[cause] ?? Wait()
        let length = Double(end - start)
        wait.nanoseconds += end - start
        wait.until = end
        wait.runs.add(holders.map { ($0.key, $0.weight * length) })
        wait.tasks.add([(task, length)])
        waits[cause] = wait
    }
}

extension Array {
    /// Sums up by key; a list, as there are few and a dictionary has no order.
    fileprivate mutating func add<Key: Hashable>(_ others: Self) where Element == (key: Key, weight: Double) {
        for other in others {
            if let place = firstIndex(where: { $0.key == other.key }) {
                self[place].weight += other.weight
            } else {
                append(other)
            }
        }
    }
}
