import BatonPrediction
import BatonStore
import Foundation

/// Baton's own record, to judge predictions by.
enum OwnRecord {
    /// Attempts that are taken, the newest: the whole memory of most machines.
    private static let mostAttempts = 1_000_000

    /// - Parameter path: of a data folder, or of its database.
    static func read(_ path: String) throws -> Trace {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandFailure("\(path): no such file or folder", exit: .usage)
        }
        let database = isFolder.boolValue ? path + "/baton.db" : path
        guard FileManager.default.fileExists(atPath: database) else {
            throw CommandFailure(
                "\(path): expected a data folder of Baton, which holds a baton.db, or that file itself", exit: .usage)
        }
        let history = try SQLStore(sqliteAt: database).history(after: nil, limit: mostAttempts)
        guard !history.attempts.isEmpty else {
            throw CommandFailure("\(database): nothing has succeeded there yet, so nothing can be judged", exit: .usage)
        }
        return Trace(history, name: database)
    }
}
