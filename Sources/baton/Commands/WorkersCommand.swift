import ArgumentParser
import BatonCore
import BatonFormats
import Glibc

struct WorkersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "Show where a server's tasks run, and how much of it is granted.",
        discussion: "--server or $BATON_SERVER names the server; 'baton doctor' describes this machine.")

    @OptionGroup var served: ServedOptions

    func run() throws {
        let answer = try served.client().value("/api/v1/workers")
        if served.json { return JSONPrinter.print(answer) }
        var table = Table([
            .init(title: "WORKER"), .init(title: "GRANTED"), .init(title: "OF"),
            .init(title: "RUNNING", isNumeric: true),
        ])
        for worker in answer[entry: "workers"]?.elements ?? [] {
            table.append([
                StyledLine(worker.text("name")), StyledLine(Self.words(worker[entry: "used"])),
                StyledLine(Self.words(worker[entry: "capacity"])),
                StyledLine("\(worker.integer("running_tasks") ?? 0)"),
            ])
        }
        Output.data(table.rendered(for: Terminal(descriptor: STDOUT_FILENO)))
        let (tasks, runs) = (answer.integer("waiting_tasks") ?? 0, answer.integer("open_runs") ?? 0)
        Output.messages("Waiting tasks: \(tasks). Open runs: \(runs).")
    }

    /// As `Value.resources` writes them.
    private static func words(_ value: Value?) -> String {
        guard let value else { return "" }
        var amount = Resources.zero
        if case .number(let cores)? = value[entry: "cpu"] { amount.milliCPU = Int64((cores * 1000).rounded()) }
        amount.memoryBytes = Int64(value.integer("memory_bytes") ?? 0)
        amount.gpus = Int64(value.integer("gpus") ?? 0)
        amount.diskBytes = Int64(value.integer("disk_bytes") ?? 0)
        return Sentence.resources(amount)
    }
}
