import BatonCore
import BatonFormats
import BatonStore

/// Which files the tasks of a run read and wrote, and what that says of their dependencies.
struct FilesView {
    private let run: Run.ID
    private let instances: [TaskInstance]
    /// Of each instance the latest attempt that was traced.
    private let attempts: [TracedAttempt?]
    private let flow: DataFlow

    /// - Parameter traced: in order of number, so the latest of a task wins.
    init(run: Run.ID, engine: Engine, traced: [TracedAttempt]) {
        self.run = run
        instances = engine.instances(of: run)
        var attempts = [TracedAttempt?](repeating: nil, count: instances.count)
        for one in traced where attempts.indices.contains(Int(one.attempt.task.index)) {
            attempts[Int(one.attempt.task.index)] = one
        }
        self.attempts = attempts
        guard let submission = engine.submission(of: run), let graph = engine.graph(of: run) else {
            preconditionFailure("no run \(run) in its own log")
        }
        let (values, instances) = (ValueFlow(submission.workflow), instances)
        flow = DataFlow(
            graph, observed: attempts.map { $0?.files }, isGroup: { instances[$0].kind != .command },
            hasOtherFlow: { values.leads(from: instances[Int($0.dependency)], to: instances[Int($0.node)]) })
    }

    var lines: [StyledLine] {
        var lines: [StyledLine] = []
        for (instance, attempt) in zip(instances, attempts) where instance.kind == .command {
            lines.append(StyledLine(DisplayWidth.printable(instance.name), .strong))
            guard let files = attempt?.files else {
                lines.append(StyledLine("  not traced", .faint))
                continue
            }
            lines += Self.lines("read", files.reads) + Self.lines("wrote", files.writes)
            lines += Self.lines("deleted", files.deletes) + Self.lines("missed", files.missed)
            if files == ObservedFiles() { lines.append(StyledLine("  no files of the workflow", .faint)) }
            if !files.isComplete { lines.append(StyledLine("  and more: not all could be kept or observed", .warning)) }
        }
        return lines + [""] + verdict
    }

    /// Longest list that a person is shown; `--json` has all.
    private static let most = 20

    private static func lines(_ what: String, _ paths: [String]) -> [StyledLine] {
        var lines = paths.prefix(most).enumerated().map { place, path in
            var line = StyledLine("  " + (place == 0 ? what : ""), .faint)
            line.pad(to: 11)
            line.append(DisplayWidth.printable(path))
            return line
        }
        if paths.count > most { lines.append(StyledLine("           and \(paths.count - most) more", .faint)) }
        return lines
    }

    private var verdict: [StyledLine] {
        var lines = flow.missing.map { StyledLine(sentence(of: $0), .bad) }
        lines += flow.withoutFlow.map { link in
            StyledLine(
                "No file flows from \(name(link.from)) to \(name(link.to)), which waits for it: perhaps it need not.",
                .warning)
        }
        if !flow.isComplete {
            lines.append(StyledLine("So many tasks share files that not all of them were compared.", .warning))
        }
        if lines.isEmpty { lines.append(StyledLine("Every dependency that the files ask for is there.", .good)) }
        return lines
    }

    private func sentence(of missing: DataFlow.Missing) -> String {
        let (from, to) = (name(missing.from), name(missing.to))
        var path = "'\(DisplayWidth.printable(missing.path))'"
        if missing.pathCount > 1 { path += " and \(Sentence.count(missing.pathCount - 1, "other file"))" }
        let what =
            switch missing.kind {
            case .reads: "\(to) reads \(path), which \(from) writes, and nothing makes it wait for that"
            case .misses: "\(to) looked for \(path) in vain, which \(from) writes, and nothing makes it wait for that"
            case .deletes: "\(to) deletes \(path), which \(from) reads, and nothing makes it wait for that"
            }
        return "Missing dependency: \(what)."
    }

    private func name(_ index: Int32) -> String {
        DisplayWidth.printable(instances[Int(index)].name)
    }

    var json: Value {
        let tasks = zip(instances, attempts).enumerated().compactMap { index, entry -> Value? in
            guard let attempt = entry.1 else { return nil }
            let files = attempt.files
            return .object([
                "task": .string(entry.0.name), "index": .number(index), "attempt": .number(attempt.attempt.number),
                "complete": .boolean(files.isComplete), "reads": .strings(files.reads),
                "writes": .strings(files.writes), "deletes": .strings(files.deletes), "missed": .strings(files.missed),
            ])
        }
        let missing = flow.missing.map { missing -> Value in
            .object([
                "from": .string(instances[Int(missing.from)].name), "to": .string(instances[Int(missing.to)].name),
                "kind": .string(missing.kind.rawValue), "path": .string(missing.path),
                "paths": .number(missing.pathCount),
            ])
        }
        let without = flow.withoutFlow.map { link -> Value in
            .object([
                "from": .string(instances[Int(link.from)].name), "to": .string(instances[Int(link.to)].name),
            ])
        }
        return .object([
            "run": .string(run.description), "tasks": .list(tasks), "missing": .list(missing),
            "without_flow": .list(without), "complete": .boolean(flow.isComplete),
        ])
    }
}
