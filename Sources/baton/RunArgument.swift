import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore

/// Which run is meant.
struct RunArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The run: its id, the beginning or end of it, or 'latest'.", valueName: "run"),
        completion: .custom(RunArgument.candidates))
    var name: String = "latest"

    func resolve(in store: any Store) throws -> Run.ID {
        try Self.resolve(name, in: store)
    }

    /// - Throws: for an unknown run a failure that lists the latest ones.
    static func resolve(_ name: String, in store: any Store) throws -> Run.ID {
        if name == "latest" {
            guard let latest = try store.latestRun(matching: RunFilter()) else {
                throw CommandFailure("nothing has run yet. Start with 'baton run FILE'", exit: .usage)
            }
            return latest.id
        }
        let known: Run.ID
        do {
            known = try store.resolve(name)
        } catch {
            throw try unknown(name, error, in: store)
        }
        return known
    }

    private static func unknown(_ name: String, _ error: StoreError, in store: any Store) throws -> any Error {
        guard error.code == .unknownRun else { return error }
        return CommandFailure("there is no run '\(name)'." + (try others(in: store)), exit: .usage)
    }

    /// The latest runs, to choose from.
    private static func others(in store: any Store) throws -> String {
        let latest = try store.runs(matching: RunFilter(limit: 5))
        guard !latest.isEmpty else { return " Nothing has run yet" }
        let now = LiveClock().now
        let lines = latest.map { run in
            "\n  \(run.id)  \(run.workflow), \(run.status.rawValue), \(TimeText.ago(run.submitted, now: now))"
        }
        return " The latest are:" + lines.joined()
    }

    /// What a shell may offer: the latest runs.
    static func candidates(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let directory = DataDirectory(option: nil)
        guard directory.hasDatabase, let store = try? directory.store(),
            let runs = try? store.runs(matching: RunFilter(limit: 20))
        else { return [] }
        return runs.map(\.id.description) + ["latest"]
    }
}
