internal import BatonCore

/// Makes a workflow of a document, and notes everything that is wrong on the way.
///
/// What cannot be read is left out or replaced by something harmless, so that one mistake is reported once.
struct WorkflowDecoder {
    /// As the user named it.
    let file: String
    /// Where globs and used files are looked up.
    let directory: String
    let source: String
    /// Files whose `uses` led here, this one last: a file on this list cannot be used again.
    let ancestors: [String]
    var problems: [WorkflowError.Problem] = []
    /// Documents of used workflows, by the prefix of their tasks' names.
    var origins: [Origin] = []
    var limits: [Workflow.Limit] = []
    var defaults = TaskDefaults()

    init(file: String, directory: String, source: String, ancestors: [String]) {
        self.file = file
        self.directory = directory
        self.source = source
        self.ancestors = ancestors
    }

    /// - Returns: nil when the text is no document at all; the problems say why.
    mutating func decode(_ text: String, as format: DocumentFormat) -> Workflow? {
        do throws(DocumentProblem) {
            guard let document = try format.read(text) else {
                report(.start, "the file is empty", hint: "A workflow needs 'tasks:' with at least one task.")
                return nil
            }
            for problem in document.problems { report(problem.position, problem.message, hint: problem.hint) }
            origins.append(Origin(prefix: "", file: file, root: document.root))
            return decode(document.root)
        } catch {
            report(error.position, error.message, hint: error.hint)
            return nil
        }
    }

    private mutating func decode(_ root: DocumentNode) -> Workflow {
        var workflow = Workflow(name: Files.stem(of: file), tasks: [])
        var taskMaps: [(node: DocumentNode, isFinally: Bool)] = []
        var defaultsNode: DocumentNode?
        for (key, node) in entries(of: root, WorkflowKey.self, place: "a workflow") {
            switch key {
            case .name: workflow.name = text(node, key.rawValue) ?? workflow.name
            case .description: _ = text(node, key.rawValue)
            case .params: workflow.parameters = parameters(node)
            case .env: workflow.environment = environment(node)
            case .secrets: workflow.secrets = texts(node, key.rawValue)
            case .limits: limits = slots(node, key.rawValue).map { .init(name: $0.limit, capacity: $0.units) }
            case .defaults: defaultsNode = node
            case .deadline: workflow.deadline = duration(node, key.rawValue)
            case .tasks: taskMaps.append((node, false))
            case .finally: taskMaps.append((node, true))
            }
        }
        // Defaults and limits first, wherever they stand in the file.
        if let defaultsNode { defaults = taskDefaults(defaultsNode) }
        var items: [TaskItem] = []
        for (node, isFinally) in taskMaps.sorted(by: { !$0.isFinally && $1.isFinally }) {
            taskItems(node, isFinally: isFinally, into: &items)
        }
        inline(items, into: &workflow)
        workflow.limits = limits
        return workflow
    }

    private mutating func taskItems(_ node: DocumentNode, isFinally: Bool, into items: inout [TaskItem]) {
        guard case .mapping(let entries) = node.content else {
            mismatch(node, isFinally ? "finally" : "tasks", expected: "a map from names to tasks")
            return
        }
        if entries.isEmpty, !isFinally { report(node.position, "a workflow needs at least one task") }
        items.reserveCapacity(items.count + entries.count)
        for entry in entries { items.append(taskItem(entry, isFinally: isFinally)) }
    }
}

/// Where the tasks with a common prefix were read.
struct Origin: Hashable, Sendable {
    /// Empty for the file itself, `prep/` for what `prep: {uses: …}` brought in.
    var prefix: String
    var file: String
    var root: DocumentNode
}

/// One entry under `tasks`: a task, or a file whose tasks take its place.
enum TaskItem {
    case task(Workflow.Task)
    case use(Use)
}
