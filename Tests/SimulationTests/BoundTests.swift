import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Schedules against what no schedule can beat, and what every greedy one keeps to.
@Suite struct BoundTests {
    @Test("a task that names a kind of machine runs on no other, and bounds know it")
    func kinds() {
        let core = Resources(milliCPU: 1000)
        var problem = StaticProblem(
            machines: ["plain", "plain", "gpu"].map { Machine(capacity: core, kind: $0) },
            graph: Graph(count: 4, edges: []), durations: [10, 10, 10, 10], demands: Array(repeating: core, count: 4),
            isCommand: Array(repeating: true, count: 4), jobs: [.init(arrival: 0, tasks: 0..<4)])
        #expect(LowerBounds(problem).makespanNanoseconds == 14)
        problem.workerKinds = [["gpu"], nil, ["gpu"], ["gpu"]]
        #expect(LowerBounds(problem).makespanNanoseconds == 30 && BranchAndBound(problem).endNanoseconds == 30)
        var rollout = Rollout(problem)
        #expect(rollout.run(order: [0, 1, 2, 3]).endNanoseconds == 30)
        var decoder = SerialDecoder(problem)
        #expect(decoder.decode([0, 1, 2, 3]) == 30)
        #expect(rollout.places == [2, 0, 2, 2] && decoder.places == [2, 0, 2, 2])
        problem.workerKinds[1] = ["large"]
        #expect(!problem.isFeasible)
    }

    @Test("the makespan lies between the lower bound and Graham's bound", arguments: Seed.range(0..<30))
    func bounds(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (layers, width) = (Int(generator.next() % 6) + 1, Int(generator.next() % 12) + 1)
        let run = Run.ID(rawValue: seed + 1)
        var parameters = Family.Parameters()
        parameters.width = width
        parameters.milliCPU = [1000]
        parameters.memoryBytes = .constant(0)
        parameters.overDeclaration = nil
        let arrivals = [
            Family.layered.job(tasks: layers * width, parameters: parameters, seed: seed),
            Family.forkJoin.job(tasks: layers * (width + 1), parameters: parameters, seed: seed),
        ].map { $0.arrival(run: run) }
        for arrival in arrivals {
            for var policy in [FIFO() as any Policy, CriticalPathFirst()] {
                let worker = Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30))
                let scenario = Scenario(workers: [worker, worker], workload: Workload([arrival]), isChecked: true)
                var simulation = Simulation(scenario)
                while case .decision(let observation) = simulation.advance() {
                    simulation.apply(policy.decide(observation))
                }
                guard case .finished(let report) = simulation.advance() else { return }
                let graph = try arrival.submission.expand().graph
                let nanoseconds = arrival.instanceBehaviours.map(\.duration.nanoseconds)
                let path = Duration.nanoseconds(graph.upwardRanks(nanoseconds: nanoseconds).max() ?? 0)
                let area = Duration.nanoseconds(nanoseconds.reduce(0, +) / 8)
                let replay = Seed.replay(seed, "BoundTests")
                #expect(report.violations.first == nil, "\(replay)")
                #expect(report.makespan >= max(path, area), "\(policy.name), \(replay)")
                #expect(report.makespan <= path + area, "\(policy.name), \(replay)")
                #expect(abs(report.utilisation - area.seconds / report.makespan.seconds) < 1e-6, "\(replay)")
            }
        }
    }

    @Test("noise belongs to the attempt, has mean 1, and comes in the shape asked for")
    func noise() {
        func durations(_ spread: DurationModel.Spread) -> [Double] {
            let model = DurationModel(seed: 3, spread: spread)
            return (1...20_000).map { index in
                let attempt = Attempt.ID(run: Run.ID(rawValue: 1), task: TaskInstance.ID(index), number: 1)
                return model.duration(usually: .seconds(100), of: attempt).seconds
            }
        }
        let logNormal = durations(.logNormal(coefficientOfVariation: 0.5))
        let heavy = durations(.heavyTail(exponent: 3))
        #expect(durations(.exact).allSatisfy { $0 == 100 })
        #expect(logNormal == durations(.logNormal(coefficientOfVariation: 0.5)))
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        #expect(abs(mean(logNormal) - 100) < 2)
        #expect(abs(mean(heavy) - 100) < 3)
        let deviation = mean(logNormal.map { ($0 - 100) * ($0 - 100) }).squareRoot()
        #expect(abs(deviation - 50) < 3)
        #expect(logNormal.sorted()[10_000] < 92)
        #expect(heavy.max()! > 1000)
    }
}
