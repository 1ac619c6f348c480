public import BatonCore

/// What instances are called after edits: by these names the work of runs before and after them can be compared.
///
/// ```
/// InstanceNames([.fuse(tasks: ["fetch", "turn"])])["fetch[a]", of: "fetch"]   // "turn[a]"
/// ```
public struct InstanceNames: Sendable {
    private let edits: [WorkflowEdit]
    private let edited: Expansion?

    /// - Parameter edited: instances after the edits; without them values of a batch keep their own names.
    public init(_ edits: [WorkflowEdit], edited: Expansion? = nil) {
        self.edits = edits
        self.edited = edited
    }

    /// - Parameter task: of the definition, of which it is an instance.
    public subscript(instance: String, of task: String) -> String {
        var now = task
        for edit in edits {
            switch edit {
            case .fuse(let tasks): if tasks.contains(now) { now = tasks[tasks.count - 1] }
            case .merge(let task, let other): if now == task { now = other }
            case .setMemory, .setCPU, .removeNeed, .addNeed, .setPriority, .setRetries, .setTimeout,
                .setSpeculation, .setCached, .setWorkerKinds, .setBatch, .setLimit, .addLimit, .addSlot, .removeSlots,
                .share:
                break
            }
        }
        let name = now + instance.dropFirst(task.count)
        guard let edited, let place = edited[name] else { return name }
        return edited.instances[Int(place.index)].name
    }

    /// Tasks that are there only after the edits.
    public var added: [String] {
        edits.compactMap { edit in
            if case .share(_, _, let name) = edit { return name }
            return nil
        }
    }
}
