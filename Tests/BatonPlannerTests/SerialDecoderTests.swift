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

    @Test("what is left of a schedule, laid out again halfway, ends when the schedule does", arguments: 0..<40)
    func resumed(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 20, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        var decoder = SerialDecoder(problem)
        let last = decoder.decode((0..<Int32(problem.count)).map { $0 })
        let (starts, ends, places) = (decoder.starts, decoder.ends, decoder.places)
        let now = last / 2
        let running = (0..<problem.count).filter { starts[$0] < now && ends[$0] > now }.map {
            SerialDecoder.Running(task: $0, machine: Int(places[$0]), end: ends[$0])
        }
        let left = (0..<Int32(problem.count)).filter { starts[Int($0)] >= now && ends[Int($0)] > now }
            .sorted { (starts[Int($0)], $0) < (starts[Int($1)], $1) }
        #expect(decoder.resume(left, running: running, now: now) == last, "seed \(seed)")
    }
}
