import BatonCore

/// Ready tasks of all runs in a policy's order, kept from one decision to the next; O(log n) for each task that comes,
/// goes or is looked at.
struct ReadyQueue<Key: Comparable & Sendable>: Sendable {
    private var line = ReadyLine<Key>()
    private var reader = ReadyReader()

    /// Places what fits, smallest key first: the parallel schedule generation scheme (Kolisch 1996,
    /// doi:10.1016/0377-2217(95)00357-6) for the tasks that are ready now.
    ///
    /// A task that has no room lets smaller ones pass, but only until it has waited for the manner's patience: from then
    /// on nothing overtakes it, so it can't starve. One that waits for a limit holds up only those that want the same.
    mutating func place(
        _ observation: Observation, _ manner: ReadyLine<Key>.Manner, key: (ReadyTask) -> Key
    ) -> [Placement] {
        reader.read(
            observation, restart: { line = ReadyLine() },
            each: { task, number in line.insert(task, number: number, key: key(task), observation) }
        )
        line.open(observation)
        var builder = PlacementBuilder(observation)
        placing: while true {
            switch line.placeNext(observation, &builder, manner) {
            case .placed: continue
            case .exhausted, .heldUp: break placing
            }
        }
        line.close()
        return builder.placements
    }
}

/// Reads on from where the last decision stopped.
struct ReadyReader: Sendable {
    /// Tasks with lower numbers have been seen.
    private var seen = 0
    private var generation = -1

    /// - Parameters:
    ///   - restart: forget everything; all that is ready comes again.
    ///   - each: a task that got ready, and its number.
    mutating func read(_ observation: Observation, restart: () -> Void, each: (ReadyTask, Int) -> Void) {
        if generation != observation.generation {
            generation = observation.generation
            seen = observation.oldestWaiting
            restart()
        }
        while seen < observation.readiedCount {
            if let task = observation.ready(seen) { each(task, seen) }
            seen += 1
        }
    }
}
