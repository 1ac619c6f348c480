internal import BatonCore
internal import BatonSimulator

/// Abstract workflows of Pegasus in XML (`.dax`), as the synthetic workflow gallery has them: jobs with run times, the
/// files that they use with their sizes, and which job is whose child.
///
/// - Source: Juve, Chervenak, Deelman, Bharathi, Mehta, Vahi 2013, doi:10.1016/j.future.2012.08.015.
struct DAXFormat {
    private var tasks: [Task] = []
    private var places: [String: Int32] = [:]
    /// A child and its parent, and where that is written.
    private var links: [(child: Int32, parent: Int32)] = []
    private var child: Int32?

    private struct Task {
        var id: String
        var kind: String
        var seconds: Double
        var cores: Double?
        var memoryBytes: Double?
        var inputs: [(file: String, bytes: Double)] = []
        var outputs: [String] = []
    }

    static func read(_ text: String, name: String) throws(DocumentProblem) -> Job {
        var reader = DAXFormat()
        var scanner = XMLScanner(text)
        var isWorkflow = false
        while let tag = try scanner.next() {
            if tag.name == "adag" { isWorkflow = true }
            guard isWorkflow else {
                throw DocumentProblem(
                    tag.position, "expected <adag>, found <\(tag.name.shortened)>",
                    hint: "This reader knows the abstract workflows of Pegasus.")
            }
            try reader.take(tag)
        }
        guard !reader.tasks.isEmpty else {
            throw DocumentProblem(.start, "expected <job> tags, found none", hint: "The workflow is empty.")
        }
        return try reader.job(named: name)
    }

    private mutating func take(_ tag: XMLScanner.Tag) throws(DocumentProblem) {
        switch (tag.name, tag.kind) {
        case ("job", .begin), ("job", .empty): try addTask(tag)
        case ("uses", .begin), ("uses", .empty): try addFile(tag)
        case ("child", .begin): child = try place(of: tag)
        case ("child", .end): child = nil
        case ("parent", .begin), ("parent", .empty):
            guard let child else {
                throw DocumentProblem(tag.position, "a <parent> outside of a <child>", hint: "Put it into one.")
            }
            links.append((child, try place(of: tag)))
        default: break
        }
    }

    private mutating func addTask(_ tag: XMLScanner.Tag) throws(DocumentProblem) {
        guard let id = tag["id"] else {
            throw DocumentProblem(tag.position, "expected a <job> with an id", hint: "Give it an id of its own.")
        }
        guard places.updateValue(Int32(tasks.count), forKey: id) == nil else {
            throw DocumentProblem(
                tag.position, "the job '\(id.shortened)' is given twice", hint: "Rename or remove one of the two.")
        }
        guard let seconds = try Self.number(tag, "runtime") else {
            throw DocumentProblem(
                tag.position, "expected the 'runtime' of the job '\(id.shortened)' in seconds, found none",
                hint: "Only a workflow with run times can be simulated.")
        }
        tasks.append(
            Task(
                id: id, kind: tag["name"] ?? id, seconds: seconds, cores: try Self.number(tag, "cores"),
                memoryBytes: try Self.number(tag, "memory")))
    }

    /// Of the job before it.
    private mutating func addFile(_ tag: XMLScanner.Tag) throws(DocumentProblem) {
        guard let file = tag["file"] ?? tag["name"], !tasks.isEmpty else { return }
        if tag["link"] == "output" {
            tasks[tasks.count - 1].outputs.append(file)
        } else {
            tasks[tasks.count - 1].inputs.append((file, try Self.number(tag, "size") ?? 0))
        }
    }

    private func place(of tag: XMLScanner.Tag) throws(DocumentProblem) -> Int32 {
        if let place = tag["ref"].flatMap({ places[$0] }) { return place }
        throw DocumentProblem(
            tag.position, "expected the id of a job as 'ref' of <\(tag.name)>, found '\((tag["ref"] ?? "").shortened)'",
            hint: tag["ref"].flatMap { Suggestion.hint(for: $0, among: tasks.prefix(1000).map(\.id)) }
                ?? "Jobs stand before what refers to them.")
    }

    private static func number(_ tag: XMLScanner.Tag, _ name: String) throws(DocumentProblem) -> Double? {
        guard let text = tag[name] else { return nil }
        if let number = DocumentNode.Scalar.number(text), number >= 0 { return number }
        throw DocumentProblem(
            tag.position, "expected a number of at least 0 for '\(name)', found '\(text.shortened)'",
            hint: "Correct the attribute.")
    }

    private func job(named name: String) throws(DocumentProblem) -> Job {
        var builder = JobBuilder(name: name)
        var names = TaskNames()
        let durations = Amount.durations(seconds: tasks.map(\.seconds))
        var writers: [String: [Int32]] = [:]
        for (place, task) in tasks.enumerated() {
            builder.add(
                names.name(for: task.id), kind: builder.kind(task.kind),
                request: TaskInstance.Request(milliCPU: task.cores.map { max(1, Amount.milliCPU(cores: $0)) }),
                behaviour: Workload.Behaviour(
                    duration: durations[place], peakMemoryBytes: Amount.bytes(task.memoryBytes ?? 0)))
            for file in task.outputs { writers[file, default: []].append(Int32(place)) }
        }
        var parents = Array(repeating: Set<Int32>(), count: tasks.count)
        for link in links {
            builder.link(link.child, dependsOn: link.parent)
            parents[Int(link.child)].insert(link.parent)
        }
        for (place, task) in tasks.enumerated() {
            for (file, bytes) in task.inputs {
                for writer in writers[file] ?? [] where parents[place].contains(writer) {
                    builder.link(Int32(place), dependsOn: writer, bytes: Amount.bytes(bytes))
                }
            }
        }
        do throws(GraphCycle) {
            return try builder.finish()
        } catch {
            let ids = error.nodes.prefix(5).map { "'\(tasks[Int($0)].id.shortened)'" }.joined(separator: ", ")
            throw DocumentProblem(.start, "\(ids) wait for each other", hint: "Break the cycle of parents.")
        }
    }
}
