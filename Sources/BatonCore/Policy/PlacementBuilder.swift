/// Collects placements that fit together, so that a policy only has to think about order.
public struct PlacementBuilder {
    private let observation: Observation
    /// What each worker has left, by index.
    public private(set) var free: [Resources]
    /// Workers before this one have no CPU left.
    private var firstOpen = 0
    private var limitsTaken: [Observation.Limit: Int64] = [:]
    /// No worker has more than this left of anything; exact after each refusal.
    private var roomiest = Resources.unlimited
    /// What found no room, and so nothing that asks for as much will; none of them holds another.
    private var refused: [Resources] = []
    public private(set) var placements: [Placement] = []

    public init(_ observation: Observation) {
        self.observation = observation
        free = observation.free
        skipFull()
    }

    /// What became of the wish to place a task.
    public enum Answer: Hashable, Sendable {
        case placed(Worker.ID, grant: Resources)
        /// Too few units of this are left.
        case limitReached(Observation.Limit)
        /// It fits nowhere now.
        case noRoom
    }

    /// Which of the workers with room a task gets; the lowest index where several are as good.
    public enum Choice: Hashable, Sendable {
        /// Where it is expected to end first, transfer of its data included: the first worker where all are alike.
        case earliestEnd
        /// Where the least is left over, as the sum of each resource's share of the worker.
        case tightest
    }

    /// Places the task on the best worker with room.
    public mutating func place(
        _ task: ReadyTask, on choice: Choice = .earliestEnd, reason: @autoclosure () -> String
    ) -> Answer {
        if let limit = exhaustedLimit(of: task) { return .limitReached(limit) }
        let found: (worker: Worker.ID, grant: Resources)? =
            switch choice {
            case .earliestEnd where observation.hasUniformWorkers:
                firstFit(task)
            case .earliestEnd:
                best(task) { worker, _, _ in
                    Double(
                        observation.executionNanoseconds(of: task, on: worker)
                            + observation.transferNanoseconds(of: task, to: worker))
                }
            case .tightest:
                best(task) { worker, grant, free in (free - grant).share(of: observation.capacity(of: worker)) }
            }
        guard let found else {
            refuse(task)
            return .noRoom
        }
        take(task, on: found.worker, found.grant, reason())
        return .placed(found.worker, grant: found.grant)
    }

    /// Places the task on this worker or not at all.
    public mutating func place(_ task: ReadyTask, on worker: Worker.ID, reason: @autoclosure () -> String) -> Answer {
        if let limit = exhaustedLimit(of: task) { return .limitReached(limit) }
        let grant = observation.grant(for: task, on: worker)
        guard grant.fits(in: free[Int(worker.index)]) else { return .noRoom }
        take(task, on: worker, grant, reason())
        return .placed(worker, grant: grant)
    }

    /// False when it is known that nothing that asks for as much has room any more.
    public func mayFit(_ least: Resources) -> Bool {
        least.fits(in: roomiest) && !refused.contains { $0.fits(in: least) }
    }

    /// True if no worker that lives could ever take the task.
    public func isHopeless(_ task: ReadyTask) -> Bool {
        !free.indices.contains { index in
            let worker = Worker.ID(index)
            return observation.isAlive(worker)
                && observation.grant(for: task, on: worker).fits(in: observation.capacity(of: worker))
        }
    }

    /// A limit of which the task needs more units than are left; nil when there is none.
    public func exhaustedLimit(of task: ReadyTask) -> Observation.Limit? {
        observation.limits(of: task).first { limit, units in
            units > observation.free(limit) - limitsTaken[limit, default: 0]
        }?.limit
    }

    /// Workers without CPU have room only for a task that wants none.
    private func firstCandidate(_ task: ReadyTask) -> Int {
        firstOpen > 0 && observation.leastGrant(for: task).milliCPU == 0 ? 0 : firstOpen
    }

    private func firstFit(_ task: ReadyTask) -> (worker: Worker.ID, grant: Resources)? {
        var capacity: Resources?
        var grant = Resources.zero
        for index in firstCandidate(task)..<free.count {
            let worker = Worker.ID(index)
            // Workers of one size follow each other, and a grant depends on nothing else of them.
            if observation.capacity(of: worker) != capacity {
                capacity = observation.capacity(of: worker)
                grant = observation.grant(for: task, on: worker)
            }
            if grant.fits(in: free[index]) { return (worker, grant) }
        }
        return nil
    }

    /// - Parameter cost: of a worker with room, given the grant and what is free there.
    private func best(
        _ task: ReadyTask, cost: (Worker.ID, Resources, Resources) -> Double
    ) -> (worker: Worker.ID, grant: Resources)? {
        var best: (worker: Worker.ID, grant: Resources)?
        var lowest = Double.infinity
        for index in firstCandidate(task)..<free.count {
            let worker = Worker.ID(index)
            let grant = observation.grant(for: task, on: worker)
            guard grant.fits(in: free[index]) else { continue }
            let cost = cost(worker, grant, free[index])
            if cost < lowest { (best, lowest) = ((worker, grant), cost) }
        }
        return best
    }

    private mutating func refuse(_ task: ReadyTask) {
        roomiest = free.reduce(Resources.zero) { $0.greater($1) }
        let most = observation.mostGrant(for: task)
        refused.removeAll { most.fits(in: $0) }
        refused.append(most)
    }

    private mutating func take(_ task: ReadyTask, on worker: Worker.ID, _ grant: Resources, _ reason: String) {
        free[Int(worker.index)] -= grant
        for (limit, units) in observation.limits(of: task) { limitsTaken[limit, default: 0] += units }
        placements.append(Placement(task: task.reference, worker: worker, grant: grant, reason: reason))
        skipFull()
    }

    private mutating func skipFull() {
        while firstOpen < free.count, free[firstOpen].milliCPU <= 0 { firstOpen += 1 }
        if firstOpen == free.count { roomiest.milliCPU = 0 }
    }
}
