import ArgumentParser
import BatonCore
import BatonFormats
import Foundation

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn a workflow of another system into a Baton workflow, on standard output.",
        discussion: """
            wfformat  WfCommons traces of recorded runs (version 1.5). With --replay each task becomes a load that takes \
            the time, CPU and memory that were recorded, scaled.
            ninja     build files, as CMake and Meson write them
            dot       a graph of names: each node becomes a task that does nothing yet
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case wfformat, ninja, dot
    }

    @Argument(help: "The file to read.", completion: .file())
    var file: String

    @Option(name: .long, help: ArgumentHelp("What the file is. [by its name]", valueName: "format"))
    var format: Format?

    @Flag(name: .long, help: "Imitate the recorded tasks of a trace instead of naming their commands.")
    var replay = false

    @Option(name: .long, help: ArgumentHelp("What recorded seconds are multiplied by.", valueName: "factor"))
    var timeScale = 1.0

    @Option(name: .long, help: ArgumentHelp("What recorded bytes are multiplied by.", valueName: "factor"))
    var memoryScale = 1.0

    mutating func validate() throws {
        if !(timeScale > 0 && memoryScale > 0 && timeScale.isFinite && memoryScale.isFinite) {
            throw ValidationError("--time-scale and --memory-scale must be above 0.")
        }
        if !replay && (timeScale != 1 || memoryScale != 1) {
            throw ValidationError("--time-scale and --memory-scale need --replay.")
        }
        if replay && (format ?? .wfformat) != .wfformat {
            throw ValidationError("--replay needs a trace: only wfformat records what tasks took.")
        }
    }

    func run() throws {
        guard let format = format ?? Self.format(of: file) else {
            throw CommandFailure(
                "'\(file)' does not tell by its name what it is. Say --format wfformat, ninja or dot", exit: .usage)
        }
        if replay && format != .wfformat {
            throw CommandFailure("--replay needs a trace: only wfformat records what tasks took", exit: .usage)
        }
        let text = try read()
        let workflow =
            switch format {
            case .wfformat: try WfFormat.decode(text, file: file, replay: replay ? imitation : nil)
            case .ninja: try NinjaFormat.decode(text, file: file)
            case .dot: try DOTFormat.decode(text, file: file)
            }
        Output.write(YAMLFormat.encode(workflow), to: STDOUT_FILENO)
    }

    /// The tasks call this very program, wherever it is.
    private var imitation: WfFormat.Replay {
        WfFormat.Replay(timeScale: timeScale, memoryScale: memoryScale, program: Wiring.executable ?? "baton")
    }

    private static func format(of file: String) -> Format? {
        let name = file.lowercased()
        if name.hasSuffix(".json") { return .wfformat }
        if name.hasSuffix(".ninja") { return .ninja }
        return name.hasSuffix(".dot") || name.hasSuffix(".gv") ? .dot : nil
    }

    private func read() throws -> String {
        guard let data = FileManager.default.contents(atPath: file) else {
            let reason = access(file, F_OK) == 0 ? "it can't be read" : "there is no such file"
            throw CommandFailure("\(file): \(reason)", exit: .usage)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure("\(file): it is not UTF-8 text", exit: .usage)
        }
        return text
    }
}
