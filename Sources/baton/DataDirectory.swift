import BatonCore
import BatonRuntime
import BatonStore
import Glibc

/// Where Baton keeps its state: the database and a folder for each run.
struct DataDirectory: Hashable, Sendable {
    /// Absolute.
    let path: String

    /// `--data-dir`, else the setting `storage.directory`, else `$XDG_DATA_HOME/baton`, else `~/.local/share/baton`.
    init(option: String?) {
        let chosen =
            option ?? Settings.current.dataDirectory ?? Environment["XDG_DATA_HOME"].map { $0 + "/baton" }
            ?? (Environment["HOME"] ?? "") + "/.local/share/baton"
        path = Self.absolute(chosen)
    }

    var database: String { path + "/baton.db" }

    /// True once something has run here.
    var hasDatabase: Bool { access(database, F_OK) == 0 }

    /// Opens the database and makes it where it is missing.
    func store() throws(StoreError) -> any Store {
        try SQLStore(sqliteAt: database)
    }

    /// The record for reading; a command that only reads makes none.
    func existingStore() throws -> any Store {
        guard hasDatabase else {
            throw CommandFailure(
                "nothing has run yet: there is no \(database). Start with 'baton run FILE'", exit: .usage)
        }
        return try store()
    }

    /// What earlier runs left for the same task; knows nothing, and makes no database, where nothing has run.
    var outputCache: OutputCache {
        OutputCache { () throws(StoreError) in hasDatabase ? try store() : MemoryStore() }
    }

    func folder(of run: Run.ID) -> RunFolder {
        RunFolder(dataDirectory: path, run: run)
    }

    /// `$XDG_CONFIG_HOME/baton`, else `~/.config/baton`: what the user says of all projects.
    static var configuration: String {
        (Environment["XDG_CONFIG_HOME"] ?? (Environment["HOME"] ?? "") + "/.config") + "/baton"
    }

    /// A file for each secret.
    static var secrets: String { configuration + "/secrets" }

    /// The working directory of this process.
    static var current: String {
        guard let current = getcwd(nil, 0) else { return "/" }
        defer { free(current) }
        return String(cString: current)
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : current + "/" + path
    }
}
