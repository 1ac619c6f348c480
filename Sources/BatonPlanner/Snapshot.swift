import BatonCore
import BatonSimulator

/// All that is left to do, as an observation shows it, in the form that rollouts work on; time begins now.
struct Snapshot: Sendable {
    var problem: StaticProblem
    /// By job of the problem.
    var runs: [Int]
    /// By task of the problem, its index in its run.
    var tasks: [Int32]

    init(_ observation: Observation) {
        let machines = (0..<observation.workerCount).map { index in
            let id = Worker.ID(index)
            let worker = observation.worker(id)
            return Machine(
                capacity: observation.isAlive(id) ? worker.capacity : .zero, speedPermille: worker.speedPermille,
                networkBytesPerSecond: worker.networkBytesPerSecond)
        }
        let reference = Worker.ID((0..<observation.workerCount).first { observation.isAlive(Worker.ID($0)) } ?? 0)
        var edges: [Graph.Edge] = []
        var durations: [Int64] = []
        var demands: [Resources] = []
        var isCommand: [Bool] = []
        var inputBytes: [[Int64]] = []
        var jobs: [StaticProblem.Job] = []
        var running: [StaticProblem.Running] = []
        runs = []
        tasks = []
        for run in observation.openRuns.map(Int.init) {
            let first = durations.count
            let graph = observation.graph(ofRun: run)
            let expected = observation.durations(ofRun: run)
            var places = [Int32](repeating: -1, count: graph.count)
            for task in 0..<graph.count {
                let state = observation.state(of: task, inRun: run)
                if state.isTerminal { continue }
                places[task] = Int32(durations.count)
                tasks.append(Int32(task))
                durations.append(expected[task])
                isCommand.append(observation.isCommand(task, inRun: run))
                if case .running(let attempt) = state {
                    demands.append(attempt.grant)
                    let worker = observation.worker(attempt.worker)
                    let end =
                        attempt.since.nanoseconds + worker.executionNanoseconds(expected[task])
                        - observation.now.nanoseconds
                    running.append(
                        .init(task: durations.count - 1, machine: Int(attempt.worker.index), end: max(end, 1)))
                } else {
                    demands.append(observation.grant(for: task, inRun: run, on: reference))
                }
                inputBytes.append([])
            }
            for task in 0..<graph.count where places[task] >= 0 {
                for dependency in graph.dependencies(of: task) where places[Int(dependency)] >= 0 {
                    edges.append(Graph.Edge(places[task], dependsOn: places[Int(dependency)]))
                }
            }
            runs.append(run)
            jobs.append(.init(arrival: 0, tasks: first..<durations.count))
        }
        problem = StaticProblem(
            machines: machines, graph: Graph(count: durations.count, edges: edges), durations: durations,
            demands: demands, isCommand: isCommand, jobs: jobs, running: running)
    }
}
