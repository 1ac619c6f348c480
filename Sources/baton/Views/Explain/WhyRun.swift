import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore

/// Why a task's command ran, although an earlier run may have done the same.
struct WhyRun {
    var sentences: [String]
    /// Nil for a task that is not cached, or did not look for an earlier result.
    var key: CacheKey?

    init(story: RunStory, store: any Store, task: Int) throws {
        let reference = story.reference(task)
        switch story.attempts.last(where: { $0.id.task == reference.task })?.status {
        case nil:
            sentences = ["It has not run in this run."]
            return
        case .reused:
            sentences = ["Its command did not run: the same had been done on the same inputs."]
            return
        case .running, .succeeded, .failed, .stopped, .lost: break
        }
        guard story.engine.definition(of: reference)?.isCached == true else {
            sentences = ["It runs in every run, because it does not say 'cache: true'."]
            return
        }
        guard let miss = try store.cacheMiss(of: reference) else {
            sentences = ["It ran because an input of it could not be read."]
            return
        }
        key = miss.key
        let before = try store.cacheMiss(before: reference)
        sentences = ["Its cache key is \(Self.name(of: miss.key))."]
        switch miss.staleness {
        case .missingOutput(let path, let run):
            sentences.append("It ran because its output \(path), made in run \(run), was gone.")
        case .changedOutput(let path, let run):
            sentences.append("It ran because its output \(path), made in run \(run), had been changed.")
        case .noResult:
            sentences += Self.whyNoResult(of: miss, before, workflow: story.summary.workflow)
        }
    }

    private static func whyNoResult(of miss: CacheMiss, _ before: CacheMiss?, workflow: String) -> [String] {
        guard let before else { return ["It ran because no earlier run of \(workflow) had a result of it."] }
        if before.key.version != miss.key.version {
            return [
                "It ran because run \(before.task.run) remembered its result under format \(before.key.version) of the key, "
                    + "and this version of Baton uses format \(miss.key.version)."
            ]
        }
        let changes = CacheKeyChanges(from: before.key, to: miss.key).sentences
        if changes.isEmpty {
            return ["It ran because the result that run \(before.task.run) left is not known any more."]
        }
        let head = "It ran because of what changed since run \(before.task.run), whose key was \(name(of: before.key)):"
        return [head] + changes.map { "  \($0)" }
    }

    /// Enough of the hash to tell keys apart.
    private static func name(of key: CacheKey) -> String {
        "\(key.hash.prefix(12)) (format \(key.version))"
    }

    var json: Value {
        .object([
            "sentences": .strings(sentences),
            "cache_key": key.map {
                .object([
                    "hash": .string($0.hash), "format": .number($0.version),
                    "parts": .list(
                        $0.parts.map { part in
                            .object([
                                "kind": .string(part.kind.rawValue), "name": .string(part.name),
                                "value": .string(part.value),
                            ])
                        }),
                ])
            },
        ])
    }
}

/// What differs between two keys of one task.
struct CacheKeyChanges {
    let sentences: [String]

    init(from old: CacheKey, to new: CacheKey) {
        let before = Self.values(of: old)
        let after = Self.values(of: new)
        let changedOrNew = new.parts.compactMap { part -> String? in
            guard let value = before[Name(part)] else { return Self.appeared(part) }
            return value == part.value ? nil : Self.changed(part, from: value)
        }
        let gone = old.parts.filter { after[Name($0)] == nil }.compactMap(Self.disappeared)
        sentences = changedOrNew + gone
    }

    private struct Name: Hashable {
        var kind: CacheKey.Kind
        var name: String

        init(_ part: CacheKey.Part) {
            (kind, name) = (part.kind, part.name)
        }
    }

    /// A variable that is set twice counts with what the task sees: the later one.
    private static func values(of key: CacheKey) -> [Name: String] {
        Dictionary(key.parts.map { (Name($0), $0.value) }) { _, later in later }
    }

    private static func changed(_ part: CacheKey.Part, from old: String) -> String? {
        let (old, new) = difference(old, part.value)
        return switch part.kind {
        case .command: "Its command changed: '\(old)' is now '\(new)'."
        case .environment: "The variable \(part.name) was '\(old)' and is '\(new)'."
        case .workdir: "It ran in \(old) then, and in \(part.value) now."
        case .file: "The content of \(part.name) changed."
        case .secret, .output, .input: nil  // they have no value
        }
    }

    private static func appeared(_ part: CacheKey.Part) -> String {
        switch part.kind {
        case .command: "Its command has a new argument, '\(short(part.value))'."
        case .environment: "The variable \(part.name) is new."
        case .secret: "It may read the secret \(part.name) now."
        case .workdir: "It runs in \(part.value) now."
        case .output: "\(part.name) is one of its outputs now."
        case .input: "\(part.name) is one of its inputs now."
        case .file: "The input file \(part.name) is new."
        }
    }

    private static func disappeared(_ part: CacheKey.Part) -> String {
        switch part.kind {
        case .command: "Its command lost the argument '\(short(part.value))'."
        case .environment: "The variable \(part.name) is not set any more."
        case .secret: "It may not read the secret \(part.name) any more."
        case .workdir: "It ran in \(part.value) then."
        case .output: "\(part.name) is none of its outputs any more."
        case .input: "\(part.name) is none of its inputs any more."
        case .file: "The input file \(part.name) is gone."
        }
    }

    /// The first lines that differ: of long scripts all others are the same.
    private static func difference(_ old: String, _ new: String) -> (old: String, new: String) {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false)
        let place = zip(before, after).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let line = place ?? min(before.count, after.count)
        return (before[safe: line].map(short) ?? "", after[safe: line].map(short) ?? "")
    }

    private static func short(_ text: some StringProtocol) -> String {
        text.count <= 60 ? String(text) : text.prefix(59) + "…"
    }
}

extension Array {
    fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
