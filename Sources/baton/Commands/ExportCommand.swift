import ArgumentParser
import BatonCore
import BatonFormats
import BatonStore
import Glibc

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run for other programs: what ran, after what, and what it took.",
        discussion: "wfformat is the notation of WfCommons, version 1.5. Without a run: the latest."
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case wfformat
    }

    @OptionGroup var argument: RunArgument

    @Option(name: .long, help: ArgumentHelp("The notation.", valueName: "format"))
    var format: Format = .wfformat

    @OptionGroup var data: DataDirOption

    func run() throws {
        let store = try data.existingStore()
        let run = try argument.resolve(in: store)
        var replay = Replay(run: run)
        _ = try replay.advance(store)
        let execution = try Execution(replay.engine, store: store, summary: store.run(run))
        switch format {
        case .wfformat: Output.write(WfFormat.encode(execution.recorded), to: STDOUT_FILENO)
        }
    }
}

/// A run's attempts in the words of WfFormat.
private struct Execution {
    let recorded: WfExecution

    init(_ engine: Engine, store: any Store, summary: RunSummary) throws {
        let instances = engine.instances(of: summary.id)
        guard let graph = engine.graph(of: summary.id) else {
            throw CommandFailure("the log of run \(summary.id) has no beginning; it can't be exported")
        }
        let attempts = try store.attempts(of: summary.id, task: nil)
        // The last successful one of each task; what never ran has nothing to record.
        let successful = attempts.filter { $0.status == .succeeded }
        let latest = Dictionary(successful.map { (Int($0.id.task.index), $0) }, uniquingKeysWith: { $1 })
        let tasks = instances.indices.compactMap { index -> WfExecution.Task? in
            guard let attempt = latest[index], let usage = attempt.usage else { return nil }
            let parents = graph.commands(before: index, instances).filter { latest[$0] != nil }
            let definition = engine.definition(of: attempt.id.reference)
            return WfExecution.Task(
                id: instances[index].name, name: definition?.name ?? instances[index].name,
                parents: parents.map { instances[$0].name }, command: Self.command(attempt.id.reference, engine),
                start: attempt.started, runtime: usage.wall, cpuTime: usage.userCPU + usage.systemCPU,
                coreCount: Double(attempt.grant.milliCPU) / 1000, memoryBytesPeak: usage.peakMemoryBytes,
                readBytes: usage.readBytes, writtenBytes: usage.writtenBytes
            )
        }
        recorded = WfExecution(
            name: summary.workflow, start: summary.submitted,
            makespan: summary.submitted.duration(to: summary.ended ?? summary.submitted), machine: Self.machine,
            tasks: tasks
        )
    }

    /// With the values that the run gave it; as written where it can't be evaluated any more.
    private static func command(_ task: TaskReference, _ engine: Engine) -> [String] {
        guard let definition = engine.definition(of: task), let scope = engine.scope(of: task),
            let parts = engine.partScopes(of: task)
        else { return [] }
        if parts.count > 1, let script = try? definition.action.batchScript(for: parts) { return ["sh", "-c", script] }
        func text(_ template: Template) -> String { (try? template.render(in: scope)) ?? template.source }
        switch definition.action {
        case .shell(let script): return ["sh", "-c", text(script)]
        case .arguments(let arguments): return arguments.map(text)
        }
    }

    private static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return name.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension Graph {
    /// What a task waits for, groups replaced by what they stand for; ascending, each once.
    func commands(before task: Int, _ instances: [TaskInstance]) -> [Int] {
        var found: Set<Int> = []
        var seenGroups: Set<Int> = []
        var pending = dependencies(of: task).map(Int.init)
        while let next = pending.popLast() {
            if instances[next].kind == .command {
                found.insert(next)
            } else if seenGroups.insert(next).inserted {
                pending += dependencies(of: next).map(Int.init)
            }
        }
        return found.sorted()
    }
}
