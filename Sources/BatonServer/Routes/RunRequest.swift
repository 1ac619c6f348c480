import BatonCore
import BatonFormats
import Foundation

/// A run as somebody asks for it: the workflow alone, or with what belongs to it.
struct RunRequest {
    private let file: WorkflowFile
    private var parameters: [Workflow.Binding] = []
    private var priority: Int32?
    private let source: String?

    /// Longer bodies take more than a few milliseconds to read.
    private static let shortBytes = 64 << 10

    /// As the initialiser, without keeping other requests waiting.
    static func read(_ call: Call) async throws -> RunRequest {
        call.body.count <= shortBytes ? try RunRequest(call) : try await Computation.run { try RunRequest(call) }
    }

    /// Reads a body: YAML; JSON that is a workflow; or JSON with `workflow`, which is YAML text or a workflow.
    ///
    /// - Throws: `WorkflowError` with everything that is wrong, `Problem`.
    init(_ call: Call) throws {
        let text = try call.text()
        guard call.contentType == "application/json" else {
            guard ["", "application/yaml", "application/x-yaml", "text/yaml", "text/plain"].contains(call.contentType)
            else { throw Self.unsupported(call.contentType) }
            source = nil
            file = try Self.decode(text, isJSON: false, in: try Self.directory(nil, call))
            return
        }
        let value = try call.json()
        guard value["workflow"] != nil else {
            source = nil
            file = try Self.decode(text, isJSON: true, in: try Self.directory(nil, call))
            return
        }
        var fields = try Fields(value)
        let directory = try Self.directory(try fields.string("directory"), call)
        let workflow = fields.take("workflow")
        source = try fields.string("source")
        priority = try fields.integer("priority", in: 0...100).map { Int32($0) }
        if let values = fields.take("parameters") {
            guard case .map(let entries) = values else {
                throw Problem.invalid("'parameters' must be an object, found \(values.kindName)")
            }
            parameters = entries.map { Workflow.Binding(name: $0.key, value: $0.value) }
        }
        try fields.finish()
        switch workflow {
        case .string(let text)?: file = try Self.decode(text, isJSON: false, in: directory)
        case let value?: file = try Self.decode(value.json, isJSON: true, in: directory)
        case nil: throw Problem.invalid("'workflow' is empty")
        }
    }

    /// The workflow's file, where the request had its text and named none.
    var unnamedFile: WorkflowFile? { source == nil && file.path.hasSuffix(".yaml") ? file : nil }

    /// - Parameter trace: that its tasks go on with.
    func submission(run: Run.ID, trace: TraceParent) throws(WorkflowError) -> Run.Submission {
        var workflow = file.workflow
        if let priority {
            for index in workflow.tasks.indices { workflow.tasks[index].priority = priority }
        }
        let parameters = try workflow.resolveParameters(parameters)
        let known = priority == nil ? file.knownExpansion(parameters: parameters) : nil
        return Run.Submission(
            run: run, workflow: workflow, parameters: parameters, directory: file.directory, source: source,
            trace: trace, expansion: known)
    }

    static func decode(_ text: String, isJSON: Bool, in directory: String) throws(WorkflowError) -> WorkflowFile {
        isJSON
            ? try JSONFormat.decode(text, file: "\(directory)/workflow.json")
            : try YAMLFormat.decode(text, file: "\(directory)/workflow.yaml")
    }

    /// Where the tasks run: an absolute path to a folder that is there.
    static func directory(_ named: String?, _ call: Call) throws(Problem) -> String {
        guard let path = named ?? call.core.configuration.workingDirectory else {
            throw .invalid("'directory' is missing: the server has no folder of its own for tasks")
        }
        var isFolder: ObjCBool = false
        guard path.hasPrefix("/"), FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            isFolder.boolValue
        else { throw .invalid("'directory' must be the absolute path of a folder on the server") }
        return path
    }

    static func unsupported(_ type: String) -> Problem {
        Problem(
            415, "unsupported-media-type", "The body is of a type that is not read here",
            detail: "send application/yaml or application/json, not '\(type.prefix(100))'")
    }
}
