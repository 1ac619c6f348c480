import BatonCore
import BatonStore
import Foundation

/// Knows whether a task's outputs are what running it now would give.
///
/// The key is a hash of the command, its environment, its folder, and the content of every input; a result counts while
/// every output it made is still there with the content it had. Files are hashed once per size, time and inode.
///
/// Used from several threads; the store within is only touched under the lock.
final class OutputCache: @unchecked Sendable {  // `store` and `keys` are guarded by `lock`, the rest never changes.
    /// Rises when the meaning of the key changes: then nothing is reused, and the explanation says so.
    static let keyVersion = 1

    private let makeStore: @Sendable () throws(StoreError) -> any Store
    private let lock = NSLock()
    private var store: (any Store)?
    /// Keys computed before the start, while the inputs were what the command then read.
    private var keys: [TaskReference: String] = [:]

    init(makeStore: @escaping @Sendable () throws(StoreError) -> any Store) {
        self.makeStore = makeStore
    }

    /// All that the key and the outputs depend on, rendered.
    struct Plan: Sendable {
        var task: TaskReference
        var isCached: Bool
        var directory: String
        /// What makes the key besides the inputs' content.
        var recipe: [String]
        var inputs: [String]
        var outputs: [String]
    }

    struct Hit {
        var run: Run.ID
        var values: TaskValues?
    }

    func plan(
        for reference: TaskReference, engine: Engine, builder: LaunchBuilder
    ) throws(ExpressionError) -> Plan {
        guard let task = engine.definition(of: reference), let scope = engine.scope(of: reference),
            let submission = engine.submission(of: reference.run)
        else { preconditionFailure("plan for unknown task \(reference)") }
        var recipe = ["baton-cache-\(Self.keyVersion)"]
        recipe += try builder.arguments(of: task.action, in: scope)
        for variable in submission.workflow.environment + task.environment {
            recipe.append("\(variable.name)=\(try variable.value.render(in: scope))")
        }
        var inputs: [String] = []
        for input in task.inputs { inputs.append(try input.render(in: scope)) }
        var outputs: [String] = []
        for output in task.outputs { outputs.append(try output.render(in: scope)) }
        let directory = try LaunchBuilder.directory(of: task, in: scope, below: submission.directory)
        return Plan(
            task: reference, isCached: task.isCached, directory: directory,
            recipe: recipe + [directory] + outputs, inputs: inputs, outputs: outputs
        )
    }

    /// An earlier result that still holds; a store that can't be read is no reason to fail: the command just runs.
    func lookUp(_ plan: Plan) -> Hit? {
        guard let key = key(of: plan) else { return nil }
        lock.withLock { keys[plan.task] = key }
        guard let result = withStore({ try $0.cachedResult(for: key) }) ?? nil else { return nil }
        for output in result.outputs {
            guard hash(of: FileTree.absolute(output.path, in: plan.directory)) == output.hash else { return nil }
        }
        return Hit(run: result.run, values: result.values)
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
        guard plan.isCached, let key = lock.withLock({ keys.removeValue(forKey: plan.task) }) ?? key(of: plan) else {
            return
        }
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

    private func key(of plan: Plan) -> String? {
        var hash = ContentHash()
        for field in plan.recipe { hash.add(field: field) }
        for input in plan.inputs {
            let files = FileTree.files(matching: input, in: plan.directory)
            hash.add(field: input)
            for file in files {
                guard let content = self.hash(of: FileTree.absolute(file, in: plan.directory)) else { return nil }
                hash.add(field: file)
                hash.add(field: content)
            }
        }
        return hash.finish()
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
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        return FileStamp(
            path: path, sizeBytes: Int64(status.st_size), modified: Instant(nanoseconds: modified),
            inode: UInt64(status.st_ino)
        )
    }

    /// Outputs are synced before their task counts as done: after a power loss "done" must still be true.
    private static func sync(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
