/// What is predicted of a task.
public enum Target: Int, Hashable, Sendable, CaseIterable {
    /// Seconds from start to end.
    case duration
    /// Bytes at the peak.
    case memory
    /// Percent of one core, over the whole duration.
    case cpu

    public var name: String {
        switch self {
        case .duration: "duration"
        case .memory: "memory"
        case .cpu: "cpu"
        }
    }

    /// What a task takes of which nothing is known at all, in no workflow: the order of magnitude of the smallest.
    ///
    /// An error counts relative to what was measured, so a small number is the careful one.
    var guess: Double {
        switch self {
        case .duration: 1
        case .memory: 4e6
        case .cpu: 90
        }
    }
}
