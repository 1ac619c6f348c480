import BatonCore
import BatonRuntime
import BatonStore

/// Whether a cached task would have to run.
enum Freshness: Hashable, Sendable {
    case upToDate(Run.ID, TaskValues?)
    case stale(Staleness)
    /// Seen only when the task starts: this input of it is made anew, or nil: something that it reads is not known yet.
    case open(input: String?)
}

/// Asks the output cache in a forecast, where files stand as they do now though tasks before would have changed them.
struct CacheForecast {
    private let cache: OutputCache
    /// Files that tasks would make anew. Looked up, never iterated.
    private var remade: Set<String> = []

    /// - Returns: nil for a workflow in which nothing is cached.
    init?(_ workflow: Workflow, cache: OutputCache) {
        guard workflow.tasks.contains(where: \.isCached) else { return nil }
        self.cache = cache
    }

    /// Asked once for each task, in the order in which they would start.
    mutating func freshness(of task: TaskReference, in engine: Engine) -> Freshness? {
        let freshness = engine.definition(of: task)?.isCached == true ? found(task, engine) : nil
        if case .upToDate = freshness { return freshness }
        remade.formUnion(cache.outputFiles(of: task, engine: engine))
        return freshness
    }

    private func found(_ task: TaskReference, _ engine: Engine) -> Freshness {
        switch cache.finding(for: task, engine: engine) {
        case nil: return .open(input: nil)
        case .unreadable(let path): return .open(input: path)
        case .upToDate(let key, let values, let run):
            return remadeInput(of: key).map { .open(input: $0) } ?? .upToDate(run, values)
        case .stale(let key, let staleness):
            return remadeInput(of: key).map { .open(input: $0) } ?? .stale(staleness)
        }
    }

    private func remadeInput(of key: CacheKey) -> String? {
        let folder = key.parts.first { $0.kind == .workdir }?.value ?? ""
        return key.parts.first { part in
            part.kind == .file && remade.contains(part.name.hasPrefix("/") ? part.name : folder + "/" + part.name)
        }?.name
    }
}
