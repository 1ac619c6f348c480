import BatonCore
import BatonFormats
import BatonStore

/// The workflow of a schedule as it is now, ready to be run.
struct ScheduledWorkflow: Sendable {
    let workflow: Workflow
    let directory: String
    /// The file that it came from; without one, who had it run.
    let source: String

    /// Set by itself where a workflow has such a parameter and the schedule names none.
    private static let timeParameter = "scheduled_time"

    /// - Throws: `WorkflowError` with all that is wrong with the text, `Problem` where there is no such workflow or folder.
    static func find(
        for schedule: Schedule, stores: StorePool, shelf: WorkflowShelf, configuration: ServerConfiguration
    ) async throws -> ScheduledWorkflow {
        let text: String
        let isJSON: Bool
        switch schedule.source {
        case .newest(let name):
            return try newest(name, for: schedule, stores: stores, shelf: shelf, configuration: configuration)
        case .text(let source): (text, isJSON) = (source, false)
        case .document(let document): (text, isJSON) = (document.json, true)
        }
        let directory = try RunRequest.directory(schedule.directory, configuration)
        let decode = { @Sendable in try RunRequest.decode(text, isJSON: isJSON, in: directory).workflow }
        let workflow = text.utf8.count <= RunRequest.shortBytes ? try decode() : try await Computation.run(decode)
        return ScheduledWorkflow(workflow: workflow, directory: directory, source: "schedule:\(schedule.name)")
    }

    /// From the file of its last run if it is there, for that is what gets better; else as that run had it.
    private static func newest(
        _ name: String, for schedule: Schedule, stores: StorePool, shelf: WorkflowShelf,
        configuration: ServerConfiguration
    ) throws -> ScheduledWorkflow {
        let last = try stores.with { (store) throws(StoreError) in
            try store.latestRun(matching: RunFilter(workflow: name))
        }
        let unknown = Problem.invalid(
            "the server knows no workflow '\(name.prefix(100))': run it once, or send it as 'workflow'")
        guard let last else { throw unknown }
        if let file = shelf.file(of: last) {
            let read = try WorkflowFile.read(file.path)
            let directory = try RunRequest.directory(schedule.directory ?? read.directory, configuration)
            return ScheduledWorkflow(workflow: read.workflow, directory: directory, source: file.path)
        }
        let conditions = try stores.with { (store) throws(StoreError) in try store.conditions(of: last.id) }
        guard let submission = conditions?.submission else { throw unknown }
        let directory = try RunRequest.directory(schedule.directory ?? submission.directory, configuration)
        return ScheduledWorkflow(
            workflow: submission.workflow, directory: directory,
            source: submission.source ?? "schedule:\(schedule.name)")
    }

    /// - Parameters:
    ///   - time: what the run stands for.
    ///   - priority: of all its tasks; nil: as the workflow has it.
    /// - Throws: what is wrong with the parameters.
    func submission(
        of schedule: Schedule, run: Run.ID, for time: Instant, priority: Int32?
    ) throws(WorkflowError) -> Run.Submission {
        var workflow = workflow
        if let priority {
            for index in workflow.tasks.indices { workflow.tasks[index].priority = priority }
        }
        var parameters = schedule.parameters
        let hasTime = workflow.parameters.contains { $0.name == Self.timeParameter }
        let isGiven = parameters.contains { $0.name == Self.timeParameter }
        if let name = schedule.timeParameter ?? (hasTime && !isGiven ? Self.timeParameter : nil) {
            parameters.append(Workflow.Binding(name: name, value: .string(time.rfc3339)))
        }
        return Run.Submission(
            run: run, workflow: workflow, parameters: try workflow.resolveParameters(parameters), directory: directory,
            source: source)
    }
}
