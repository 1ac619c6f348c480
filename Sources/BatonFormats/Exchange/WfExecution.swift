public import BatonCore
private import Foundation

/// A run as WfFormat records it: what was done, after what, and what it took.
public struct WfExecution: Hashable, Sendable {
    public var name: String
    public var start: Instant
    public var makespan: Duration
    /// The machine's name.
    public var machine: String
    public var tasks: [Task]

    public init(name: String, start: Instant, makespan: Duration, machine: String, tasks: [Task]) {
        self.name = name
        self.start = start
        self.makespan = makespan
        self.machine = machine
        self.tasks = tasks
    }

    public struct Task: Hashable, Sendable {
        /// Unique in the run.
        public var id: String
        /// That of the definition, which instances of a fan-out share.
        public var name: String
        /// Ids of the tasks that had to end before.
        public var parents: [String]
        /// The program and its arguments.
        public var command: [String]
        public var start: Instant
        public var runtime: Duration
        /// User and system time of all its processes; what was not measured is nil, here and below.
        public var cpuTime: Duration?
        public var coreCount: Double?
        public var memoryBytesPeak: Int64?
        public var readBytes: Int64?
        public var writtenBytes: Int64?

        public init(
            id: String, name: String, parents: [String], command: [String], start: Instant, runtime: Duration,
            cpuTime: Duration? = nil, coreCount: Double? = nil, memoryBytesPeak: Int64? = nil, readBytes: Int64? = nil,
            writtenBytes: Int64? = nil
        ) {
            self.id = id
            self.name = name
            self.parents = parents
            self.command = command
            self.start = start
            self.runtime = runtime
            self.cpuTime = cpuTime
            self.coreCount = coreCount
            self.memoryBytesPeak = memoryBytesPeak
            self.readBytes = readBytes
            self.writtenBytes = writtenBytes
        }
    }
}

extension WfFormat {
    public static func encode(_ execution: WfExecution) -> String {
        var children: [String: [Value]] = [:]
        for task in execution.tasks {
            for parent in task.parents { children[parent, default: []].append(.string(task.id)) }
        }
        let specification = execution.tasks.map { task in
            Value.object([
                "name": .string(task.name), "id": .string(task.id), "parents": .list(task.parents.map { .string($0) }),
                "children": .list(children[task.id] ?? []),
            ])
        }
        return JSONText.write(
            .object([
                "name": .string(execution.name), "schemaVersion": .string(version),
                "createdAt": .string(timestamp(execution.start)),
                "runtimeSystem": .object(["name": .string("Baton")]),
                "workflow": .object([
                    "specification": .object(["tasks": .list(specification)]),
                    "execution": .object([
                        "makespanInSeconds": .number(execution.makespan.seconds),
                        "executedAt": .string(timestamp(execution.start)),
                        "tasks": .list(execution.tasks.map { record($0, machine: execution.machine) }),
                        "machines": .list([.object(["nodeName": .string(execution.machine)])]),
                    ]),
                ]),
            ]))
    }

    private static func record(_ task: WfExecution.Task, machine: String) -> Value {
        var entries: [Value.Entry] = .of([
            "id": .string(task.id), "runtimeInSeconds": .number(task.runtime.seconds),
            "executedAt": .string(timestamp(task.start)),
        ])
        if let program = task.command.first {
            let arguments = task.command.dropFirst().map { Value.string($0) }
            entries += .of(["command": .object(["program": .string(program), "arguments": .list(arguments)])])
        }
        let seconds = task.runtime.seconds
        let measured: KeyValuePairs<String, Double?> = [
            "coreCount": task.coreCount,
            "avgCPU": seconds > 0 ? task.cpuTime.map { ($0.seconds / seconds * 100_000).rounded() / 1000 } : nil,
            "readBytes": task.readBytes.map(Double.init), "writtenBytes": task.writtenBytes.map(Double.init),
            "memoryInBytes": task.memoryBytesPeak.map(Double.init),
        ]
        for case (let key, let value?) in measured { entries.append(Value.Entry(key: key, value: .number(value))) }
        return .map(entries + .of(["machines": .list([.string(machine)])]))
    }

    /// ISO 8601 in UTC, to the millisecond.
    private static func timestamp(_ instant: Instant) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Date(timeIntervalSince1970: Double(instant.nanoseconds) / 1e9).formatted(style)
    }
}
