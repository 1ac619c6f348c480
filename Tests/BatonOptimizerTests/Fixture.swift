import BatonCore
import BatonOptimizer
import BatonPolicies
import BatonSimulator
import Testing

/// Small workflows with what is known of them.
enum Fixture {
    /// - Parameters:
    ///   - tasks: in order; each needs the tasks named.
    ///   - cores: of the one machine.
    ///   - known: what is known of a task; a second each unless said.
    static func subject(
        _ tasks: [Workflow.Task], limits: [Workflow.Limit] = [], cores: Int64 = 4, memory: Int64 = 16_000_000_000,
        overhead: Duration = .zero,
        known: (String) -> TaskKnowledge = { _ in TaskKnowledge(nanoseconds: 1_000_000_000) }
    ) throws -> Subject {
        let workflow = Workflow(name: "w", limits: limits, tasks: tasks)
        let expansion = try workflow.expand(parameters: [])
        let knowledge = expansion.instances.map { known(workflow.tasks[Int($0.task)].name) }
        return Subject(
            workflow, expansion: expansion, knowledge: knowledge,
            machines: [Machine(capacity: Resources(milliCPU: cores * 1000, memoryBytes: memory))],
            overheadNanoseconds: overhead.nanoseconds)
    }

    static func task(
        _ name: String, needs: [String] = [], run: String? = nil, _ change: (inout Workflow.Task) -> Void = { _ in }
    ) -> Workflow.Task {
        var task = Workflow.Task(
            name: name, action: .shell(Template(literal: run ?? "work \(name)")),
            needs: needs.map { Template(literal: $0) })
        change(&task)
        return task
    }

    static func priced(
        _ subject: Subject, permissions: Set<Finding.Permission> = [], fifo: Bool = false
    ) -> PricedAnalysis {
        PricedAnalysis(Analysis(subject), permissions: permissions, workforce: OneByOne()) { () -> any Policy in
            if fifo { return FIFO() }
            return CriticalPathFirst()
        }
    }
}
