import BatonCore

/// Draws what the tasks of one job are like; the shapes are drawn in an extension.
struct FamilySketch {
    var generator: SeededGenerator
    let parameters: Family.Parameters
    private(set) var builder: JobBuilder
    private var kinds: [Kind] = []
    private let priority: Int32
    private let duration: Distribution.Quantile
    private let memory: Distribution.Quantile

    /// What the tasks of one kind have in common.
    private struct Kind {
        var milliCPU: Int64?
        var durationNormal: Double
        var memoryNormal: Double
        var overDeclaration: Double?
        var largestPeakBytes: Int64 = 0
    }

    init(name: String, _ parameters: Family.Parameters, tasks: Int, seed: UInt64) {
        self.parameters = parameters
        generator = SeededGenerator(seed: SeededGenerator.mix(seed))
        builder = JobBuilder(name: name)
        builder.reserve(tasks: tasks + 4, dependencies: tasks * max(2, parameters.degree))
        priority = Int32(
            generator.int(in: Int(parameters.priorities.lowerBound)...Int(parameters.priorities.upperBound)))
        duration = Distribution.Quantile(parameters.duration)
        memory = Distribution.Quantile(parameters.memoryBytes)
    }

    mutating func kind(_ name: String) -> Int32 {
        let kind = builder.kind(name)
        guard Int(kind) == kinds.count else { return kind }
        let (durationNormal, memoryNormal) = normals()
        let factor = parameters.overDeclaration.map { range in
            let (low, high) = (PortableMath.log(range.lowerBound), PortableMath.log(range.upperBound))
            return PortableMath.exp(low + generator.unit() * (high - low))
        }
        kinds.append(
            Kind(
                milliCPU: parameters.milliCPU.isEmpty ? nil : generator.pick(parameters.milliCPU),
                durationNormal: durationNormal, memoryNormal: memoryNormal, overDeclaration: factor))
        return kind
    }

    /// Two standard normal variables with the wanted correlation.
    private mutating func normals() -> (duration: Double, memory: Double) {
        let (first, second) = PortableMath.normals(generator.unit(), generator.unit())
        let correlation = parameters.correlation
        return (first, correlation * first + (1 - correlation * correlation).squareRoot() * second)
    }

    /// - Returns: its place.
    mutating func add(_ kind: Int32) -> Int32 {
        let own = normals()
        let common = parameters.likeness.squareRoot()
        let rest = (1 - parameters.likeness).squareRoot()
        let shared = kinds[Int(kind)]
        let seconds = duration(atNormal: common * shared.durationNormal + rest * own.duration)
        let bytes = memory(atNormal: common * shared.memoryNormal + rest * own.memory)
        let peak = Int64(min(max(bytes, 0), Double(parameters.memoryLimitBytes)))
        kinds[Int(kind)].largestPeakBytes = max(shared.largestPeakBytes, peak)
        let behaviour = Workload.Behaviour(
            duration: .nanoseconds(Int64(min(max(seconds, 0), 3e8) * 1e9)), peakMemoryBytes: peak)
        return builder.add(
            "t\(builder.count)", kind: kind, request: TaskInstance.Request(milliCPU: shared.milliCPU),
            priority: priority, behaviour: behaviour)
    }

    mutating func link(_ task: Int32, dependsOn dependency: Int32) {
        builder.link(task, dependsOn: dependency)
    }

    mutating func addGroup(_ name: String, kind: Int32, of members: Range<Int32>) -> Int32 {
        builder.addGroup(name, kind: kind, of: members)
    }

    consuming func finish() -> Job {
        let declared = kinds.map { kind in
            kind.overDeclaration.map { factor in
                Int64(min(Double(kind.largestPeakBytes) * factor, Double(parameters.memoryLimitBytes)))
            }
        }
        builder.adjustTasks { instance, _ in instance.request.memoryBytes = declared[Int(instance.task)] }
        let slack = parameters.deadlineSlack
        do throws(GraphCycle) {
            let job = try builder.finish()
            guard let slack else { return job }
            let factor = slack.lowerBound + generator.unit() * (slack.upperBound - slack.lowerBound)
            return job.urged(deadlineSlack: factor)
        } catch {
            preconditionFailure("the shape has a cycle: \(error.nodes)")
        }
    }
}
