import BatonCore
import BatonPlanner
import BatonSimulator
import BatonTesting
import Testing

@Suite("Serial schedule generation")
struct SerialDecoderTests {
    @Test("no task starts before what it waits for has ended, and nobody takes what is not there", arguments: 0..<40)
    func feasible(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 20, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        var decoder = SerialDecoder(problem)
        let last = decoder.decode((0..<Int32(problem.count)).map { $0 })
        #expect(last == decoder.ends.max())
        for task in 0..<problem.count {
            for dependency in problem.graph.dependencies(of: task) {
                #expect(decoder.starts[task] >= decoder.ends[Int(dependency)], "seed \(seed)")
            }
            #expect(decoder.ends[task] - decoder.starts[task] == problem.durations[task], "seed \(seed)")
            // What is taken rises only where a task starts.
            let machine = decoder.places[task]
            let held = (0..<problem.count).filter {
                decoder.places[$0] == machine && decoder.starts[$0] <= decoder.starts[task]
                    && decoder.starts[task] < decoder.ends[$0]
            }.reduce(Resources.zero) { $0 + problem.demands[$1] }
            #expect(held.fits(in: problem.machines[Int(machine)].capacity), "seed \(seed)")
        }
    }

    @Test("no task could start earlier beside those that were placed before it", arguments: 0..<40)
    func earliest(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 20, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        var decoder = SerialDecoder(problem)
        _ = decoder.decode((0..<Int32(problem.count)).map { $0 })
        let (starts, ends, places) = (decoder.starts, decoder.ends, decoder.places)
        for task in 0..<problem.count {
            let ready = problem.graph.dependencies(of: task).map { ends[Int($0)] }.max() ?? 0
            // Room begins where something ends.
            for start in [ready] + ends[..<task] where start >= ready && start < starts[task] {
                for machine in problem.machines.indices {
                    let others = (0..<task).filter { places[$0] == Int32(machine) && ends[$0] > starts[$0] }
                    let moments =
                        [start]
                        + others.map { starts[$0] }.filter { $0 > start && $0 < start + problem.durations[task] }
                    let hasRoom = moments.allSatisfy { moment in
                        others.filter { starts[$0] <= moment && moment < ends[$0] }
                            .reduce(problem.demands[task]) { $0 + problem.demands[$1] }
                            .fits(in: problem.machines[machine].capacity)
                    }
                    #expect(!hasRoom, "seed \(seed): task \(task) at \(start)")
                }
            }
        }
    }

    @Test(
        "what is left of a schedule, laid out again at any of its starts, starts then what it did, where it did",
        arguments: 0..<40)
    func carriedOut(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 20, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        let list = (0..<Int32(problem.count)).map { $0 }
        var decoder = SerialDecoder(problem)
        _ = decoder.decode(list)
        let (starts, ends, places) = (decoder.starts, decoder.ends, decoder.places)
        for now in Set(starts).sorted() {
            let running = (0..<problem.count).filter { starts[$0] < now && ends[$0] > now }.map {
                SerialDecoder.Running(task: $0, machine: Int(places[$0]), end: ends[$0])
            }
            let left = list.filter { starts[Int($0)] >= now }
            let isReady = (0..<problem.count).map { task in
                problem.graph.dependencies(of: task).allSatisfy { ends[Int($0)] <= now && starts[Int($0)] < now }
            }
            let starting = decoder.starting(left, isReady: isReady, running: running, now: now)
            #expect(starting == left.filter { starts[Int($0)] == now && isReady[Int($0)] }, "seed \(seed) at \(now)")
            #expect(starting.allSatisfy { decoder.places[Int($0)] == places[Int($0)] }, "seed \(seed) at \(now)")
        }
    }

    @Test("a task that may only start later keeps no room before that, and keeps it then")
    func released() {
        let problem = StaticProblem(
            machines: [Machine(capacity: Resources(milliCPU: 1000))], graph: Graph(count: 3, edges: []),
            durations: [10, 5, 6], demands: Array(repeating: Resources(milliCPU: 1000), count: 3),
            isCommand: [true, true, true], jobs: [.init(arrival: 0, tasks: 0..<3)])
        var decoder = SerialDecoder(problem)
        let isReady = [false, true, true]
        let releases = [SerialDecoder.Release(task: 0, at: 5)]
        #expect(decoder.starting([0, 1, 2], isReady: isReady, running: [], now: 0, releases: releases) == [1])
        #expect(decoder.starting([0, 2, 1], isReady: isReady, running: [], now: 0, releases: releases) == [1])
        // Told for that once only.
        #expect(decoder.starting([0, 1, 2], isReady: [true, true, true], running: [], now: 0) == [0])
    }
}
