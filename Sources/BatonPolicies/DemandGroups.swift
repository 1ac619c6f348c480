import BatonCore
import HeapModule

/// Ready tasks, those of one run with the same demand on the same kinds of workers together.
struct DemandGroups: Sendable {
    private struct Key: Hashable, Sendable {
        var run: Int
        var least: Resources
        var workerKinds: [String]?
    }

    private struct Entry: Comparable, Sendable {
        var order: SubmissionOrder
        var number: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.order != right.order ? left.order < right.order : left.number < right.number
        }
    }

    private struct Group: Sendable {
        var key: Key
        var entries = Heap<Entry>()
        var parking = LimitParking<Entry>()
    }

    /// A group that has something to start, and the task that speaks for it.
    struct Candidate {
        var group: Int
        var task: ReadyTask
        /// No placement of it is granted less.
        var least: Resources
        /// Expected seconds that its run has left.
        var remaining: Double
    }

    private var groups: [Group] = []
    /// Of each group in `groups`.
    private var places: [Key: Int] = [:]
    /// Numbers of ready tasks, the longest wait first; may hold some that have started.
    private var byAge: ArraySlice<Int> = []
    /// Placed in this decision, but still ready as far as the observation tells.
    private var taken: Set<Int> = []
    private var reader = ReadyReader()

    mutating func refill(_ observation: Observation) {
        reader.read(
            observation,
            restart: {
                groups = []
                places = [:]
                byAge = []
            },
            each: { task, number in
                let key = Key(
                    run: task.run, least: observation.leastGrant(for: task),
                    workerKinds: observation.workerKinds(of: task))
                let place = places[key] ?? groups.count
                if place == groups.count {
                    groups.append(Group(key: key))
                    places[key] = place
                }
                groups[place].entries.insert(Entry(order: SubmissionOrder(task), number: number))
                byAge.append(number)
            }
        )
    }

    /// Places the tasks that have waited too long, the longest wait first.
    ///
    /// - Returns: false when one of them has no room now, for which everything else has to wait.
    mutating func placeOverdue(
        _ observation: Observation, _ builder: inout PlacementBuilder, _ patience: Duration?
    ) -> Bool {
        while let number = byAge.first, observation.ready(number) == nil { byAge.removeFirst() }
        guard let patience else { return true }
        for number in byAge {
            guard let task = observation.ready(number) else { continue }
            if task.since.advanced(by: patience) > observation.now { return true }
            switch builder.place(task, reason: "has waited the longest") {
            case .placed: taken.insert(number)
            case .limitReached: continue
            case .noRoom: if !builder.isHopeless(task) { return false }
            }
        }
        return true
    }

    /// Groups that may have room, those of runs with the least left first.
    mutating func open(_ observation: Observation, _ builder: PlacementBuilder) -> [Candidate] {
        var candidates: [Candidate] = []
        for place in groups.indices {
            for entry in groups[place].parking.release(observation, number: \.number) {
                groups[place].entries.insert(entry)
            }
            guard builder.mayFit(groups[place].key.least), let task = first(of: place, observation) else { continue }
            let remaining = Double(observation.run(at: task.run).remainingNanoseconds) / 1e9
            candidates.append(
                Candidate(
                    group: place, task: task, least: groups[place].key.least, remaining: remaining))
        }
        candidates.sort { ($0.remaining, $0.group) < ($1.remaining, $1.group) }
        return candidates
    }

    mutating func first(of group: Int, _ observation: Observation) -> ReadyTask? {
        while let entry = groups[group].entries.min {
            if let task = observation.ready(entry.number), !taken.contains(entry.number) { return task }
            groups[group].entries.removeMin()
        }
        return nil
    }

    mutating func takeFirst(of group: Int) {
        if let entry = groups[group].entries.popMin() { taken.insert(entry.number) }
    }

    mutating func parkFirst(of group: Int, _ limit: Observation.Limit) {
        if let entry = groups[group].entries.popMin() { groups[group].parking.park(entry, limit) }
    }

    /// Ends a decision; forgets groups without tasks once they are the majority.
    mutating func close() {
        taken.removeAll(keepingCapacity: true)
        let emptyCount = groups.count { $0.entries.isEmpty && $0.parking.isEmpty }
        guard emptyCount > 32, emptyCount * 2 > groups.count else { return }
        groups.removeAll { $0.entries.isEmpty && $0.parking.isEmpty }
        places = [:]
        for (place, group) in groups.enumerated() { places[group.key] = place }
    }
}
