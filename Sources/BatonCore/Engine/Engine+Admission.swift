// The policy proposes, the engine disposes.

/// The first placement of a decision that can't be carried out, and why.
public struct Rejection: Error, Hashable, Sendable {
    public var placement: Placement
    public var reason: Reason

    public enum Reason: String, Hashable, Sendable, Codable {
        case unknownTask, notReady, runNotStartable, unknownWorker, wrongKind, noRoom, limitReached, belowRequest,
            placedTwice
    }
}

extension Engine {
    /// Says that a policy's last answer was not carried out whole: what is ready comes to policies again.
    ///
    /// They take what they have placed out of their queues, and would never come back to it.
    public mutating func offerAgain() { generation += 1 }

    /// Checks all placements of a decision together: each task ready and placed once, each worker of a kind that it may run
    /// on, each worker and limit with room.
    ///
    /// - Returns: the event to log and handle; nothing has changed yet.
    public func admit(_ decision: Decision) throws(Rejection) -> Event {
        var free = free
        var limits: [Int: [Int64]] = [:]
        var placed: [Int32] = []
        placed.reserveCapacity(decision.placements.count)
        for placement in decision.placements {
            func reject(_ reason: Rejection.Reason) -> Rejection { Rejection(placement: placement, reason: reason) }
            let task = Int(placement.task.task.index)
            guard let run = runIndex[placement.task.run], runs[run].states.indices.contains(task) else {
                throw reject(.unknownTask)
            }
            guard case .ready = runs[run].states[task] else { throw reject(.notReady) }
            guard runs[run].isStartable else { throw reject(.runNotStartable) }
            placed.append(runs[run].readyNumbers[task])
            let worker = Int(placement.worker.index)
            guard workers.indices.contains(worker), workers[worker].isAlive else { throw reject(.unknownWorker) }
            let request = runs[run].expansion.instances[task].request
            guard request.allows(workers[worker].worker.kind) else { throw reject(.wrongKind) }
            guard placement.grant.fits(in: free[worker]) else { throw reject(.noRoom) }
            guard request.required.fits(in: placement.grant) else { throw reject(.belowRequest) }
            free[worker] -= placement.grant
            if request.slots.isEmpty { continue }
            var left = limits[run] ?? runs[run].limitsInUse.indices.map(runs[run].unitsLeft)
            for slot in request.slots {
                left[Int(slot.limit)] -= slot.units
                guard left[Int(slot.limit)] >= 0 else { throw reject(.limitReached) }
            }
            limits[run] = left
        }
        if let place = repeated(placed) {
            throw Rejection(placement: decision.placements[place], reason: .placedTwice)
        }
        return .decided(decision)
    }

    /// The place of a number that stands in the list twice; nil when all differ.
    private func repeated(_ numbers: [Int32]) -> Int? {
        guard numbers.count > 1 else { return nil }
        let sorted = numbers.sorted()
        guard let twice = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 })?.0 else { return nil }
        return numbers.lastIndex(of: twice)
    }
}
