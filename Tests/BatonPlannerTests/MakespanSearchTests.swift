import BatonCore
import BatonPlanner
import BatonSimulator
import BatonTesting
import Testing

@Suite("Search for the least makespan")
struct MakespanSearchTests {
    @Test("on small problems nothing better exists than what is found", arguments: 0..<40)
    func exact(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 9, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        var search = MakespanSearch(problem, seed: seed)
        search.run { $0.decodedCount > 2_000 }
        #expect(search.best.makespanNanoseconds <= BranchAndBound(problem).endNanoseconds, "seed \(seed)")
        #expect(search.best.makespanNanoseconds >= LowerBounds(problem).makespanNanoseconds, "seed \(seed)")
    }

    @Test("a task that takes all memory of a machine, to the byte, is planned")
    func wholeMachine() {
        let memory: Int64 = 25_232_371_713  // odd, and more than 31 bits hold
        let problem = StaticProblem(
            machines: [Machine(capacity: Resources(milliCPU: 2000, memoryBytes: memory))],
            graph: Graph(count: 2, edges: []), durations: [2_000_000_000, 1_000_000_000],
            demands: [Resources(milliCPU: 1000, memoryBytes: memory), Resources(milliCPU: 1000, memoryBytes: 1)],
            isCommand: [true, true], jobs: [.init(arrival: 0, tasks: 0..<2)])
        #expect(MakespanSearch(problem, seed: 1).best.makespanNanoseconds == 3_000_000_000)
    }

    @Test("the schedule that is promised is what its list decodes to", arguments: 0..<20)
    func honest(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let workload = Problems.workload(mostTasks: 40, using: &generator)
        let problem = StaticProblem(workload, on: Problems.machines(using: &generator))
        var search = MakespanSearch(problem, seed: seed)
        search.run { $0.decodedCount > 500 }
        var decoder = SerialDecoder(problem)
        #expect(decoder.decode(search.best.list) == search.best.makespanNanoseconds)
        #expect(search.best.makespanNanoseconds <= search.first.makespanNanoseconds)
        #expect(search.best.list.sorted() == (0..<Int32(problem.count)).map { $0 })
    }

    @Test("the same seed finds the same schedule")
    func repeatable() {
        var generator = SeededGenerator(seed: 5)
        let problem = StaticProblem(
            Problems.workload(mostTasks: 40, using: &generator), on: Problems.machines(using: &generator))
        func best() -> [Int32] {
            var search = MakespanSearch(problem, seed: 3)
            search.run { $0.decodedCount > 300 }
            return search.best.list
        }
        #expect(best() == best())
    }
}
