import BatonCore
import BatonOptimizer
import BatonSimulator

/// A recorded job as a person might have written it down, and what Baton would know of it after some runs.
struct UserWorkflow {
    /// As it was recorded: one task for each of the job's.
    var tasks: [Workflow.Task]
    var limits: [Workflow.Limit] = []
    /// By task.
    var knowledge: [TaskKnowledge]
    /// By task; what it reads and writes where somebody watched.
    var observed: [ObservedFiles?]
    /// By task, of what it really takes: the usual time in nanoseconds and the usual peak.
    let truth: [(nanoseconds: Int64, peakMemoryBytes: Int64)]
    /// By task, whether those of its sort slow each other down.
    var contended: [Bool]
    let name: String
    var machines: [Machine]

    /// Spread of the logarithm of a log-normal distribution with a coefficient of variation of 0.5.
    static let spread = 0.4724
    private static let memorySpread = 0.05

    /// How far what is known may be from the truth, and what a person declares beyond it.
    struct Flaws {
        /// Usual run times are off by up to this factor, log-uniform.
        var error = 2.0
        /// Memory that is asked for over what is needed, by kind of task, log-uniform between 1 and this.
        var excess = 8.0
    }

    /// On workers of 8 cores.
    init(_ job: Job, _ flaws: Flaws, seed: UInt64) {
        let instances = job.expansion.instances
        let commands = instances.indices.filter { instances[$0].kind == .command }
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0x5EED)
        func logUniform(_ low: Double, _ high: Double) -> Double {
            low * PortableMath.exp(generator.unit() * PortableMath.log(high / low))
        }
        var usualPeaks: [Int32: Int64] = [:]
        var excess: [Int32: Double] = [:]
        var largest: Int64 = 0
        var names: [Int: String] = [:]
        var tasks: [Workflow.Task] = []
        var knowledge: [TaskKnowledge] = []
        var truth: [(nanoseconds: Int64, peakMemoryBytes: Int64)] = []
        for (place, index) in commands.enumerated() {
            let (instance, behaviour) = (instances[index], job.behaviours[index])
            let kind = instance.task
            // Traces without memory: around a gigabyte, alike for all of a kind.
            if usualPeaks[kind] == nil { usualPeaks[kind] = Int64(1e9 * logUniform(0.25, 4)) }
            if excess[kind] == nil { excess[kind] = logUniform(1, flaws.excess) }
            let peak = behaviour.peakMemoryBytes > 0 ? behaviour.peakMemoryBytes : usualPeaks[kind]!
            let needed = Int64(Double(peak) * PortableMath.exp(2.3263 * Self.memorySpread) * 1.1)
            let declared = ByteCount.rounded(Int64(Double(needed) * excess[kind]!))
            largest = max(largest, declared)
            let time = max(behaviour.duration.nanoseconds, 1_000_000)
            names[index] = "t\(place)_" + job.workflow.tasks[Int(kind)].name
            let needs = job.expansion.graph.dependencies(of: index).compactMap { names[Int($0)] }
            var task = Workflow.Task(
                name: names[index]!, action: .arguments([Template(literal: "work"), Template(literal: names[index]!)]),
                needs: needs.map { Template(literal: $0) })
            task.request.memoryBytes = .exactly(declared)
            task.request.milliCPU = .exactly(1000)
            tasks.append(task)
            knowledge.append(
                TaskKnowledge(
                    nanoseconds: Int64(Double(time) * logUniform(1 / flaws.error, flaws.error)), spread: Self.spread,
                    doubt: PortableMath.log(max(flaws.error, 1.1)) / 3.0.squareRoot(), peakMemoryBytes: peak,
                    memorySpread: Self.memorySpread, suggestedMemoryBytes: needed, suggestedMilliCPU: 1000,
                    sampleCount: 5))
            truth.append((time, peak))
        }
        self.tasks = tasks
        self.knowledge = knowledge
        self.truth = truth
        contended = tasks.map { _ in false }
        observed = tasks.map { _ in nil }
        name = job.name
        // Room for a task on each core if each asked for what it needs, by the mean over time.
        let work = truth.reduce(0.0) { $0 + Double($1.nanoseconds) }
        let used = truth.reduce(0.0) { $0 + Double($1.nanoseconds) * Double($1.peakMemoryBytes) } / max(work, 1)
        // As many workers as it can keep busy on average, so that neither they nor its longest path are all that counts.
        let parallelism = work / Double(max(job.criticalPath.nanoseconds, 1))
        machines = Array(
            repeating: Machine(
                capacity: Resources(milliCPU: 8_000, memoryBytes: max(largest, Int64(8 * 1.25 * used)))),
            count: min(max(Int(parallelism / 8), 1), 16))
    }

    func subject(overhead: Duration = .zero) throws(WorkflowError) -> Subject {
        let workflow = Workflow(name: name, limits: limits, tasks: tasks)
        let expansion = try workflow.expand(parameters: [])
        let tasks = expansion.instances.map { Int($0.task) }
        return Subject(
            workflow, expansion: expansion, knowledge: tasks.map { knowledge[$0] }, machines: machines,
            overheadNanoseconds: overhead.nanoseconds,
            observed: expansion.instances.map { $0.kind == .command ? observed[Int($0.task)] : nil })
    }

    /// One run as it really goes.
    func world(seed: UInt64) -> World {
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ 0x7247)
        func factor(_ spread: Double, mean: Bool) -> Double {
            let normal = PortableMath.normal(1 - generator.unit(), generator.unit())
            return PortableMath.exp(spread * normal - (mean ? spread * spread / 2 : 0))
        }
        let usual = truth.map { Double($0.nanoseconds) * factor(Self.spread, mean: true) }
        return World(
            nanoseconds: zip(usual, contended).map { Int64($1 ? Self.alone($0) : $0) },
            peakMemoryBytes: truth.map { Int64(Double($0.peakMemoryBytes) * factor(Self.memorySpread, mean: false)) },
            slowDowns: contended.contains(true) ? contended.map { $0 ? Self.slowDown : nil } : [])
    }
}
