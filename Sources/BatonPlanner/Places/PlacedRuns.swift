import BatonCore
import BatonPolicies
import BatonSimulator

/// Decides where tasks run where workers differ or data has to be moved.
///
/// At each decision what is left is laid out anew around what really runs, in the list of each run's plan, and what the
/// layout starts now is started. So a task waits for a fast worker, or for the one that holds its data, while that promises an
/// earlier end than any worker that is free, and no longer. Of several runs the one with the least left is laid out first; then
/// only tasks that are ready are, since there is enough to do with room that would be kept for others.
struct PlacedRuns: Sendable {
    /// As long as its tasks are the same, a run is planned anew for other expectations only after this.
    private static let patience = Duration.seconds(1)
    /// Tasks times workers of a run that can be planned: one layout takes up to 40 ns for each.
    private static let mostCells = 500_000
    /// Tasks times workers that are laid out in one decision, 2 ms; of larger runs only tasks that are ready.
    private static let mostCellsOfDecision = 50_000

    private let budget: PlanBudget
    private let objective: Objective
    /// By place of the run in the engine.
    private var runs: [PlannedRun?] = []
    private var clusterRevision = -1
    private var generation = -1
    private var seen = 0
    /// Of a plan that no decision has carried yet.
    private var rationale: Rationale?
    private(set) var plansMade = 0

    init(objective: Objective, budget: PlanBudget) {
        self.objective = objective
        self.budget = budget
    }

    /// - Returns: nil where it has no say: with limits, with priorities inside a run, with runs that are too large
    ///   or that tasks have joined.
    mutating func decide(_ observation: Observation) -> (placements: [Placement], plan: FollowedPlan?)? {
        let open = observation.openRuns.map(Int.init)
        guard open.allSatisfy({ canPlan($0, observation) }) else { return nil }
        guard mayStart(observation) else { return ([], nil) }
        let cluster = RunningTasks(observation)
        update(open, observation, cluster)
        guard open.allSatisfy({ runs[$0]?.isOfOnePriority == true }) else { return nil }
        readReady(observation)
        var layout = DecisionLayout(observation, cluster, isSharing: open.count > 1)
        for run in order(open, observation) where !layout.isOver {
            guard var planned = runs[run].take() else { continue }
            let isWhole =
                open.count == 1
                && observation.run(at: run).unfinishedTasks * observation.workerCount <= Self.mostCellsOfDecision
            layout.add(run, &planned, isWhole: isWhole)
            runs[run] = planned
        }
        guard open.count == 1, !layout.placements.isEmpty else { return (layout.placements, nil) }
        return (layout.placements, rationale.take().map { .new($0) } ?? .same)
    }

    private func canPlan(_ run: Int, _ observation: Observation) -> Bool {
        let view = observation.run(at: run)
        return view.unfinishedTasks * observation.workerCount <= Self.mostCells && !observation.hasLimits(run: run)
            && !observation.isOpenEnded(run: run)
    }

    /// There is CPU for some task.
    private func mayStart(_ observation: Observation) -> Bool {
        observation.free.contains { $0.milliCPU > 0 }
    }

    private func order(_ open: [Int], _ observation: Observation) -> [Int] {
        let keys = open.map { run -> (priority: Int32, left: Int64, run: Int) in
            let view = observation.run(at: run)
            let left = !objective.isOfAllTogether ? view.remainingNanoseconds : -view.remainingNanoseconds
            return (-view.priority, left, run)
        }
        return keys.sorted { $0 < $1 }.map(\.run)
    }

    private mutating func update(_ open: [Int], _ observation: Observation, _ cluster: RunningTasks) {
        while runs.count < observation.runCount { runs.append(nil) }
        let isNewCluster = clusterRevision != observation.clusterRevision
        clusterRevision = observation.clusterRevision
        var stale: [Int] = []
        for run in open {
            let revision = observation.revision(ofRun: run)
            guard let planned = runs[run], !isNewCluster, planned.shape.count == observation.graph(ofRun: run).count
            else {
                stale.append(run)
                continue
            }
            if planned.revision == revision { continue }
            if observation.now < planned.plannedAt.advanced(by: Self.patience) {
                runs[run]?.update(run, observation)
            } else {
                stale.append(run)
            }
        }
        guard !stale.isEmpty else { return }
        for run in stale {
            let isOver = budget.limit(share: open.count == 1 ? 1 : 0.2 / Double(stale.count))
            runs[run] = PlannedRun(
                run, observation, cluster, known: runs[run], isAlone: open.count == 1, isOver: isOver)
            rationale = runs[run]?.rationale
            plansMade += 1
        }
        // Their numbers are read again.
        generation = -1
    }

    private mutating func readReady(_ observation: Observation) {
        if generation != observation.generation {
            generation = observation.generation
            seen = observation.oldestWaiting
        }
        while seen < observation.readiedCount {
            if let task = observation.ready(seen) { runs[task.run]?.numbers[Int(task.reference.task.index)] = seen }
            seen += 1
        }
        for run in runs.indices where runs[run] != nil && observation.run(at: run).unfinishedTasks == 0 {
            runs[run] = nil
        }
    }
}
