/// Collects placements that fit together, so that a policy only has to think about order.
public struct PlacementBuilder {
    private let observation: Observation
    private var free: [Resources]
    /// Workers before this one have no CPU left.
    private var firstOpen = 0
    private var limitsTaken: [Observation.Limit: Int64] = [:]
    public private(set) var placements: [Placement] = []

    public init(_ observation: Observation) {
        self.observation = observation
        free = observation.free
        skipFull()
    }

    /// True when no worker has a thousandth of a core left, so that hardly anything more can start.
    public var isFull: Bool { firstOpen == free.count }

    /// What became of the wish to place a task.
    public enum Answer: Hashable, Sendable {
        case placed
        /// Too few units of this are left.
        case limitReached(Observation.Limit)
        /// It fits nowhere now; hopeless if no worker that lives could ever take it.
        case noRoom(isHopeless: Bool)
    }

    /// Places the task on the first worker with room.
    public mutating func place(_ task: ReadyTask, reason: @autoclosure () -> String) -> Answer {
        let limits = observation.limits(of: task)
        for (limit, units) in limits where units > observation.free(limit) - limitsTaken[limit, default: 0] {
            return .limitReached(limit)
        }
        var capacity: Resources?
        var grant = Resources.zero
        for index in firstOpen..<free.count {
            let worker = Worker.ID(index)
            // Workers of one size follow each other, and a grant depends on nothing else of them.
            if observation.capacity(of: worker) != capacity {
                capacity = observation.capacity(of: worker)
                grant = observation.grant(for: task, on: worker)
            }
            guard grant.fits(in: free[index]) else { continue }
            free[index] -= grant
            for (limit, units) in limits { limitsTaken[limit, default: 0] += units }
            placements.append(Placement(task: task.reference, worker: worker, grant: grant, reason: reason()))
            skipFull()
            return .placed
        }
        return .noRoom(isHopeless: isHopeless(task))
    }

    private func isHopeless(_ task: ReadyTask) -> Bool {
        !free.indices.contains { index in
            let worker = Worker.ID(index)
            return observation.isAlive(worker)
                && observation.grant(for: task, on: worker).fits(in: observation.capacity(of: worker))
        }
    }

    private mutating func skipFull() {
        while firstOpen < free.count, free[firstOpen].milliCPU <= 0 { firstOpen += 1 }
    }
}
