import BatonCore
import BatonPolicies
import BatonSimulator
import BatonTesting
import Testing

/// Jobs that are drawn: their shape, and what their tasks are like.
@Suite struct FamilyTests {
    @Test("a family gives about as many tasks as asked for, and the same job for a seed", arguments: Family.allCases)
    func sizes(family: Family) {
        for tasks in [1, 2, 3, 12, 40, 333, 2_000] {
            let job = family.job(tasks: tasks, seed: 7)
            // A mosaic of one image has nine tasks.
            #expect(abs(job.taskCount - tasks) <= (family == .montage ? 8 : 0), "\(family) of \(tasks)")
            let again = family.job(tasks: tasks, seed: 7)
            #expect(again.expansion.graph == job.expansion.graph && again.behaviours == job.behaviours)
            #expect(again.expansion.instances == job.expansion.instances)
            if tasks > 12 { #expect(family.job(tasks: tasks, seed: 8).behaviours != job.behaviours) }
        }
    }

    @Test("each family runs to its end on a small cluster", arguments: Family.allCases)
    func runs(family: Family) {
        let machines = Array(
            repeating: Machine(capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000)), count: 4)
        let job = family.job(tasks: 120, seed: 3)
        #expect(job.expansion.misfit(on: machines) == nil)
        let run = Arrivals.runID(seed: 1, index: 0)
        var simulation = Simulation(
            Scenario(workers: machines, workload: Workload([job.arrival(run: run)]), isChecked: true))
        let report = simulation.run { CriticalPathFirst() }
        #expect(report.isComplete && report.violations.isEmpty && report.runs[0].status == .succeeded)
        #expect(report.counts.attempts == job.taskCount)
        #expect(report.makespan >= job.criticalPath)
    }

    @Test("width and depth are as asked for")
    func shapes() {
        var parameters = Family.Parameters()
        parameters.width = 8
        for family in [Family.layered, .forkJoin, .pipelines] {
            #expect(Shape(family.job(tasks: 100, parameters: parameters, seed: 1)).width == 8, "\(family)")
        }
        parameters.width = nil
        parameters.depth = 20
        #expect(Shape(Family.layered.job(tasks: 100, parameters: parameters, seed: 1)).depth == 20)
        #expect(Shape(Family.random.job(tasks: 100, parameters: parameters, seed: 1)).depth == 20)
        // Twenty steps and the report.
        #expect(Shape(Family.pipelines.job(tasks: 101, parameters: parameters, seed: 1)).depth == 21)
    }

    @Test("a reduce waits for every map of its round, over edges that grow with the tasks")
    func mapReduce() {
        let job = Family.mapReduce.job(tasks: 1_100, seed: 1)
        #expect(job.expansion.graph.edgeCount < 2_300)
        let reduce = job.expansion.instances.firstIndex { job.workflow.tasks[Int($0.task)].name == "reduce0" }!
        let gate = Int(job.expansion.graph.dependencies(of: reduce).first!)
        #expect(job.expansion.instances[gate].kind == .group(isExpanded: true))
        #expect(job.expansion.graph.dependencies(of: gate).count == 990)
    }

    @Test("a mosaic fits differences of neighbours, and corrects each projection once")
    func montage() {
        let job = Family.montage.job(tasks: 206, seed: 1)
        func count(_ kind: String) -> Int {
            job.expansion.instances.count { job.workflow.tasks[Int($0.task)].name == kind }
        }
        #expect(count("project") == 40 && count("background") == 40 && count("difference") == 120)
        #expect(Shape(job).depth == 9)
    }

    @Test("durations and memory have the mean asked for, and go together as asked")
    func quantities() {
        var parameters = Family.Parameters()
        parameters.duration = .logNormal(mean: 100, coefficientOfVariation: 0.5)
        parameters.memoryBytes = .heavyTail(mean: 1e9, exponent: 4)
        parameters.likeness = 0
        parameters.correlation = 0.8
        let job = Family.pipelines.job(tasks: 40_000, parameters: parameters, seed: 5)
        let seconds = job.behaviours.map(\.duration.seconds)
        let bytes = job.behaviours.map { Double($0.peakMemoryBytes) }
        #expect(abs(mean(seconds) - 100) < 1.5)
        #expect(abs(deviation(seconds) - 50) < 2)
        #expect(abs(mean(bytes) / 1e9 - 1) < 0.02)
        let (middleSeconds, middleBytes) = (seconds.sorted()[20_000], bytes.sorted()[20_000])
        let together = zip(seconds, bytes).count { ($0 > middleSeconds) == ($1 > middleBytes) }
        // Both above or both below the median: 1/2 + asin(0.8) / pi.
        #expect(abs(Double(together) / 40_000 - 0.795) < 0.01)
    }

    @Test("tasks of one kind are alike, declare the same, and enough for all of them")
    func kinds() {
        var parameters = Family.Parameters()
        parameters.likeness = 0.9
        parameters.width = 100
        let job = Family.layered.job(tasks: 2_000, parameters: parameters, seed: 2)
        for kind in job.workflow.tasks.indices {
            let places = job.expansion.instances.indices.filter { job.expansion.instances[$0].task == kind }
            let declared = Set(places.map { job.expansion.instances[$0].request.memoryBytes! })
            let largest = places.map { job.behaviours[$0].peakMemoryBytes }.max()!
            #expect(declared.count == 1)
            #expect(declared.first! >= min(largest * 2, 64_000_000_000) - 2)
            let seconds = places.map { job.behaviours[$0].duration.seconds }
            #expect(deviation(seconds) / mean(seconds) < 0.5)
        }
    }

    @Test("a deadline is the critical path with its slack, and priorities stay in their range")
    func deadlines() throws {
        var parameters = Family.Parameters()
        parameters.deadlineSlack = 1.5...1.5
        parameters.priorities = 20...80
        let job = Family.forkJoin.job(tasks: 50, parameters: parameters, seed: 1)
        #expect(abs(try #require(job.workflow.deadline).seconds - 1.5 * job.criticalPath.seconds) < 1e-6)
        let priorities = Set(
            (0..<50).flatMap { seed in
                Family.forkJoin.job(tasks: 5, parameters: parameters, seed: seed).expansion.instances.map(\.priority)
            })
        #expect(priorities.min()! >= 20 && priorities.max()! <= 80 && priorities.count > 20)
    }

    @Test("what was drawn from a distribution is fitted by it")
    func fits() throws {
        func samples(_ distribution: Distribution) -> [Double] {
            var parameters = Family.Parameters()
            parameters.duration = distribution
            parameters.likeness = 0
            let job = Family.pipelines.job(tasks: 20_000, parameters: parameters, seed: 9)
            return job.behaviours.map(\.duration.seconds)
        }
        guard
            case .logNormal(let center, let variation) = Distribution.fitted(
                to: samples(.logNormal(mean: 30, coefficientOfVariation: 0.8)))
        else { return #expect(Bool(false), "log-normal samples are fitted by something else") }
        #expect(abs(center - 30) < 1 && abs(variation - 0.8) < 0.05)
        guard
            case .heavyTail(let tailMean, let exponent) = Distribution.fitted(
                to: samples(.heavyTail(mean: 30, exponent: 2.5)))
        else { return #expect(Bool(false), "Pareto samples are fitted by something else") }
        #expect(abs(tailMean - 30) < 1.5 && abs(exponent - 2.5) < 0.1)
        #expect(Distribution.fitted(to: [4, 4, 0, -1]) == .constant(4))
        #expect(Distribution.fitted(to: []) == .constant(0))
        let uniform = samples(.uniform(10...20))
        #expect(uniform.min()! >= 10 && uniform.max()! <= 20 && abs(mean(uniform) - 15) < 0.1)
    }
}

/// Longest chain and widest level of a job, groups left out.
private struct Shape {
    var depth = 0
    var width = 0

    init(_ job: Job) {
        let graph = job.expansion.graph
        var levels = Array(repeating: 0, count: graph.count)
        var counts: [Int: Int] = [:]
        for node in (try? graph.topologicalOrder()) ?? [] {
            let before = graph.dependencies(of: Int(node)).map { levels[Int($0)] }.max() ?? 0
            let isCommand = job.expansion.instances[Int(node)].kind == .command
            levels[Int(node)] = before + (isCommand ? 1 : 0)
            if isCommand { counts[levels[Int(node)], default: 0] += 1 }
        }
        depth = levels.max() ?? 0
        width = counts.values.max() ?? 0
    }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func deviation(_ values: [Double]) -> Double {
    let center = mean(values)
    return mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
}
