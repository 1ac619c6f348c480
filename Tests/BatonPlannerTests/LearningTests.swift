import BatonCore
import BatonNeural
import BatonSimulator
import BatonTesting
import Testing

@testable import BatonPlanner

@Suite("The network and its training")
struct LearningTests {
    private static func project(_ seed: UInt64, tasks: Int = 12) -> StaticProblem {
        var generator = SeededGenerator(seed: seed)
        return InventedProblem.project(tasks: tasks, using: &generator)
    }

    private static func batch(_ seed: UInt64, jobs: Int = 4) -> StaticProblem {
        var generator = SeededGenerator(seed: seed)
        return InventedProblem.batch(jobs: jobs, using: &generator)
    }

    // MARK: The network

    @Test("its derivatives equal finite differences", arguments: GraphNetwork.Agents.allCases)
    func gradient(_ agents: GraphNetwork.Agents) {
        var network = GraphNetwork(agents: agents, seed: 1)
        let input = GraphNetwork.Input(Self.batch(3))
        func loss(_ network: GraphNetwork, _ tape: inout Tape) -> Tensor {
            let output = network.apply(input, on: &tape)
            let parts = [output.scores, output.bids, output.sharing].map { tape.sum(tape.square($0)) }
            return tape.sum(tape.concatenate(parts))
        }
        var tape = Tape(network.parameters)
        let gradient = tape.gradient(of: loss(network, &tape))
        for index in stride(from: 0, to: network.parameters.values.count, by: 37) {
            let original = network.parameters.values[index]
            let ends = [original + 1e-6, original - 1e-6].map { value in
                network.parameters.values[index] = value
                var tape = Tape(network.parameters)
                let result = loss(network, &tape)
                return tape.number(result)
            }
            network.parameters.values[index] = original
            let difference = (ends[0] - ends[1]) / 2e-6
            #expect(abs(gradient[index] - difference) < 1e-4 * max(1, abs(difference)), "weight \(index)")
        }
    }

    @Test("what it says of a task does not depend on the task's number", arguments: Seed.range(0..<10))
    func renumbering(seed: UInt64) {
        let problem = Self.project(seed, tasks: 30)
        var generator = SeededGenerator(seed: seed)
        let numbers = (0..<problem.count).shuffled(using: &generator)
        var other = problem
        other.graph = Graph(
            count: problem.count,
            edges: problem.graph.edges.map {
                Graph.Edge(Int32(numbers[Int($0.node)]), dependsOn: Int32(numbers[Int($0.dependency)]))
            })
        for task in 0..<problem.count {
            other.durations[numbers[task]] = problem.durations[task]
            other.demands[numbers[task]] = problem.demands[task]
        }
        let network = GraphNetwork(seed: 5)
        let (one, two) = (network.answer(problem), network.answer(other))
        for task in 0..<problem.count {
            #expect(abs(one.scores[task] - two.scores[numbers[task]]) < 1e-9, "\(Seed.replay(seed, "LearningTests"))")
        }
        #expect(abs(one.weights[0] - two.weights[0]) < 1e-9)
    }

    @Test("the unit of time makes no difference")
    func unitOfTime() {
        let problem = Self.batch(2)
        var other = problem
        other.durations = problem.durations.map { $0 * 60 }
        let network = GraphNetwork(seed: 5)
        let (one, two) = (network.answer(problem), network.answer(other))
        #expect(zip(one.scores, two.scores).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("a network that says nonsense makes no plan worse than the longest path first, straightened")
    func safety() {
        for seed in 0..<8 as Range<UInt64> {
            let problem = Self.project(seed, tasks: 25)
            let search = MakespanSearch(problem, seed: 1, network: SchedulingNetwork(seed: seed))
            #expect(search.best.makespanNanoseconds <= MakespanSearch(problem, seed: 1).best.makespanNanoseconds)
        }
    }

    // MARK: Training

    private static let effort = Trainer.Effort(
        solved: 2, searchNanoseconds: 2_000_000, imitated: 2, experiences: 2, streams: 1)

    private static func trained(_ workforce: some Workforce, seed: UInt64 = 1) -> [UInt8] {
        var trainer = Trainer(
            SchedulingNetwork(seed: seed), on: TrainingProblems(jobs: [], inventsJobs: true), seed: seed,
            schedule: .init(rule: 1, imitation: 1, reinforcement: 1), effort: effort)
        while trainer.step(workforce) != nil {}
        return trainer.network.bytes
    }

    /// As threads may: the last thing first.
    private struct Backwards: Workforce {
        func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
            (0..<count).reversed().map(body).reversed()
        }
    }

    @Test("the same seed gives the same weights to the bit, in whatever order things are done")
    func reproducible() {
        let first = Self.trained(OneByOne())
        #expect(first == Self.trained(Backwards()))
        #expect(first != Self.trained(OneByOne(), seed: 2))
    }

    @Test("imitation learns what is imitated, and lists drawn from what was learned are shorter")
    func improves() {
        let problems = (0..<6).map { Self.project(UInt64($0), tasks: 20) }
        let solved = problems.enumerated().compactMap {
            SolvedProblem($1, nanoseconds: 3_000_000, seed: UInt64($0))
        }
        var network = GraphNetwork(seed: 1)
        func loss() -> Double { Sample.mean(solved.map { $0.loss(network).loss }) }
        func makespan() -> Double {
            Sample.mean(
                problems.map { problem in
                    var decoder = SerialDecoder(problem)
                    let lists = TaskLists(graph: problem.graph)
                    return Double(decoder.decode(lists.byKey(network.answer(problem).scores)))
                })
        }
        let (lossBefore, makespanBefore) = (loss(), makespan())
        var adam = Adam(rate: 3e-3)
        for _ in 0..<60 {
            let gradients = solved.map { $0.loss(network).gradient }
            let sum = gradients.dropFirst().reduce(gradients[0]) { zip($0, $1).map(+) }
            adam.step(&network.parameters, sum)
        }
        #expect(loss() < 0.8 * lossBefore)
        #expect(makespan() < makespanBefore)
    }

    @Test("reinforcement makes likelier what took less time")
    func reinforces() throws {
        let network = GraphNetwork(seed: 1)
        let problem = Self.project(4, tasks: 20)
        var trained = network
        var adam = Adam(rate: 1e-3)
        for round in 0..<30 as Range<UInt64> {
            let experience = try #require(Experience.plan(problem, trained, seed: round))
            for _ in 0..<2 { adam.step(&trained.parameters, experience.gradient(trained).gradient) }
        }
        func ratio(_ network: GraphNetwork) -> Double {
            Sample.mean((1_000..<1_010).compactMap { Experience.plan(problem, network, seed: $0)?.ratio })
        }
        #expect(ratio(trained) < ratio(network))
    }

    // MARK: What is kept

    @Test("bytes give the same network with its origin, and where it pays")
    func roundTrip() throws {
        var network = SchedulingNetwork(seed: 3, singleAgent: true)
        network.uses = [.sharing]
        network.origin = .init(
            seed: 3, data: "invented\njobs", program: "Baton", rounds: "1,2", start: "random weights")
        let copy = try SchedulingNetwork(bytes: network.bytes)
        #expect(copy.bytes == network.bytes)
        #expect(copy.uses == [.sharing] && copy.origin.data == "inventedjobs" && copy.network.agents == .single)
    }

    @Test("bytes that are no network, cut off, damaged or of another version are refused with the reason")
    func refusedBytes() {
        let bytes = SchedulingNetwork(seed: 1).bytes
        func fault(_ bytes: [UInt8]) -> String? {
            do throws(NetworkFault) {
                _ = try SchedulingNetwork(bytes: bytes)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(fault(Array("GIF89a".utf8)) == "this is no network of Baton: it does not begin with 'baton network'")
        #expect(fault(Array(bytes.prefix(40))) == "cut off: the lines before the weights have no end")
        #expect(fault(Array(bytes.dropLast(9)))?.contains("damaged or cut off") == true)
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        #expect(fault(damaged)?.contains("damaged or cut off") == true)
        let other = Array(String(decoding: bytes.prefix(15), as: UTF8.self).replacing("1", with: "9").utf8)
        #expect(fault(other + bytes.dropFirst(15))?.contains("a network of version 9") == true)
    }

    @Test("the network that ships is one of this version, says where it comes from, and is asked only where it pays")
    func shipped() throws {
        let network = try #require(ShippedNetwork.network)
        #expect(network.bytes == ShippedNetwork.bytes(ShippedNetwork.base64))
        #expect(network.bytes.count < 100_000)
        #expect(network.origin.program.contains("commit") && !network.origin.data.isEmpty)
        #expect(ShippedNetwork.pays == !network.uses.isEmpty)
    }

    // MARK: Validation

    private static func validation(new: Double, present: Double?) -> Validation {
        let none = (0..<40).map { 100 + Double($0 % 7) }
        func scaled(_ factor: Double) -> [Double] {
            none.enumerated().map { $1 * (factor + Double($0 % 3 - 1) * 0.001) }
        }
        var old = SchedulingNetwork(seed: 1)
        old.uses = [.plans]
        return Validation(
            [.init(use: .plans, none: none, new: scaled(new), present: present.map(scaled))],
            present: present == nil ? nil : old)
    }

    @Test("a network that is worse than none, or than the present one, is refused; one that is better is taken")
    func verdicts() {
        #expect(Self.validation(new: 1.02, present: nil).verdict.refusal != nil)
        #expect(Self.validation(new: 1.0, present: nil).verdict.refusal != nil)
        #expect(Self.validation(new: 0.98, present: nil).verdict.refusal == nil)
        #expect(Self.validation(new: 0.98, present: nil).uses == [.plans])
        #expect(Self.validation(new: 0.98, present: 0.95).verdict.refusal != nil)
        #expect(Self.validation(new: 0.95, present: 0.98).verdict.refusal == nil)
    }
}
