import BatonCore
public import BatonSimulator

/// One way in which everything may turn out: run time and peak memory of each instance's work, whatever edits make of it.
///
/// What is not known well is drawn for a whole family of tasks at once, and for each of them by itself (`Beliefs`); chance from one attempt to the next comes on top.
public struct World: Sendable {
    /// In nanoseconds, without others that slow it down, `[V]`.
    public let nanoseconds: [Int64]
    /// 0 where it is not known, `[V]`.
    public let peakMemoryBytes: [Int64]
    /// What first attempts take that straggle, in nanoseconds; those after them take what is usual in this world, `[V]` or empty.
    let straggling: [[Int64]]
    /// Of tasks whose sort slows itself down, by index of the workflow's tasks; empty where none does.
    let slowDowns: [SlowDown?]
    /// What is left of each task of each run beside the workflow, in nanoseconds.
    var others: [[Int64]] = []

    /// What turned out in some other way.
    public init(nanoseconds: [Int64], peakMemoryBytes: [Int64], slowDowns: [SlowDown?] = []) {
        self.nanoseconds = nanoseconds
        self.peakMemoryBytes = peakMemoryBytes
        self.slowDowns = slowDowns
        straggling = []
    }

    /// That in which all is as usual.
    init(_ subject: Subject, _ beliefs: Beliefs, families: TaskFamilies) {
        let slowDowns = Self.slowDowns(beliefs, families) { beliefs.contentions[$0]?.slowDown }
        self.init(
            nanoseconds: Self.alone(subject.knowledge.map(\.nanoseconds), subject, beliefs, families, slowDowns),
            peakMemoryBytes: subject.knowledge.map { $0.peakMemoryBytes ?? 0 }, slowDowns: slowDowns)
    }

    init(_ subject: Subject, _ beliefs: Beliefs, families: TaskFamilies, seed: UInt64) {
        let usual = Self.nanoseconds(subject, beliefs, families, seed)
        slowDowns = Self.slowDowns(beliefs, families) { family in
            beliefs.contentions[family].map { known in
                var slowDown = known.slowDown
                slowDown.power = max(1 + known.doubt * Self.normal(seed, 6, family), 0)
                return slowDown
            }
        }
        nanoseconds = Self.alone(usual, subject, beliefs, families, slowDowns)
        straggling = Self.straggling(subject, beliefs, families, seed, nanoseconds)
        peakMemoryBytes = subject.knowledge.indices.map { index in
            let known = subject.knowledge[index]
            guard let peak = known.peakMemoryBytes, subject.isCommand(index) else { return 0 }
            guard known.memorySpread > 0 else { return peak }
            let factor = PortableMath.exp(known.memorySpread * Self.normal(seed, 4, index))
            return Int64(min(Double(peak) * factor, 1e17))
        }
    }

    /// - Parameter slowDown: of a family.
    private static func slowDowns(
        _ beliefs: Beliefs, _ families: TaskFamilies, _ slowDown: (Int) -> SlowDown?
    ) -> [SlowDown?] {
        guard beliefs.contentions.contains(where: { $0 != nil }) else { return [] }
        let slowDowns = families.families.indices.map(slowDown)
        return families.family.map { slowDowns[$0] }
    }

    /// What attempts take without those that usually run beside them and slow them down.
    private static func alone(
        _ usual: [Int64], _ subject: Subject, _ beliefs: Beliefs, _ families: TaskFamilies, _ slowDowns: [SlowDown?]
    ) -> [Int64] {
        guard !slowDowns.isEmpty else { return usual }
        return usual.indices.map { index in
            let task = subject.taskIndex(of: index)
            guard subject.isCommand(index), let slowDown = slowDowns[task],
                let count = beliefs.contentions[families.family[task]]?.usualCounts[index]
            else { return usual[index] }
            return max(1_000, Int64(Double(usual[index]) / slowDown.factor(count)))
        }
    }

    /// As they usually run, beside others.
    static func nanoseconds(
        _ subject: Subject, _ beliefs: Beliefs, _ families: TaskFamilies, _ seed: UInt64
    ) -> [Int64] {
        let shared = (0..<families.families.count).map { normal(seed, 1, $0) }
        return subject.knowledge.indices.map { index in
            guard subject.isCommand(index) else { return 0 }
            let known = subject.knowledge[index]
            let spread = beliefs.spread[index]
            guard known.doubt > 0 || spread > 0 else { return known.nanoseconds }
            var logarithm = beliefs.logarithm[index] + spread * normal(seed, 3, index)
            logarithm += beliefs.sharedDoubt[index] * shared[families.family[subject.taskIndex(of: index)]]
            if beliefs.ownDoubt[index] > 0 { logarithm += beliefs.ownDoubt[index] * normal(seed, 2, index) }
            return max(1_000, Int64(min(PortableMath.exp(logarithm), 1e17)))
        }
    }

    /// More in a row don't happen.
    private static let mostStraggling = 10

    /// - Parameter nanoseconds: what attempts take that don't, `[V]`.
    /// - Returns: what first attempts take that do, `[V]`; empty where none are known of any task.
    static func straggling(
        _ subject: Subject, _ beliefs: Beliefs, _ families: TaskFamilies, _ seed: UInt64, _ nanoseconds: [Int64]
    ) -> [[Int64]] {
        guard beliefs.stragglers.contains(where: { $0 != nil }) else { return [] }
        return nanoseconds.indices.map { index in
            guard subject.isCommand(index),
                let known = beliefs.stragglers[families.family[subject.taskIndex(of: index)]]
            else { return [] }
            var generator = generator(seed, 5, index)
            var times: [Int64] = []
            while times.count < mostStraggling, generator.unit() < known.share {
                let factor = known.factors[Int.random(in: known.factors.indices, using: &generator)]
                times.append(Int64(min(Double(nanoseconds[index]) * factor, 1e17)))
            }
            return times
        }
    }

    /// A standard normal number that depends on nothing but these three.
    private static func normal(_ seed: UInt64, _ purpose: UInt64, _ index: Int) -> Double {
        var generator = generator(seed, purpose, index)
        return PortableMath.normal(1 - generator.unit(), generator.unit())
    }

    private static func generator(_ seed: UInt64, _ purpose: UInt64, _ index: Int) -> SeededGenerator {
        SeededGenerator(seed: SeededGenerator.mix(SeededGenerator.mix(seed) ^ purpose << 56 ^ UInt64(index)))
    }
}
