/// Which of several tasks fills a worker best, while runs with little left are favoured.
///
/// The score of a task is its alignment `a`, the dot product of demand and free room, each as shares of the worker, less `ε · p`
/// with `p` what its run has left; `ε = m · ā / p̄` makes both terms count alike at `m = 1`, with means over the tasks that fit.
///
/// - Source: Grandl, Ananthanarayanan, Kandula, Rao, Akella 2014, doi:10.1145/2619239.2626334.
public enum Packing {
    /// - Parameters:
    ///   - count: of tasks.
    ///   - weight: `m`; 0 packs only.
    ///   - alignment: of each; nil for one that has no room or may not start.
    ///   - left: of each one's run, in any unit.
    /// - Returns: the one with the highest score, the first of several; nil where none has room.
    public static func best(
        of count: Int, weight: Double = 1, alignment: (Int) -> Double?, left: (Int) -> Double
    ) -> Int? {
        var alignments = 0.0
        var sum = 0.0
        var fitting: [(place: Int, alignment: Double)] = []
        for place in 0..<count {
            guard let alignment = alignment(place) else { continue }
            alignments += alignment
            sum += left(place)
            fitting.append((place, alignment))
        }
        let epsilon = sum > 0 ? weight * alignments / sum : 0
        var best: (place: Int, score: Double)?
        for (place, alignment) in fitting {
            let score = alignment - epsilon * left(place)
            if best.map({ score > $0.score }) ?? true { best = (place, score) }
        }
        return best?.place
    }
}

extension Resources {
    /// Dot product of two amounts, each as shares of `whole`.
    public func alignment(with other: Resources, of whole: Resources) -> Double {
        func part(_ left: Int64, _ right: Int64, _ whole: Int64) -> Double {
            whole > 0 ? Double(left) / Double(whole) * (Double(right) / Double(whole)) : 0
        }
        return part(milliCPU, other.milliCPU, whole.milliCPU)
            + part(memoryBytes, other.memoryBytes, whole.memoryBytes) + part(gpus, other.gpus, whole.gpus)
            + part(diskBytes, other.diskBytes, whole.diskBytes)
    }
}
