internal import BatonCore
internal import BatonSimulator

/// Batch jobs of Alibaba's cluster trace of 2018 (`batch_task.csv`): the names of tasks tell what they wait for.
///
/// `R3_1_2` is task 3 and waits for tasks 1 and 2. A task is a fan-out of `instance_num` instances, each of which asks
/// for `plan_cpu` (100 is a core) and `plan_mem`. What an instance took is not recorded; each counts as long as its task
/// did: from the later of its start and its last parent's end, because the recorded start is that of admission.
struct AlibabaFormat {
    private static let names = [
        "task_name", "instance_num", "job_name", "task_type", "status", "start_time", "end_time", "plan_cpu",
        "plan_mem",
    ]

    private static let statuses = ["Ready", "Waiting", "Running", "Terminated", "Failed", "Cancelled"]

    static func recognises(_ columns: [String]) -> Bool {
        hasNames(columns) || columns.count == names.count && statuses.contains(columns[4])
    }

    /// As published, the file has no line of names.
    private static func hasNames(_ columns: [String]) -> Bool {
        ["task_name", "instance_num", "job_name"].allSatisfy(columns.contains)
    }

    private let options: WorkloadFile.Options
    private var jobs: [Rows] = []
    private var cappedTasks = 0
    private var unfinished: [String] = []
    private var cyclic: [String] = []

    private struct Rows {
        var name: String
        var tasks: [Task] = []
    }

    private struct Task {
        var name: String
        var number: Int?
        var parents: [Int]
        var instances: Int
        var start: Double
        var end: Double?
        var cores: Double?
        var memory: Double?
    }

    /// - Parameter notes: what was left out, added to.
    static func read(
        _ text: String, options: WorkloadFile.Options, notes: inout [DocumentProblem]
    ) throws(DocumentProblem) -> [Job] {
        var reader = AlibabaFormat(options: options)
        try reader.readRows(text)
        var jobs: [Job] = []
        for rows in reader.jobs {
            if let job = reader.job(rows) { jobs.append(job) }
        }
        func note(_ names: [String], _ what: String) {
            guard !names.isEmpty else { return }
            let examples = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
            notes.append(
                DocumentProblem(.start, "left out \(names.count) of \(reader.jobs.count) jobs \(what): \(examples)"))
        }
        note(reader.cyclic, "whose tasks wait for each other by their names")
        note(reader.unfinished, "whose tasks have not all ended")
        if reader.cappedTasks > 0 {
            let total = reader.jobs.reduce(0) { $0 + $1.tasks.count }
            notes.append(
                DocumentProblem(
                    .start,
                    "\(reader.cappedTasks) of \(total) tasks count as \(options.instanceLimit) instances, having more"))
        }
        return jobs
    }

    private init(options: WorkloadFile.Options) {
        self.options = options
    }

    private mutating func readRows(_ text: String) throws(DocumentProblem) {
        let table = try DelimitedText(text)
        let isHeadless = !Self.hasNames(table.columns) && table.columns.count == Self.names.count
        func column(_ name: String) throws(DocumentProblem) -> Int {
            isHeadless ? Self.names.firstIndex(of: name)! : try table.requiredColumn(name)
        }
        let name = try column("task_name")
        let instances = try column("instance_num")
        let jobName = try column("job_name")
        let start = try column("start_time")
        let end = try column("end_time")
        let cores = try column("plan_cpu")
        let memory = try column("plan_mem")
        var places: [String: Int] = [:]
        try table.forEachRow(includingFirst: isHeadless) { (row) throws(DocumentProblem) in
            let place = places[row[jobName]] ?? jobs.count
            if place == jobs.count {
                places[row[jobName]] = place
                jobs.append(Rows(name: row[jobName]))
            }
            let parts = Self.parts(of: row[name])
            let started = try row.number(start, "start_time") ?? 0
            let ended = try row.number(end, "end_time")
            jobs[place].tasks.append(
                Task(
                    name: row[name], number: parts.first, parents: Array(parts.dropFirst()),
                    instances: Int(min(max(try row.number(instances, "instance_num") ?? 1, 1), 1e9)), start: started,
                    // Tasks that have not ended have an end of zero.
                    end: ended.flatMap { $0 > 0 && $0 >= started ? $0 : nil },
                    cores: try row.number(cores, "plan_cpu").map { $0 / 100 },
                    memory: try row.number(memory, "plan_mem")))
        }
    }

    /// `J4_2_3` gives 4, 2, 3; a name of another form gives nothing: such a task waits for none.
    private static func parts(of name: String) -> [Int] {
        let parts = name.split(separator: "_")
        guard let first = parts.first, let number = Int(first.drop { $0.isLetter }), number >= 0 else { return [] }
        return [number] + parts.dropFirst().compactMap { Int($0) }
    }

    /// - Returns: nil for a job that is left out, which is noted.
    private mutating func job(_ rows: Rows) -> Job? {
        guard rows.tasks.allSatisfy({ $0.end != nil }) else {
            unfinished.append(rows.name)
            return nil
        }
        var places: [Int: Int32] = [:]
        for (place, task) in rows.tasks.enumerated() {
            if let number = task.number, places[number] == nil { places[number] = Int32(place) }
        }
        let parents = rows.tasks.map { $0.parents.compactMap { places[$0] } }
        guard let order = try? Graph(dependencies: parents).topologicalOrder() else {
            cyclic.append(rows.name)
            return nil
        }
        let seconds = rows.tasks.indices.map { place in
            let begins = parents[place].map { rows.tasks[Int($0)].end! }
            return rows.tasks[place].end! - max(rows.tasks[place].start, begins.max() ?? 0)
        }
        let durations = Amount.durations(seconds: seconds)
        var builder = JobBuilder(name: rows.name)
        var names = TaskNames()
        var ends = Array(repeating: Int32(0), count: rows.tasks.count)
        for place in order.map(Int.init) {
            ends[place] = add(
                rows.tasks[place], named: names.name(for: rows.tasks[place].name), durations[place],
                after: parents[place].map { ends[Int($0)] }, to: &builder)
        }
        return try? builder.finish()
    }

    /// - Returns: what stands for the whole task.
    private mutating func add(
        _ task: Task, named name: String, _ duration: Duration, after parents: [Int32], to builder: inout JobBuilder
    ) -> Int32 {
        let bytes = task.memory.map { Amount.bytes($0 / 100 * Double(options.machineMemoryBytes)) }
        let request = TaskInstance.Request(
            milliCPU: task.cores.map { max(1, Amount.milliCPU(cores: $0)) }, memoryBytes: bytes)
        let behaviour = Workload.Behaviour(duration: duration, peakMemoryBytes: bytes ?? 0)
        let kind = builder.kind(name)
        let count = min(task.instances, max(options.instanceLimit, 1))
        if count < task.instances { cappedTasks += 1 }
        func link(_ place: Int32, _ builder: inout JobBuilder) {
            for parent in parents { builder.link(place, dependsOn: parent) }
        }
        guard count > 1 else {
            let place = builder.add(name, kind: kind, request: request, behaviour: behaviour)
            link(place, &builder)
            return place
        }
        let first = Int32(builder.count)
        for instance in 0..<count {
            link(builder.add("\(name)[\(instance)]", kind: kind, request: request, behaviour: behaviour), &builder)
        }
        return builder.addGroup(name, kind: kind, of: first..<Int32(builder.count))
    }
}
