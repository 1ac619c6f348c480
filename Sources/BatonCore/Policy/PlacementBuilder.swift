/// Collects placements that fit together, so that a policy only has to think about order.
public struct PlacementBuilder {
    private let observation: Observation
    private var free: [Resources]
    private var limitsTaken: [Observation.Limit: Int64] = [:]
    public private(set) var placements: [Placement] = []

    public init(_ observation: Observation) {
        self.observation = observation
        free = observation.free
    }

    /// True when no worker has a whole milli-CPU left, so that nothing more can start.
    public var isFull: Bool { free.allSatisfy { $0.milliCPU <= 0 } }

    /// Places the task on the first worker with room.
    ///
    /// - Returns: false when it fits nowhere now.
    public mutating func place(_ reference: TaskReference, reason: @autoclosure () -> String) -> Bool {
        let limits = observation.limits(of: reference)
        for limit in limits where limit.units > limit.free - limitsTaken[limit.name, default: 0] { return false }
        for index in free.indices {
            let worker = Worker.ID(index)
            let grant = observation.grant(for: reference, on: worker)
            guard grant.fits(in: free[index]) else { continue }
            free[index] -= grant
            for limit in limits { limitsTaken[limit.name, default: 0] += limit.units }
            placements.append(Placement(task: reference, worker: worker, grant: grant, reason: reason()))
            return true
        }
        return false
    }
}
