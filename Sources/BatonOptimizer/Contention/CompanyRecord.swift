import BatonCore

/// What earlier runs say of how long the same work takes with few and with many of its sort at once.
///
/// Attempts are compared within cells: of one instance, which began either when none of its sort had ended or later, with
/// about as many tasks of other sorts beside them. So neither larger inputs nor cold caches nor those others
/// can look like contention. Cells in which all had the same company say nothing and are left out.
struct CompanyRecord {
    struct Observation {
        /// Those of one cell stand together.
        var cell: Int
        var run: Int
        /// Of its sort at once, itself included.
        var count: Double
        /// Of the run time in nanoseconds.
        var logarithm: Double
    }

    private(set) var observations: [Observation] = []

    /// Company that differs less is the same.
    private static let leastRatio = 1.5
    private static let leastAttempts = 12
    private static let leastInstances = 3
    /// Of one family that are looked at, evenly spread: with more nothing would be surer.
    private static let mostInstances = 100
    /// Attempts that make a level.
    private static let leastOfLevel = 4

    private struct Cell: Hashable {
        var isFirst: Bool
        /// 0, 1, 2 to 3, 4 to 7 and so on.
        var others: Int
    }

    /// - Parameter tasks: those of a family.
    /// - Returns: nil where too little is known.
    init?(_ tasks: [Int], _ subject: Subject) {
        let members = tasks.flatMap { subject.members[$0] }.filter { index in
            subject.knowledge[index].durations.contains { ($0.company?.siblings ?? 0) > 0 }
        }
        var cellCount = 0
        var instanceCount = 0
        for place in stride(from: 0, to: members.count, by: max((members.count - 1) / Self.mostInstances + 1, 1)) {
            var cells: [(cell: Cell, observations: [Observation])] = []
            for past in subject.knowledge[members[place]].durations {
                guard let company = past.company else { continue }
                let others = Int.bitWidth - Int(min(company.others, 1e9)).leadingZeroBitCount
                let cell = Cell(isFirst: company.isFirst, others: others)
                let observation = Observation(
                    cell: 0, run: past.run, count: 1 + company.siblings,
                    logarithm: PortableMath.log(Double(max(past.nanoseconds, 1))))
                if let known = cells.firstIndex(where: { $0.cell == cell }) {
                    cells[known].observations.append(observation)
                } else {
                    cells.append((cell, [observation]))
                }
            }
            let telling = cells.map(\.observations).filter(Self.isTelling)
            for var cell in telling {
                for index in cell.indices { cell[index].cell = cellCount }
                observations += cell
                cellCount += 1
            }
            if !telling.isEmpty { instanceCount += 1 }
        }
        guard instanceCount >= Self.leastInstances, observations.count >= Self.leastAttempts else { return nil }
    }

    private static func isTelling(_ cell: [Observation]) -> Bool {
        let counts = cell.map(\.count)
        guard let least = counts.min(), let most = counts.max() else { return false }
        return most >= leastRatio * least
    }

    /// Takes out how slow the machine was; runs of which that is not known go.
    ///
    /// - Parameter slowness: logarithms of how many times as long everything took, by run.
    mutating func correct(_ slowness: [Int: Double]) {
        observations = observations.compactMap { observation in
            guard let slowness = slowness[observation.run] else { return nil }
            var observation = observation
            observation.logarithm -= slowness
            return observation
        }
    }

    /// In the order of their numbers.
    var runs: [Int] { Set(observations.map(\.run)).sorted() }

    /// How many ran at once, in steps of half an octave, each by the median of what belongs to it, fewest first.
    var levels: [Double] {
        let steps = Dictionary(grouping: observations) { observation in
            Int((2 * PortableMath.log(observation.count) / PortableMath.log(2)).rounded())
        }
        return steps.keys.sorted().compactMap { step in
            let level = steps[step]!
            // What happened in one run alone may have had one cause, which is over.
            guard level.count >= Self.leastOfLevel, level.contains(where: { $0.run != level[0].run }) else {
                return nil
            }
            return level.map(\.count).sorted()[level.count / 2]
        }
    }

    /// Standard error of the difference between what attempts take on either side of a number at once, for a standard deviation of 1
    /// of single attempts: what differs from attempt to attempt.
    func errorOfMedians(split count: Double) -> Double {
        let few = observations.count { $0.count < count }
        let many = observations.count - few
        guard few > 0, many > 0 else { return .infinity }
        // The square root of half of pi: medians vary by so much more than means.
        return 1.2533 * (1 / Double(few) + 1 / Double(many)).squareRoot()
    }

    /// Some run with many at once came between two with few, or the other way round.
    var isInterleaved: Bool {
        let means = runs.map { run in
            let counts = observations.filter { $0.run == run }.map { PortableMath.log($0.count) }
            return counts.reduce(0, +) / Double(counts.count)
        }
        guard let least = means.min(), let most = means.max() else { return false }
        let isMany = means.map { $0 > (least + most) / 2 }
        return zip(isMany, isMany.dropFirst()).count { $0 != $1 } > 1
    }

    /// How many of the sort usually ran while it did, itself included, by instance; of one that is not known as for the others.
    static func usualCounts(_ tasks: [Int], _ subject: Subject) -> [Int: Double] {
        let members = tasks.flatMap { subject.members[$0] }
        let counts = members.map { index in
            subject.knowledge[index].durations.compactMap { $0.company.map { 1 + $0.siblings } }.sorted()
        }
        let all = counts.flatMap(\.self).sorted()
        var usual: [Int: Double] = [:]
        for (member, own) in zip(members, counts) {
            let known = own.isEmpty ? all : own
            usual[member] = known.isEmpty ? 1 : known[known.count / 2]
        }
        return usual
    }
}
