public import BatonCore
public import BatonStore
import Foundation

/// Knows whether a task's outputs are what running it now would give.
///
/// The key is a hash of the command, its environment, its folder, and the content of every input; a result counts while
/// every output it made is still there with the content it had. Files are hashed once per size, time and inode.
///
/// Used from several threads; the store within is only touched under the lock.
// `store` and `keys` are guarded by `lock`, the rest never changes.
public final class OutputCache: @unchecked Sendable {
    /// Rises when the meaning of the key changes: then nothing is reused, and the explanation says so. Docs/Caching.md
    /// has the history.
    public static let keyVersion = 2

    private let makeStore: @Sendable () throws(StoreError) -> any Store
    private let lock = NSLock()
    private var store: (any Store)?
    /// Keys computed before the start, while the inputs were what the command then read.
    private var keys: [TaskReference: String] = [:]

    public init(makeStore: @escaping @Sendable () throws(StoreError) -> any Store) {
        self.makeStore = makeStore
    }

    /// All that the key and the outputs depend on, rendered.
    struct Plan: Sendable {
        var task: TaskReference
        var isCached: Bool
        var directory: String
        /// What makes the key besides the inputs.
        var recipe: [CacheKey.Part]
        var inputs: [String]
        var outputs: [String]
    }

    /// What a look for an earlier result found.
    public enum Finding: Sendable {
        case upToDate(CacheKey, TaskValues?, from: Run.ID)
        case stale(CacheKey, Staleness)
        /// An input can't be read, so there is no key.
        case unreadable(String)
    }

    func plan(for reference: TaskReference, engine: Engine) throws(ExpressionError) -> Plan {
        guard let task = engine.definition(of: reference), let scope = engine.scope(of: reference),
            let parts = engine.partScopes(of: reference), let submission = engine.submission(of: reference.run)
        else { preconditionFailure("plan for unknown task \(reference)") }
        var recipe: [CacheKey.Part] = []
        for (place, argument) in try LaunchBuilder.arguments(of: task.action, in: parts).enumerated() {
            recipe.append(CacheKey.Part(.command, String(place), argument))
        }
        for variable in submission.workflow.environment + task.environment {
            recipe.append(CacheKey.Part(.environment, variable.name, try variable.value.render(in: scope)))
        }
        // Their values stay out: a hash of a short one would give it away.
        for name in submission.workflow.secrets + task.secrets { recipe.append(CacheKey.Part(.secret, name)) }
        let directory = try LaunchBuilder.directory(of: task, in: scope, below: submission.directory)
        recipe.append(CacheKey.Part(.workdir, "", directory))
        var inputs: [String] = []
        var outputs: [String] = []
        for part in parts {
            // What does not depend on the value is the same for all parts.
            for input in try Self.rendered(task.inputs, in: part) where !inputs.contains(input) { inputs.append(input) }
            outputs += try Self.rendered(task.outputs, in: part)
        }
        for output in outputs { recipe.append(CacheKey.Part(.output, output)) }
        return Plan(
            task: reference, isCached: task.isCached, directory: directory, recipe: recipe, inputs: inputs,
            outputs: outputs
        )
    }

    private static func rendered(_ paths: [Template], in scope: Scope) throws(ExpressionError) -> [String] {
        var rendered: [String] = []
        for path in paths { rendered.append(try path.render(in: scope)) }
        return rendered
    }

    /// What is found for a task as files are now; nil where something that it is made of is not known yet.
    public func finding(for reference: TaskReference, engine: Engine) -> Finding? {
        (try? plan(for: reference, engine: engine)).map(find)
    }

    /// Files that the task's outputs name now, absolute.
    public func outputFiles(of reference: TaskReference, engine: Engine) -> [String] {
        guard let plan = try? plan(for: reference, engine: engine) else { return [] }
        return plan.outputs.flatMap { FileTree.files(matching: $0, in: plan.directory) }
            .map { FileTree.absolute($0, in: plan.directory) }
    }

    /// Looks before an attempt starts, and remembers why it has to.
    func lookUp(_ plan: Plan) -> Finding {
        let finding = find(plan)
        if case .stale(let key, let staleness) = finding {
            lock.withLock { keys[plan.task] = key.hash }
            let miss = CacheMiss(task: plan.task, key: key, staleness: staleness, at: LiveClock().now)
            withStore { try $0.remember(miss) }
        }
        return finding
    }

    /// An earlier result that still holds; a store that can't be read is no reason to fail: the command just runs.
    func find(_ plan: Plan) -> Finding {
        let key: CacheKey
        switch self.key(of: plan) {
        case .success(let known): key = known
        case .failure(let fault): return .unreadable(fault.path)
        }
        guard let result = withStore({ try $0.cachedResult(for: key.hash) }) ?? nil else {
            return .stale(key, .noResult)
        }
        for output in result.outputs {
            guard let hash = hash(of: FileTree.absolute(output.path, in: plan.directory)) else {
                return .stale(key, .missingOutput(output.path, from: result.run))
            }
            if hash != output.hash { return .stale(key, .changedOutput(output.path, from: result.run)) }
        }
        return .upToDate(key, result.values, from: result.run)
    }

    /// Checks that a finished attempt made what it promised, brings that to the disk, and remembers it.
    func settle(_ plan: Plan, values: TaskValues?, run: Run.ID) throws(FileFault) {
        var made: [String] = []
        var missing: [String] = []
        for output in plan.outputs {
            let files = FileTree.files(matching: output, in: plan.directory)
            // A directory may be empty; it only has to be there.
            let exists = !files.isEmpty || access(FileTree.absolute(output, in: plan.directory), F_OK) == 0
            if exists { made += files } else { missing.append(output) }
        }
        if !missing.isEmpty { throw FileFault(.missingOutputs(missing)) }
        for file in made { Self.sync(FileTree.absolute(file, in: plan.directory)) }
        guard plan.isCached,
            let key = lock.withLock({ keys.removeValue(forKey: plan.task) }) ?? (try? key(of: plan).get())?.hash
        else { return }
        let outputs = made.compactMap { path -> OutputFile? in
            let absolute = FileTree.absolute(path, in: plan.directory)
            guard let stamp = Self.stamp(of: absolute), let hash = hash(of: absolute) else { return nil }
            return OutputFile(path: path, sizeBytes: stamp.sizeBytes, hash: hash)
        }
        let result = CachedResult(
            run: run, task: plan.task.task, values: values, outputs: outputs, at: LiveClock().now
        )
        withStore { try $0.remember(result, for: key) }
    }

    private struct UnreadableFile: Error {
        var path: String
    }

    private func key(of plan: Plan) -> Result<CacheKey, UnreadableFile> {
        var parts = plan.recipe
        for input in plan.inputs {
            parts.append(CacheKey.Part(.input, input))
            for file in FileTree.files(matching: input, in: plan.directory) {
                guard let content = hash(of: FileTree.absolute(file, in: plan.directory)) else {
                    return .failure(UnreadableFile(path: file))
                }
                parts.append(CacheKey.Part(.file, file, content))
            }
        }
        var hash = ContentHash()
        hash.add(field: "baton-cache-\(Self.keyVersion)")
        for part in parts {
            hash.add(field: part.kind.rawValue)
            hash.add(field: part.name)
            hash.add(field: part.value)
        }
        return .success(CacheKey(version: Self.keyVersion, hash: hash.finish(), parts: parts))
    }

    private func hash(of path: String) -> String? {
        guard let stamp = Self.stamp(of: path) else { return nil }
        if let known = withStore({ try $0.hash(of: stamp) }) ?? nil { return known }
        guard let hash = ContentHash.ofFile(path), Self.stamp(of: path) == stamp else { return nil }
        // A file changed within the clock's last tick could change again without a new time.
        let now = LiveClock().now
        if stamp.modified.advanced(by: .seconds(1)) < now {
            withStore { try $0.remember([FileHash(file: stamp, hash: hash, at: now)]) }
        }
        return hash
    }

    @discardableResult
    private func withStore<Result>(_ body: (any Store) throws -> Result) -> Result? {
        lock.withLock {
            if store == nil { store = try? makeStore() }
            return store.flatMap { try? body($0) }
        }
    }

    private static func stamp(of path: String) -> FileStamp? {
        FileStatus(path).map {
            FileStamp(path: path, sizeBytes: $0.sizeBytes, modified: $0.modified, inode: $0.inode)
        }
    }

    /// Outputs are synced before their task counts as done: after a power loss "done" must still be true.
    private static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
