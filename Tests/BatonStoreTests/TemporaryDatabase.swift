import Foundation

/// Gives a path in a new folder that does not exist yet, and removes it afterwards.
func withTemporaryDatabase<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("baton-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.appendingPathComponent("state/baton.db").path)
}
