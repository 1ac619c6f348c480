public import BatonCore
import BatonPolicies
import BatonSimulator

public struct Intelligent: Policy {
    public let name = "intelligent"
    private var dispatch: RunDispatch
    private var seenRuns = 0
    /// By run.
    private var standings: [Double] = []
    private var orders: [(revision: Int, places: [Int32])?] = []
    private var generator = SeededGenerator(seed: 1)
    let tries: Int
    let mode: Int

    public init(patience: Duration?, tries: Int, mode: Int) {
        dispatch = RunDispatch(patience: patience, reason: "planned")
        self.tries = tries
        self.mode = mode
    }

    public mutating func decide(_ observation: Observation) -> Decision {
        let open = observation.openRuns.count
        while orders.count < observation.runCount { orders.append(nil); standings.append(.infinity) }
        var isNew = false
        for run in observation.openRuns.map(Int.init) {
            let revision = observation.revision(ofRun: run)
            if orders[run]?.revision == revision { continue }
            isNew = true
            orders[run] = (revision, RunDispatch.troublesomeFirst(run, observation))
        }
        _ = seenRuns
        seenRuns = open
        if isNew, tries > 0 { replan(observation) }
        let placements = dispatch.place(observation) { task in
            Int64(orders[task.run]?.places[Int(task.reference.task.index)] ?? .max)
        } standing: { run, _ in
            tries > 0 ? standings[run.index] : Double(run.remainingNanoseconds)
        }
        return Decision(policy: name, placements: placements)
    }

    private mutating func replan(_ observation: Observation) {
        let snapshot = Snapshot(observation)
        let count = snapshot.runs.count
        guard count > 1 else { if count == 1 { standings[snapshot.runs[0]] = 0 }; return }
        var rollout = Rollout(snapshot.problem)
        // Tasks of each job in their order.
        let lists: [[Int32]] = snapshot.problem.jobs.enumerated().map { job, entry in
            let places = orders[snapshot.runs[job]]!.places
            return entry.tasks.map(Int32.init).sorted { places[Int(snapshot.tasks[Int($0)])] < places[Int(snapshot.tasks[Int($1)])] }
        }
        let remaining = snapshot.runs.map { Double(observation.run(at: $0).remainingNanoseconds) }
        var order = (0..<count).sorted { remaining[$0] < remaining[$1] }
        func evaluate(_ order: [Int], _ rollout: inout Rollout) -> Int64 {
            rollout.run(order: order.flatMap { lists[$0] }).totalCompletionNanoseconds
        }
        var best = evaluate(order, &rollout)
        for _ in 0..<tries {
            var other = order
            let from = Int(generator.next() % UInt64(count))
            var to = Int(generator.next() % UInt64(count))
            if to == from { to = (from + 1) % count }
            let job = other.remove(at: from)
            other.insert(job, at: to)
            let value = evaluate(other, &rollout)
            if value < best { best = value; order = other }
        }
        for (place, job) in order.enumerated() { standings[snapshot.runs[job]] = Double(place) }
    }
}
