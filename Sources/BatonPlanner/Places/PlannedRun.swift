import BatonCore
import BatonPolicies

/// A run, the way in which it is laid out, and how far it has come.
struct PlannedRun: Sendable {
    /// Of the run when its shape was taken.
    private(set) var revision: Int
    private(set) var shape: RunShape
    private(set) var way: PlaceSearch.Way
    private(set) var rationale: Rationale
    let plannedAt: Instant
    /// No task of it is more important than another, so that only their order counts.
    let isOfOnePriority: Bool
    /// By task, where it runs or ran; -1 before.
    var places: [Int32]
    /// By task, the number under which it last became ready; -1 before.
    var numbers: [Int]

    /// - Parameters:
    ///   - known: how it was laid out until now.
    ///   - isAlone: only then is the best way searched for; beside others the best proposal is as good.
    init(
        _ run: Int, _ observation: Observation, _ cluster: RunningTasks, known: PlannedRun?, isAlone: Bool,
        isOver: (Int, Int) -> Bool
    ) {
        let problem = PlanningProblem(run, observation)
        let now = observation.now
        shape = RunShape(problem)
        revision = observation.revision(ofRun: run)
        plannedAt = now
        numbers = Array(repeating: -1, count: shape.count)
        let tasks = 0..<shape.count
        var layout = RunLayout(count: shape.count, now: now.nanoseconds)
        layout.places = tasks.map { observation.worker(of: $0, inRun: run)?.index ?? -1 }
        for task in cluster.tasks where task.run == run { layout.ends[task.task] = task.end }
        let isPlannable = tasks.map { !observation.isFinally($0, inRun: run) }
        let states = tasks.map { observation.state(of: $0, inRun: run) }
        let start = PlaceSearch.Start(
            run: layout, isLeft: tasks.map { isPlannable[$0] && states[$0].isYetToStart },
            timelines: cluster.timelines, now: now.nanoseconds,
            // Beside others a run's futures depend on theirs.
            spreads: tasks.map { isAlone ? observation.durationSpread(of: $0, inRun: run) : 1 })
        let old = known?.shape.count == shape.count && known?.shape.kindCount == shape.kindCount ? known?.way : nil
        var search = PlaceSearch(problem, shape, from: start, known: old, seed: 1) {
            isOver($0.estimatedNanoseconds, $0.decodedCount)
        }
        if isAlone { search.run { isOver($0.estimatedNanoseconds, $0.decodedCount) } }
        way = search.best
        isOfOnePriority = tasks.allSatisfy {
            observation.priority(of: $0, inRun: run) == observation.priority(of: 0, inRun: run)
        }
        places = layout.places
        rationale = Self.rationale(search, now)
        // What runs may have to run again, and what comes last has no place in a plan.
        way.list += tasks.filter { isPlannable[$0] && states[$0].isRunning }.map(Int32.init)
        way.list += tasks.filter { !isPlannable[$0] }.map(Int32.init)
    }

    /// Takes in what is expected now, and keeps the way.
    mutating func update(_ run: Int, _ observation: Observation) {
        revision = observation.revision(ofRun: run)
        shape = RunShape(PlanningProblem(run, observation))
    }

    /// Takes tasks off the list that will not run any more, and notes where their outputs are.
    mutating func forgetEnded(_ run: Int, _ observation: Observation) {
        for task in way.list.map(Int.init) where observation.state(of: task, inRun: run).isTerminal {
            places[task] = observation.worker(of: task, inRun: run)?.index ?? -1
        }
        way.list.removeAll { observation.state(of: Int($0), inRun: run).isTerminal }
    }

    private static func rationale(_ search: PlaceSearch, _ now: Instant) -> Rationale {
        func proposal(_ way: PlaceSearch.Way) -> Proposal {
            Proposal(by: way.proposer, makespan: .nanoseconds(way.end - now.nanoseconds))
        }
        let others = search.proposals.filter { $0.proposer != search.best.proposer }
        return Rationale(
            chosen: proposal(search.best), alternatives: others.map(proposal), considered: search.decodedCount,
            isOptimal: false)
    }
}

extension TaskState {
    fileprivate var isYetToStart: Bool { !isTerminal && !isRunning }

    fileprivate var isRunning: Bool {
        if case .running = self { true } else { false }
    }
}
