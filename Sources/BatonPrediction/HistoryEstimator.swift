public import BatonCore

/// Expects of a task what its last attempts took: those of the same instance, else those of its siblings.
///
/// Medians and maxima of the last `window` successful attempts; memory gets a margin that shrinks with experience.
public struct HistoryEstimator: Estimator {
    private var samples: [Key: [Sample]] = [:]
    private let window: Int

    public init(window: Int = 20) {
        self.window = window
    }

    private struct Key: Hashable, Sendable {
        var workflow: String
        var task: String
        /// Nil: all instances of the task.
        var instance: String?
    }

    private struct Sample: Sendable {
        var wallNanoseconds: Int64
        var peakMemoryBytes: Int64
    }

    public mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String) {
        let sample = Sample(wallNanoseconds: usage.wall.nanoseconds, peakMemoryBytes: usage.peakMemoryBytes)
        for key in [
            Key(workflow: workflow, task: task, instance: instance), Key(workflow: workflow, task: task, instance: nil),
        ] {
            samples[key, default: []].append(sample)
            if samples[key]!.count > window { samples[key]!.removeFirst() }
        }
    }

    public func estimate(workflow: String, task: String, instance: String) -> Estimate? {
        let own = samples[Key(workflow: workflow, task: task, instance: instance)]
        guard let known = own ?? samples[Key(workflow: workflow, task: task, instance: nil)] else { return nil }
        let walls = known.map(\.wallNanoseconds).sorted()
        let peaks = known.map(\.peakMemoryBytes).sorted()
        let largest = peaks[peaks.count - 1]
        // One sample says little about the next; twenty leave a tenth.
        let margin = largest / Int64(min(2 + peaks.count / 2, 10))
        return Estimate(
            durationP50Nanoseconds: walls[walls.count / 2],
            durationP90Nanoseconds: walls[walls.count * 9 / 10],
            peakMemoryP50Bytes: peaks[peaks.count / 2],
            peakMemoryP99Bytes: largest + margin,
            largestSeenMemoryBytes: largest,
            sampleCount: Int32(known.count),
            model: "history-1"
        )
    }
}
