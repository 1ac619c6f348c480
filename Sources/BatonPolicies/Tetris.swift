public import BatonCore

/// Fills each worker with the tasks whose demands point the same way as what is free there, and favours runs that have
/// little left.
///
/// The score of a task on a worker is the alignment `a`, the dot product of demand and free room, each as shares of the
/// worker, less `ε · p` with `p` the run's remaining time; `ε = ā / p̄` makes both terms count alike. Data that has to be
/// brought there costs a tenth of the alignment. Remaining time stands in for the paper's remaining resource time, and
/// its knobs for fairness and barriers are left out.
///
/// Tasks of one run with the same demand form a group, of which the first in the order of the workflow speaks for all;
/// 256 groups are compared at a time, those of runs with the least left first.
///
/// - Source: Grandl, Ananthanarayanan, Kandula, Rao, Akella 2014, doi:10.1145/2619239.2626334.
public struct Tetris: Policy {
    public let name = "tetris"
    private static let groupsAtATime = 256

    private let remainingWeight: Double
    private let patience: Duration?
    private var groups = DemandGroups()

    /// - Parameters:
    ///   - remainingWeight: the paper's `m`, by which `ε` is multiplied; 0 packs only.
    ///   - patience: after so long a task goes before all others, the longest wait first; nil for never.
    public init(remainingWeight: Double = 1, patience: Duration? = PolicyCatalog.patience) {
        self.remainingWeight = remainingWeight
        self.patience = patience
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        groups.refill(observation)
        var builder = PlacementBuilder(observation)
        if groups.placeOverdue(observation, &builder, patience) {
            var open = groups.open(observation, builder)[...]
            while builder.placements.isEmpty, !open.isEmpty {
                pack(Array(open.prefix(Self.groupsAtATime)), observation, &builder)
                open = open.dropFirst(Self.groupsAtATime)
            }
        }
        groups.close()
        return Decision(policy: name, placements: builder.placements)
    }

    private mutating func pack(
        _ candidates: [DemandGroups.Candidate], _ observation: Observation, _ builder: inout PlacementBuilder
    ) {
        var candidates = candidates
        for index in 0..<observation.workerCount {
            let worker = Worker.ID(index)
            while let place = best(candidates, for: worker, observation, builder.free[index]) {
                let group = candidates[place].group
                let answer = builder.place(
                    candidates[place].task, on: worker, reason: "fills what is free there, little of its run left")
                switch answer {
                case .placed: groups.takeFirst(of: group)
                case .limitReached(let limit): groups.parkFirst(of: group, limit)
                case .noRoom: preconditionFailure("what fits has no room on worker \(index)")
                }
                if let next = groups.first(of: group, observation) {
                    candidates[place].task = next
                } else {
                    candidates.remove(at: place)
                }
            }
        }
    }

    /// - Returns: place of the candidate with the highest score among those that fit; nil when none does.
    private func best(
        _ candidates: [DemandGroups.Candidate], for worker: Worker.ID, _ observation: Observation, _ free: Resources
    ) -> Int? {
        let capacity = observation.capacity(of: worker)
        var alignments = 0.0
        var remaining = 0.0
        var fitting: [(place: Int, alignment: Double)] = []
        for (place, candidate) in candidates.enumerated() where candidate.least.fits(in: free) {
            let grant = observation.grant(for: candidate.task, on: worker)
            guard grant.fits(in: free) else { continue }
            var alignment = grant.alignment(with: free, of: capacity)
            if observation.transferNanoseconds(of: candidate.task, to: worker) > 0 { alignment *= 0.9 }
            alignments += alignment
            remaining += candidate.remaining
            fitting.append((place, alignment))
        }
        let epsilon = remaining > 0 ? remainingWeight * alignments / remaining : 0
        var best: (place: Int, score: Double)?
        for (place, alignment) in fitting {
            let score = alignment - epsilon * candidates[place].remaining
            if best.map({ score > $0.score }) ?? true { best = (place, score) }
        }
        return best?.place
    }
}

extension Resources {
    /// Dot product of two amounts, each as shares of `whole`.
    fileprivate func alignment(with other: Resources, of whole: Resources) -> Double {
        func part(_ left: Int64, _ right: Int64, _ whole: Int64) -> Double {
            whole > 0 ? Double(left) / Double(whole) * (Double(right) / Double(whole)) : 0
        }
        return part(milliCPU, other.milliCPU, whole.milliCPU)
            + part(memoryBytes, other.memoryBytes, whole.memoryBytes) + part(gpus, other.gpus, whole.gpus)
            + part(diskBytes, other.diskBytes, whole.diskBytes)
    }
}
