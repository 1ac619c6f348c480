import BatonCore

/// How right predictions were: one minus the mean relative error, 0...1; nil where none has come to an end.
///
/// A prediction that is off by as much as came of it or more counts as 0: `max(0, 1 - |actual - predicted| / actual)`.
public struct PredictionAccuracy: Hashable, Sendable {
    public var duration: Double?
    /// Of peak memory.
    public var memory: Double?

    public init(duration: Double? = nil, memory: Double? = nil) {
        self.duration = duration
        self.memory = memory
    }
}

extension SQLStore {
    public func accuracy(ofNewest count: Int) throws(StoreError) -> PredictionAccuracy {
        // Ids of runs begin with their time, so the newest stand last in the primary key.
        try connection.rows(
            """
            SELECT avg(duration_accuracy), avg(memory_accuracy) FROM (
                SELECT duration_accuracy, memory_accuracy FROM (
                    SELECT duration_accuracy, memory_accuracy, actual_duration_ns FROM resource_predictions
                    ORDER BY run DESC, task DESC LIMIT $1)
                WHERE actual_duration_ns IS NOT NULL LIMIT $2)
            """, [.integer(Int64(count) * 5), .integer(Int64(count))]
        ) { row in
            PredictionAccuracy(
                duration: row.isNull(0) ? nil : row.real(0), memory: row.isNull(1) ? nil : row.real(1))
        }[0]
    }
}

extension MemoryStore {
    public func accuracy(ofNewest count: Int) -> PredictionAccuracy {
        let newest = order.sorted(by: >).lazy.flatMap { self.predictions(of: $0).reversed() }.prefix(count * 5)
        let ended = newest.compactMap { found in found.actual.map { (found.estimate, $0) } }.prefix(count)
        func mean(_ pairs: [(actual: Double, predicted: Double)]) -> Double? {
            let known = pairs.filter { $0.actual != 0 }.map { max(0, 1 - abs($0.actual - $0.predicted) / $0.actual) }
            return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        }
        return PredictionAccuracy(
            duration: mean(ended.map { (Double($1.duration.nanoseconds), Double($0.durationP50Nanoseconds)) }),
            memory: mean(ended.map { (Double($1.peakMemoryBytes), Double($0.peakMemoryP50Bytes)) }))
    }
}
