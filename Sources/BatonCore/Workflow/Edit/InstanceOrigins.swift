/// From which instances of a workflow the instances of an edited one came.
///
/// ```
/// let origins = InstanceOrigins(original: before, edited: after, edits: [.fuse(tasks: ["sort", "index"])])
/// origins.parts[Int(after["index"]!.index)]   // those of sort and index, in the order in which they run
/// ```
public struct InstanceOrigins: Hashable, Sendable {
    /// By edited instance: indices of the original instances whose work it does, in the order in which it does it.
    ///
    /// What edits did not touch comes from itself; `fuse` gives all parts; `merge` gives the kept one and then the other,
    /// whose work is done once for both; a batch gives all its values; a task that `share` made comes from none.
    public private(set) var parts: [[Int]] = []
    /// By edited instance: indices of the original instances whose first lines it runs for all of them.
    public private(set) var sharedBy: [[Int]] = []

    /// - Parameters:
    ///   - original: the workflow's instances for some parameters.
    ///   - edited: the edited workflow's instances for the same parameters.
    ///   - edits: those that lead from one to the other.
    public init(original: Expansion, edited: Expansion, edits: [WorkflowEdit]) {
        var sources = original.instances.enumerated().map { Source($1.name, [$0]) }
        var sharers: [String: [Int]] = [:]
        for edit in edits {
            switch edit {
            case .setMemory, .setCPU, .removeNeed, .addNeed, .setPriority, .setRetries, .setTimeout,
                .setSpeculation, .setCached, .setWorkerKinds, .setBatch, .setLimit, .addLimit, .addSlot, .removeSlots:
                break
            case .fuse(let tasks): Self.join(tasks, as: tasks.last ?? "", &sources)
            case .merge(let task, let kept): Self.join([kept, task], as: kept, &sources)
            case .share(let tasks, _, let name):
                let found = sources.filter { tasks.contains($0.task) }.flatMap(\.indices)
                sharers[name] = found.filter { original.instances[$0].kind == .command }.sorted()
            }
        }
        parts = edited.instances.map { _ in [] }
        // Values of one batch find the same instance, in their order.
        for source in sources {
            if let place = edited[source.task + source.values] { parts[Int(place.index)] += source.indices }
        }
        sharedBy = edited.instances.map { sharers[$0.name] ?? [] }
    }

    /// An instance of the workflow between two edits, and where it came from.
    private struct Source {
        var task: String
        /// The brackets of its name.
        var values: String
        var indices: [Int]

        init(_ name: String, _ indices: [Int]) {
            task = Workflow.taskName(ofInstance: name) ?? name
            values = String(name.dropFirst(task.count))
            self.indices = indices
        }
    }

    /// Gives the instances of one task what those of several came from, counterpart by counterpart.
    private static func join(_ tasks: [String], as name: String, _ sources: inout [Source]) {
        var joined = sources.filter { $0.task == name }
        let places = Dictionary(joined.enumerated().map { ($1.values, $0) }) { first, _ in first }
        for index in joined.indices { joined[index].indices = [] }
        for task in tasks {
            for source in sources where source.task == task {
                if let place = places[source.values] { joined[place].indices += source.indices }
            }
        }
        sources.removeAll { tasks.contains($0.task) }
        sources += joined
    }
}
