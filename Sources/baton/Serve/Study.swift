import BatonCore
import BatonServer
import Dispatch
import Foundation
import Synchronization

/// What takes long or much memory is another `baton`'s work: at lowest priority, with an end, and no harm to the server
/// whatever becomes of it.
struct Study: Sendable {
    let data: DataDirectory
    private let places: DispatchSemaphore

    private static let patience = DispatchTimeInterval.seconds(120)

    /// - Parameter count: studies at a time; others are refused.
    init(_ data: DataDirectory, atOnce count: Int = 2) {
        self.data = data
        places = DispatchSemaphore(value: count)
    }

    /// Runs a command of baton with `--json`. What a client named stands behind `--`, or it could be an option.
    ///
    /// - Parameter input: becomes a file, whose path stands in the arguments where they say `-`.
    /// - Returns: what the command printed.
    /// - Throws: `Problem` with the command's own message.
    func run(_ arguments: [String], input: (text: String, name: String)? = nil) async throws -> [UInt8] {
        guard places.wait(timeout: .now()) == .success else {
            throw Problem(
                503, "busy", "Too much is being computed", detail: "other studies are going on; try again later",
                retryAfter: 5)
        }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                defer { places.signal() }
                continuation.resume(with: Result { try work(arguments, input) })
            }
        }
    }

    private func work(_ arguments: [String], _ input: (text: String, name: String)?) throws -> [UInt8] {
        let folder = data.path + "/studies/" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var arguments = arguments
        if let input {
            let path = "\(folder)/\(input.name)"
            try Data(input.text.utf8).write(to: URL(fileURLWithPath: path))
            arguments = arguments.map { $0 == "-" ? path : $0 }
        }
        guard let program = Wiring.executable else {
            throw Problem(500, "internal-error", "Something went wrong on the server")
        }
        let (output, messages) = ("\(folder)/output", "\(folder)/messages")
        for path in [output, messages] { try Data().write(to: URL(fileURLWithPath: path)) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["nice", "-n", "10", program] + arguments.prefix(1) + ["--data-dir", data.path, "--json"]
            + arguments.dropFirst()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: messages)
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let hasEnded = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in hasEnded.signal() }
        try process.run()
        guard hasEnded.wait(timeout: .now() + Self.patience) == .success else {
            process.terminate()
            throw Problem(503, "too-long", "It takes too long", detail: "it was given two minutes; ask for less")
        }
        let said = FileManager.default.contents(atPath: messages).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard process.terminationStatus == 0 else {
            throw Problem(
                422, "not-possible", "It can't be computed",
                detail: said.replacing(folder + "/", with: "").trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return FileManager.default.contents(atPath: output).map(Array.init) ?? []
    }
}
