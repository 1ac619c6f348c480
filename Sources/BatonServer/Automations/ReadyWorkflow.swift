import BatonCore
import BatonFormats
import BatonStore

/// The workflow of a template as it is now, ready to be run.
struct ReadyWorkflow: Sendable {
    let workflow: Workflow
    let directory: String
    /// The file that it came from; without one, what had it run.
    let source: String

    /// - Parameter origin: `schedule:nightly`.
    /// - Throws: `WorkflowError` with all that is wrong with the text, `Problem` where there is no such workflow or folder.
    static func find(
        for template: RunTemplate, origin: String, stores: StorePool, shelf: WorkflowShelf,
        configuration: ServerConfiguration
    ) async throws -> ReadyWorkflow {
        let text: String
        let isJSON: Bool
        switch template.source {
        case .newest(let name):
            return try newest(
                name, for: template, origin: origin, stores: stores, shelf: shelf, configuration: configuration)
        case .text(let source): (text, isJSON) = (source, false)
        case .document(let document): (text, isJSON) = (document.json, true)
        }
        let directory = try RunRequest.directory(template.directory, configuration)
        let decode = { @Sendable in try RunRequest.decode(text, isJSON: isJSON, in: directory).workflow }
        let workflow = text.utf8.count <= RunRequest.shortBytes ? try decode() : try await Computation.run(decode)
        return ReadyWorkflow(workflow: workflow, directory: directory, source: origin)
    }

    /// From the file of its last run if it is there, for that is what gets better; else as that run had it.
    private static func newest(
        _ name: String, for template: RunTemplate, origin: String, stores: StorePool, shelf: WorkflowShelf,
        configuration: ServerConfiguration
    ) throws -> ReadyWorkflow {
        let last = try stores.with { (store) throws(StoreError) in
            try store.latestRun(matching: RunFilter(workflow: name))
        }
        let unknown = Problem.invalid(
            "the server knows no workflow '\(name.prefix(100))': run it once, or send it as 'workflow'")
        guard let last else { throw unknown }
        if let file = shelf.file(of: last) {
            let read = try WorkflowFile.read(file.path)
            let directory = try RunRequest.directory(template.directory ?? read.directory, configuration)
            return ReadyWorkflow(workflow: read.workflow, directory: directory, source: file.path)
        }
        let conditions = try stores.with { (store) throws(StoreError) in try store.conditions(of: last.id) }
        guard let submission = conditions?.submission else { throw unknown }
        let directory = try RunRequest.directory(template.directory ?? submission.directory, configuration)
        return ReadyWorkflow(
            workflow: submission.workflow, directory: directory, source: submission.source ?? origin)
    }

    /// - Parameter priority: of all its tasks; nil: as the workflow has it.
    /// - Throws: what is wrong with the parameters.
    func submission(
        of template: RunTemplate, run: Run.ID, on occasion: Occasion, priority: Int32? = nil
    ) throws(WorkflowError) -> Run.Submission {
        var workflow = workflow
        if let priority {
            for index in workflow.tasks.indices { workflow.tasks[index].priority = priority }
        }
        let parameters = template.parameters + [binding(of: occasion, template)].compactMap { $0 }
        return Run.Submission(
            run: run, workflow: workflow, parameters: try workflow.resolveParameters(parameters), directory: directory,
            source: source)
    }

    private func binding(of occasion: Occasion, _ template: RunTemplate) -> Workflow.Binding? {
        let name = occasion.parameter ?? occasion.standard
        let kind = workflow.parameters.first { $0.name == name }?.kind
        if occasion.parameter == nil, kind == nil || template.parameters[name: name] != nil { return nil }
        var value = Value.string(occasion.text)
        if kind == .map || kind == .list, let read = try? JSONInput.read(occasion.text) { value = read }
        return Workflow.Binding(name: name, value: value)
    }
}
