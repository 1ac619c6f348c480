/// When a run must start its next task for no deadline to be missed: the soonest latest start among tasks that have not started.
///
/// That is the slack along the longest path that has not begun, and least laxity between runs. Tasks may start in any order;
/// those that have are passed over once, so all starts of a run together cost O(V).
public struct LatestStarts: Hashable, Sendable {
    /// The one that must start first before others, `[V]`.
    private let tasks: [Int32]
    /// When each of `tasks` must start, in nanoseconds; the largest number where nothing is due.
    private let times: [Int64]
    /// Of each task among `tasks`, `[V]`.
    private let places: [Int32]
    /// All before this place have started.
    private var place = 0

    /// - Parameters:
    ///   - latestEnds: of each task, in nanoseconds; the largest number where there is no deadline, `[V]`.
    ///   - durations: expected ones, in nanoseconds, `[V]`.
    /// - Complexity: O(V log V).
    public init(latestEnds: some Sequence<Int64>, durations: some Sequence<Int64>) {
        let starts = zip(latestEnds, durations).map { end, duration in end == .max ? .max : end - duration }
        let order = starts.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
        tasks = order.map { Int32($0) }
        times = order.map { starts[$0] }
        var places = [Int32](repeating: 0, count: order.count)
        for (place, task) in order.enumerated() { places[task] = Int32(place) }
        self.places = places
    }

    /// In nanoseconds; the largest number once all tasks have started that anything is due of.
    public var next: Int64 { place < times.count ? times[place] : .max }

    /// Moves on to the first task that has not started.
    public mutating func pass(_ hasStarted: (Int) -> Bool) {
        while place < tasks.count, hasStarted(Int(tasks[place])) { place += 1 }
    }

    /// The task is to start once more. One that joined the run later is not known here.
    public mutating func goBack(to task: Int) {
        if task < places.count { place = min(place, Int(places[task])) }
    }

    /// No task has started.
    public mutating func reset() { place = 0 }
}
