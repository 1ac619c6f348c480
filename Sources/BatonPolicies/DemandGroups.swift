import BatonCore
import HeapModule

/// Ready tasks, those of one run with the same demand on the same kinds of workers together; of each group the one with the smallest
/// key goes first.
struct DemandGroups<Key: Comparable & Sendable>: Sendable {
    private struct Sort: Hashable, Sendable {
        var run: Int
        var least: Resources
        var workerKinds: [String]?
    }

    private struct Entry: Comparable, Sendable {
        var key: Key
        var number: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.key != right.key ? left.key < right.key : left.number < right.number
        }
    }

    private struct Group: Sendable {
        var sort: Sort
        var entries = Heap<Entry>()
        var parking = LimitParking<Entry>()
    }

    /// A group that has something to start, and the task that speaks for it.
    struct Candidate {
        var group: Int
        var task: ReadyTask
        /// No placement of it is granted less.
        var least: Resources
        var key: Key
        /// To do of its run.
        var left: Double
    }

    private var groups: [Group] = []
    /// Of each group in `groups`.
    private var places: [Sort: Int] = [:]
    /// Numbers of ready tasks, the longest wait first; may hold some that have started.
    private var byAge: ArraySlice<Int> = []
    /// Placed in this decision, but still ready as far as the observation tells.
    private var taken: Set<Int> = []
    private var reader = ReadyReader()

    mutating func refill(_ observation: Observation, key: (ReadyTask) -> Key) {
        reader.read(
            observation,
            restart: {
                groups = []
                places = [:]
                byAge = []
            },
            each: { task, number in
                let sort = Sort(
                    run: task.run, least: observation.leastGrant(for: task),
                    workerKinds: observation.workerKinds(of: task))
                let place = places[sort] ?? groups.count
                if place == groups.count {
                    groups.append(Group(sort: sort))
                    places[sort] = place
                }
                groups[place].entries.insert(Entry(key: key(task), number: number))
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

    /// Groups that may have room, those of runs with the least left first, and of one run by the keys of their first tasks.
    ///
    /// - Parameter left: to do of a run.
    mutating func open(
        _ observation: Observation, _ builder: PlacementBuilder, left: (_ run: Int) -> Double
    ) -> [Candidate] {
        var candidates: [Candidate] = []
        for place in groups.indices {
            for entry in groups[place].parking.release(observation, number: \.number) {
                groups[place].entries.insert(entry)
            }
            let sort = groups[place].sort
            guard builder.mayFit(sort.least), let (task, key) = first(of: place, observation) else { continue }
            candidates.append(
                Candidate(group: place, task: task, least: sort.least, key: key, left: left(sort.run)))
        }
        candidates.sort { ($0.left, $0.task.run, $0.key) < ($1.left, $1.task.run, $1.key) }
        return candidates
    }

    /// Goes on to the next task of a candidate's group.
    ///
    /// - Returns: false where there is none.
    mutating func advance(_ candidate: inout Candidate, _ observation: Observation) -> Bool {
        guard let (task, key) = first(of: candidate.group, observation) else { return false }
        (candidate.task, candidate.key) = (task, key)
        return true
    }

    private mutating func first(of group: Int, _ observation: Observation) -> (ReadyTask, Key)? {
        while let entry = groups[group].entries.min {
            if let task = observation.ready(entry.number), !taken.contains(entry.number) { return (task, entry.key) }
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
        for (place, group) in groups.enumerated() { places[group.sort] = place }
    }
}

// MARK: Packing

extension DemandGroups {
    /// Fills one worker after the other, each time with the task that scores highest there (`Packing`).
    ///
    /// - Parameters:
    ///   - weight: of what runs have left; 0 packs only.
    ///   - mayStart: asked each time of the first task of each group.
    ///   - started: told what was placed.
    mutating func pack(
        _ candidates: [Candidate], _ observation: Observation, _ builder: inout PlacementBuilder, weight: Double = 1,
        reason: String, mayStart: (ReadyTask) -> Bool = { _ in true },
        started: (ReadyTask, _ grant: Resources) -> Void = { _, _ in }
    ) {
        var candidates = candidates
        for index in 0..<observation.workerCount {
            let worker = Worker.ID(index)
            while let place = Self.best(
                candidates, for: worker, observation, builder.free[index], weight: weight, mayStart: mayStart)
            {
                let task = candidates[place].task
                switch builder.place(task, on: worker, reason: reason) {
                case .placed(_, let grant):
                    takeFirst(of: candidates[place].group)
                    started(task, grant)
                case .limitReached(let limit): parkFirst(of: candidates[place].group, limit)
                case .noRoom: preconditionFailure("what fits has no room on worker \(index)")
                }
                if !advance(&candidates[place], observation) { candidates.remove(at: place) }
            }
        }
    }

    /// - Returns: place of the candidate with the highest score among those that fit; nil when none does.
    private static func best(
        _ candidates: [Candidate], for worker: Worker.ID, _ observation: Observation, _ free: Resources, weight: Double,
        mayStart: (ReadyTask) -> Bool
    ) -> Int? {
        let capacity = observation.capacity(of: worker)
        return Packing.best(of: candidates.count, weight: weight) { place in
            let task = candidates[place].task
            guard candidates[place].least.fits(in: free), mayStart(task) else { return nil }
            let grant = observation.grant(for: task, on: worker)
            guard grant.fits(in: free) else { return nil }
            let alignment = grant.alignment(with: free, of: capacity)
            return observation.transferNanoseconds(of: task, to: worker) > 0 ? 0.9 * alignment : alignment
        } left: {
            candidates[$0].left
        }
    }
}
