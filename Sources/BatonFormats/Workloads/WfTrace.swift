internal import BatonCore
internal import BatonSimulator

/// Recorded runs in WfFormat, versions 1.4 and 1.5, as jobs.
///
/// A task takes its recorded run time and memory; data moves where a task reads a file that a parent wrote. Nothing is
/// declared but cores: those recorded, else as many as the average CPU load fills.
struct WfTrace {
    static let versions = ["1.4", "1.5"]

    private(set) var tasks: [Task] = []
    /// By id, and in version 1.4 also by name.
    private var places: [String: Int32] = [:]

    /// A task as both versions tell it.
    struct Task {
        var id: String
        var kind: String
        var seconds: Double?
        var cores: Double?
        var memoryBytes: Double?
        /// Percent of one core.
        var load: Double?
        var readBytes: Double?
        var writtenBytes: Double?
        var inputs: [File] = []
        var outputs: [File] = []
        var parents: [DocumentNode]
        var children: [DocumentNode]
    }

    struct File {
        var id: String
        var bytes: Int64
    }

    static func read(_ root: DocumentNode, name: String) throws(DocumentProblem) -> Job {
        try WfTrace(root).job(named: name, root)
    }

    init(_ root: DocumentNode) throws(DocumentProblem) {
        guard let version = root["schemaVersion"]?.text, Self.versions.contains(version) else {
            throw DocumentProblem(
                root["schemaVersion"]?.position ?? root.position,
                "expected the schemaVersion \(Self.versions.joined(separator: " or ")), "
                    + "found \(root["schemaVersion"]?.summary ?? "none")",
                hint: "Convert the file with the tools of WfCommons.")
        }
        if version == "1.5" {
            try readSpecification(root)
        } else {
            try readTasks(root)
        }
    }

    private mutating func readSpecification(_ root: DocumentNode) throws(DocumentProblem) {
        let workflow = root["workflow"]
        var sizes: [String: Int64] = [:]
        for file in workflow?["specification"]?["files"]?.elements ?? [] {
            if let id = file["id"]?.text { sizes[id] = Amount.bytes(try Self.number(file, "sizeInBytes") ?? 0) }
        }
        var executions: [String: DocumentNode] = [:]
        for execution in workflow?["execution"]?["tasks"]?.elements ?? [] {
            if let id = execution["id"]?.text { executions[id] = execution }
        }
        for node in try Self.list(workflow?["specification"]?["tasks"], "workflow.specification.tasks", root) {
            let id = try Self.id(of: node)
            func files(_ key: String) -> [File] {
                (node[key]?.elements ?? []).compactMap(\.text).map { File(id: $0, bytes: sizes[$0] ?? 0) }
            }
            try add(
                node, id, execution: executions[id], cores: "coreCount", inputs: files("inputFiles"),
                outputs: files("outputFiles"))
        }
    }

    private mutating func readTasks(_ root: DocumentNode) throws(DocumentProblem) {
        for node in try Self.list(root["workflow"]?["tasks"], "workflow.tasks", root) {
            var inputs: [File] = []
            var outputs: [File] = []
            for file in node["files"]?.elements ?? [] {
                guard let name = file["name"]?.text else { continue }
                let entry = File(id: name, bytes: Amount.bytes(try Self.number(file, "sizeInBytes") ?? 0))
                if file["link"]?.text == "output" { outputs.append(entry) } else { inputs.append(entry) }
            }
            let id = try Self.id(of: node)
            try add(node, id, execution: node, cores: "cores", inputs: inputs, outputs: outputs)
            if let name = node["name"]?.text, places[name] == nil { places[name] = Int32(tasks.count - 1) }
        }
    }

    private mutating func add(
        _ node: DocumentNode, _ id: String, execution: DocumentNode?, cores: String, inputs: [File], outputs: [File]
    ) throws(DocumentProblem) {
        guard places.updateValue(Int32(tasks.count), forKey: id) == nil else {
            throw DocumentProblem(
                node.position, "the task '\(id.shortened)' is given twice", hint: "Rename or remove one of the two.")
        }
        var task = Task(
            id: id, kind: Self.kind(node["name"]?.text ?? id, program: execution?["command"]?["program"]?.text),
            inputs: inputs, outputs: outputs,
            parents: node["parents"]?.elements ?? [], children: node["children"]?.elements ?? [])
        if let execution {
            task.seconds = try Self.number(execution, "runtimeInSeconds")
            task.memoryBytes = try Self.number(execution, "memoryInBytes")
            task.load = try Self.number(execution, "avgCPU")
            task.readBytes = try Self.number(execution, "readBytes")
            task.writtenBytes = try Self.number(execution, "writtenBytes")
            task.cores = try Self.number(execution, cores) ?? task.load.map { max(1, ($0 / 100).rounded(.up)) }
        }
        tasks.append(task)
    }

    private func job(named name: String, _ root: DocumentNode) throws(DocumentProblem) -> Job {
        guard tasks.contains(where: { $0.seconds != nil }) else {
            throw DocumentProblem(
                root.position, "expected a run time ('runtimeInSeconds') of at least one task, found none",
                hint: "Only a workflow that was executed can be simulated.")
        }
        let durations = Amount.durations(seconds: tasks.map { $0.seconds ?? 0 })
        var builder = JobBuilder(name: name)
        var names = TaskNames()
        for (task, duration) in zip(tasks, durations) {
            builder.add(
                names.name(for: task.id), kind: builder.kind(task.kind),
                request: TaskInstance.Request(milliCPU: task.cores.map { max(1, Amount.milliCPU(cores: $0)) }),
                behaviour: Workload.Behaviour(
                    duration: duration, peakMemoryBytes: Amount.bytes(task.memoryBytes ?? 0)))
        }
        try link(&builder)
        do throws(GraphCycle) {
            return try builder.finish()
        } catch {
            let ids = error.nodes.prefix(5).map { "'\(tasks[Int($0)].id.shortened)'" }.joined(separator: ", ")
            throw DocumentProblem(root.position, "\(ids) wait for each other", hint: "Break the cycle of parents.")
        }
    }

    /// By task, those that it waits for, whichever of the two names the other.
    func parents() throws(DocumentProblem) -> [Set<Int32>] {
        var parents = Array(repeating: Set<Int32>(), count: tasks.count)
        for (place, task) in tasks.enumerated() {
            for parent in task.parents { parents[place].insert(try self.place(of: parent, "parent", of: task)) }
            for child in task.children {
                parents[Int(try self.place(of: child, "child", of: task))].insert(Int32(place))
            }
        }
        return parents
    }

    private func link(_ builder: inout JobBuilder) throws(DocumentProblem) {
        var writers: [String: [Int32]] = [:]
        for (place, task) in tasks.enumerated() {
            for file in task.outputs { writers[file.id, default: []].append(Int32(place)) }
        }
        let parents = try parents()
        for (place, task) in tasks.enumerated() {
            for parent in parents[place].sorted() { builder.link(Int32(place), dependsOn: parent) }
            for file in task.inputs {
                for writer in writers[file.id] ?? [] where parents[place].contains(writer) {
                    builder.link(Int32(place), dependsOn: writer, bytes: file.bytes)
                }
            }
        }
    }

    private func place(
        of node: DocumentNode, _ relation: String, of task: Task
    ) throws(DocumentProblem) -> Int32 {
        if let place = node.text.flatMap({ places[$0] }) { return place }
        throw DocumentProblem(
            node.position,
            "expected the id of a task as a \(relation) of '\(task.id.shortened)', found \(node.summary)",
            hint: "Add the task, or remove it here.")
    }

    private static func id(of node: DocumentNode) throws(DocumentProblem) -> String {
        if let id = node["id"]?.text ?? node["name"]?.text { return id }
        throw DocumentProblem(
            node.position, "expected a task with an 'id', found \(node.summary)", hint: "Give it an id of its own.")
    }

    private static func list(
        _ node: DocumentNode?, _ key: String, _ root: DocumentNode
    ) throws(DocumentProblem) -> [DocumentNode] {
        if let elements = node?.elements, !elements.isEmpty { return elements }
        throw DocumentProblem(
            node?.position ?? root.position, "expected a list of tasks under \(key), found \(node?.summary ?? "none")",
            hint: "The file may be of another version of WfFormat.")
    }

    /// A record that is not negative; nil where there is none.
    private static func number(_ node: DocumentNode, _ key: String) throws(DocumentProblem) -> Double? {
        guard let value = node[key] else { return nil }
        if let number = value.number, number >= 0 { return number }
        if case .scalar(let scalar) = value.content, scalar.value == .null { return nil }
        throw DocumentProblem(
            value.position, "expected a number of at least 0 for '\(key)', found \(value.summary)",
            hint: "Remove the key where nothing was measured.")
    }

    /// What tasks of its sort are called: their program, else the task's name up to its number (`blastall` of
    /// `blastall_ID000002`).
    private static func kind(_ name: String, program: String?) -> String {
        // Some record a whole script there.
        if let program, !program.isEmpty, program.allSatisfy({ !$0.isWhitespace }) {
            return Files.name(of: program)
        }
        var stem = name[...]
        while let last = stem.utf8.last, last.isDigit { stem.removeLast() }
        guard stem.count < name.count else { return name }
        if stem.hasSuffix("ID") { stem.removeLast(2) }
        while let last = stem.last, "_-. (".contains(last) { stem.removeLast() }
        return stem.isEmpty ? name : String(stem)
    }
}
