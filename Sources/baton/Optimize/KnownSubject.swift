import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator

/// A user's workflow as the optimiser looks at it, with all that is known of its tasks.
struct KnownSubject {
    let subject: Subject
    /// In sentences.
    let assumptions: [String]

    /// - Parameters:
    ///   - estimator: what earlier runs took; nil when nothing has run.
    ///   - past: what else they say.
    ///   - upToDate: instances that would not run.
    /// - Throws: what is wrong with the workflow, or that some task fits nowhere.
    init(
        _ input: OptimizedWorkflow, on machines: [Machine], overhead: Duration, estimator: (any Estimator)?,
        past: PastRuns?, upToDate: Set<Int> = []
    ) throws {
        let planned = PlannedWorkflow(input.workflow)
        let expansion: Expansion
        do throws(WorkflowError) {
            expansion =
                try planned.assumptions.isEmpty
                ? input.expand() : planned.workflow.expand(parameters: input.parameters)
        } catch {
            throw input.locate(error)
        }
        try Self.check(expansion, on: machines)
        let known = Self.knowledge(planned.workflow, expansion, estimator, past, upToDate)
        subject = Subject(
            planned.workflow, parameters: input.parameters, expansion: expansion, knowledge: known.knowledge,
            machines: machines, overheadNanoseconds: overhead.nanoseconds,
            observed: expansion.instances.map { past?.files[$0.name] })
        assumptions = known.assumptions + planned.assumptions
    }

    private static func check(_ expansion: Expansion, on machines: [Machine]) throws {
        guard let misfit = expansion.misfit(on: machines) else { return }
        guard machines.contains(where: { misfit.request.allows($0.kind) }) else {
            let gap = WorkerKindGap(misfit.request, on: machines.map { $0.kind })
            throw CommandFailure(
                "'\(misfit.name)' \(gap.predicate). Say with --kind or --cluster where it is to run", exit: .usage)
        }
        throw CommandFailure(
            "'\(misfit.name)' asks for more than any worker has. Say with --jobs, --memory or --cluster where it is to run",
            exit: .usage)
    }

    private static func knowledge(
        _ workflow: Workflow, _ expansion: Expansion, _ estimator: (any Estimator)?, _ past: PastRuns?,
        _ upToDate: Set<Int>
    ) -> (knowledge: [TaskKnowledge], assumptions: [String]) {
        let estimates = expansion.instances.map { instance -> Estimate? in
            guard instance.kind == .command else { return nil }
            return estimator?.estimate(
                workflow: workflow.name, task: workflow.tasks[Int(instance.task)].name, instance: instance.name,
                request: instance.request)
        }
        let lengths = zip(expansion.instances, estimates).map { instance, estimate -> Duration? in
            instance.expectedNanoseconds(estimate).map { .nanoseconds($0) }
        }
        let sorted = lengths.compactMap { $0 }.sorted()
        let typical = sorted.isEmpty ? Duration.seconds(1) : sorted[sorted.count / 2]
        let knowledge = zip(expansion.instances, estimates).enumerated().map { index, pair in
            let (instance, estimate) = pair
            if upToDate.contains(index) { return TaskKnowledge(nanoseconds: 1) }
            var known = TaskKnowledge(instance, estimate, typical: typical)
            known.failures = past?.failures[instance.name]
            known.durations = past?.durations[instance.name] ?? []
            return known
        }
        let commands = expansion.instances.indices.filter { expansion.instances[$0].kind == .command }
        let unknown = commands.count { lengths[$0] == nil }
        return (knowledge, WorkflowJob.assumption(unknown: unknown, of: commands.count, typical: typical))
    }
}
