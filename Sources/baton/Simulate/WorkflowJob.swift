import BatonCore
import BatonFormats
import BatonPrediction
import BatonSimulator

/// A user's own workflow as a job for the simulator, with what had to be assumed.
struct WorkflowJob {
    let job: Job
    /// In sentences.
    let assumptions: [String]

    /// - Parameter estimator: what earlier runs took; nil when nothing has run.
    init(_ input: WorkflowInput, estimator: (any Estimator)?) throws(WorkflowError) {
        let planned = PlannedWorkflow(input.file.workflow)
        let idle = planned.workflow.tasks.map { _ in Workload.Behaviour(duration: .zero) }
        var job: Job
        do {
            job = try Job(planned.workflow, parameters: input.parameters, behaviours: idle)
        } catch {
            throw input.file.locate(error)
        }
        let commands = job.expansion.instances.indices.filter { job.expansion.instances[$0].kind == .command }
        var lengths: [Int: Duration] = [:]
        for index in commands {
            let instance = job.expansion.instances[index]
            let estimate = estimator?.estimate(
                workflow: job.workflow.name, task: job.workflow.tasks[Int(instance.task)].name, instance: instance.name,
                request: instance.request)
            lengths[index] = instance.expectedNanoseconds(estimate).map { .nanoseconds($0) }
            job.behaviours[index].peakMemoryBytes =
                estimate?.peakMemoryP50Bytes ?? instance.request.memoryBytes ?? 0
        }
        let known = commands.compactMap { lengths[$0] }.sorted()
        let typical = known.isEmpty ? Duration.seconds(1) : known[known.count / 2]
        for index in commands { job.behaviours[index].duration = lengths[index] ?? typical }
        self.job = job
        assumptions =
            Self.assumption(unknown: commands.count - known.count, of: commands.count, typical: typical)
            + planned.assumptions
    }

    static func assumption(unknown: Int, of count: Int, typical: Duration) -> [String] {
        guard unknown > 0 else { return [] }
        let length = DurationText.format(typical)
        if unknown == count {
            return [
                "Nothing is known yet about durations: every task counts as \(length). Run it once, or give 'duration'."
            ]
        }
        return [
            "\(Sentence.count(unknown, "task")) of unknown duration \(unknown == 1 ? "counts" : "count") as \(length)."
        ]
    }
}
