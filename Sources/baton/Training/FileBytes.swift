import Foundation

/// Whole files, as bytes.
enum FileBytes {
    /// - Throws: why it can't be read, in words.
    static func read(_ path: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure(error.localizedDescription)
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) can't be written: \(error.localizedDescription)")
        }
    }
}
