import BatonCore

/// What tasks are expected to take that join a run one by one: as the last of their name, as long as little is learned.
///
/// A prediction takes longer than all else that is done for a short task.
struct JoinedEstimates {
    private struct Entry {
        var request: TaskInstance.Request
        /// How often the number of measurements had doubled by then.
        var doublings: Int
        var estimate: Estimate?
    }

    /// By name.
    private var entries: [String: Entry] = [:]

    /// - Parameters:
    ///   - seen: measurements of tasks of this name in the run.
    ///   - predict: asked at the first, at another request, and when `seen` has doubled.
    mutating func estimate(
        of name: String, _ request: TaskInstance.Request, seen: Int, predict: () -> Estimate?
    ) -> Estimate? {
        let doublings = Int.bitWidth - seen.leadingZeroBitCount
        if let last = entries[name], last.doublings == doublings, last.request == request { return last.estimate }
        let entry = Entry(request: request, doublings: doublings, estimate: predict())
        entries[name] = entry
        return entry.estimate
    }

    /// What was expected of tasks of this name was wrong.
    mutating func forget(_ name: String) { entries[name] = nil }
}
