public import BatonCore

/// WfFormat 1.5, the notation of WfCommons for workflows that ran: read to run or replay them, written to share ours.
///
/// - Source: Coleman, Casanova, Pottier, Kaushik, Deelman, Ferreira da Silva 2022, doi:10.1016/j.future.2021.09.043.
public enum WfFormat {
    public static let version = "1.5"

    /// How a recorded run is imitated: the same graph, with load in place of the commands.
    public struct Replay: Hashable, Sendable {
        /// What recorded seconds are multiplied by.
        public var timeScale: Double
        /// What recorded bytes are multiplied by.
        public var memoryScale: Double
        /// The program that makes the load: Baton itself, as the tasks shall find it.
        public var program: String

        public init(timeScale: Double = 1, memoryScale: Double = 1, program: String = "baton") {
            self.timeScale = timeScale
            self.memoryScale = memoryScale
            self.program = program
        }
    }

    /// - Parameter replay: nil keeps the recorded commands.
    /// - Throws: everything that does not look like WfFormat 1.5, with its place.
    public static func decode(
        _ text: String, file: String, replay: Replay? = nil
    ) throws(WorkflowError) -> Workflow {
        let document: Document?
        do throws(DocumentProblem) {
            document = try JSONReader.read(text)
        } catch {
            throw WorkflowError([error], file: file)
        }
        var reader = WfReader(replay: replay)
        let workflow = reader.workflow(
            document?.root ?? DocumentNode(position: .start, content: .mapping([])), name: Files.stem(of: file))
        if !reader.problems.isEmpty { throw WorkflowError(reader.problems, file: file) }
        return workflow
    }
}

private struct WfReader {
    let replay: WfFormat.Replay?
    var problems: [DocumentProblem] = []

    /// Memory that the replaying program takes for itself, so that a limit on the task does not hit it.
    private static let replayOverheadBytes: Int64 = 64_000_000

    init(replay: WfFormat.Replay?) {
        self.replay = replay
    }

    mutating func workflow(_ root: DocumentNode, name: String) -> Workflow {
        var workflow = Workflow(name: root["name"]?.text ?? name, tasks: [])
        guard let version = root["schemaVersion"]?.text, version == WfFormat.version else {
            let found = root["schemaVersion"].map(\.summary) ?? "none"
            let place = root["schemaVersion"]?.position ?? root.position
            problems.append(DocumentProblem(place, "expected the schemaVersion \(WfFormat.version), found \(found)"))
            return workflow
        }
        guard let specified = root["workflow"]?["specification"]?["tasks"]?.elements else {
            problems.append(DocumentProblem(root.position, "expected a list under workflow.specification.tasks"))
            return workflow
        }
        var executions: [String: DocumentNode] = [:]
        for execution in root["workflow"]?["execution"]?["tasks"]?.elements ?? [] {
            if let id = execution["id"]?.text { executions[id] = execution }
        }
        var names = TaskNames()
        var nameOfID: [String: String] = [:]
        for task in specified {
            guard let id = task["id"]?.text else {
                problems.append(DocumentProblem(task.position, "expected a task with an 'id'"))
                continue
            }
            if nameOfID[id] == nil {
                nameOfID[id] = names.name(for: id)
            } else {
                problems.append(DocumentProblem(task.position, "the id '\(id.shortened)' is given twice"))
            }
        }
        for node in specified {
            guard let id = node["id"]?.text, let name = nameOfID[id] else { continue }
            var task = task(named: name, execution: executions[id])
            for parent in node["parents"]?.elements ?? [] {
                guard let parentID = parent.text, let name = nameOfID[parentID] else {
                    problems.append(DocumentProblem(parent.position, "the parent of '\(id.shortened)' is not a task"))
                    continue
                }
                task.needs.append(Template(literal: name))
            }
            workflow.tasks.append(task)
        }
        return workflow
    }

    private func task(named name: String, execution: DocumentNode?) -> Workflow.Task {
        var task = Workflow.Task(name: name, action: .arguments([Template(literal: "true")]))
        guard let execution else { return task }
        let seconds = number(execution["runtimeInSeconds"]).map { min($0 * (replay?.timeScale ?? 1), 3e9) }
        let bytes = number(execution["memoryInBytes"]).map { Int64(min($0 * (replay?.memoryScale ?? 1), 1e18)) }
        let cores = number(execution["coreCount"])
        // Recorded in whole seconds, many are zero: that says nothing.
        if let seconds, seconds > 0 { task.expectedDuration = .nanoseconds(Int64((seconds * 1e9).rounded(.up))) }
        task.request.milliCPU = cores.map { .exactly(Int64(min($0, 1e6) * 1000)) }
        if let bytes, bytes > 0 {
            task.request.memoryBytes = .exactly(replay == nil ? bytes : bytes + Self.replayOverheadBytes)
        }
        if let replay {
            let cpu = number(execution["avgCPU"]).map { $0 / 100 } ?? cores ?? 1
            let arguments = [
                replay.program, "replay-load", "--seconds", Self.decimal(seconds ?? 0), "--cpu", Self.decimal(cpu),
                "--memory", String(bytes ?? 0),
            ]
            task.action = .arguments(arguments.map { Template(literal: $0) })
        } else if let program = execution["command"]?["program"]?.text {
            let arguments = (execution["command"]?["arguments"]?.elements ?? []).compactMap(\.text)
            task.action = .arguments(([program] + arguments).map { Template(literal: $0) })
        }
        return task
    }

    /// At least zero: a negative record cannot be meant.
    private func number(_ node: DocumentNode?) -> Double? {
        node?.number.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// At most three decimals.
    private static func decimal(_ value: Double) -> String {
        Value.number((value * 1000).rounded() / 1000).json
    }
}
