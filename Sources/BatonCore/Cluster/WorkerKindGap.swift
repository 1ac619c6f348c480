/// Kinds of workers that a task may run on, where there is no worker of any of them.
public struct WorkerKindGap: Hashable, Sendable {
    public var wanted: [String]
    /// Those that there are, each once.
    public var present: [String]

    /// - Parameter kinds: of all workers; nil for those without one.
    public init(_ request: TaskInstance.Request, on kinds: some Sequence<String?>) {
        wanted = request.workerKinds ?? []
        present = kinds.reduce(into: []) { found, kind in
            if let kind, !found.contains(kind) { found.append(kind) }
        }
    }

    /// What is wrong, to be put behind the task's name: `may run on 'gpu' only, and the workers are of kind 'small'`.
    public var predicate: String {
        let there =
            present.isEmpty ? "no worker says of what kind it is" : "the workers are of kind \(Self.list(present))"
        return "may run on \(Self.list(wanted)) only, and \(there)"
    }

    private static func list(_ kinds: [String]) -> String { kinds.map { "'\($0)'" }.joined(separator: " or ") }
}
