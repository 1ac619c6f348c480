import BatonCore
import BatonRuntime
import BatonStore

/// What a server knows of a run, kept in step with it, for views that read a store.
///
/// What is not in the log, such as how the machine stood, is not in it.
final class RemoteRecord {
    let store = MemoryStore()
    private let run: RemoteRun
    private let feed: RemoteFeed
    private var replay: Replay

    /// As the run stands now.
    init(of run: RemoteRun) throws {
        self.run = run
        replay = Replay(run: run.id)
        feed = RemoteFeed(of: run.id, from: run.client)
        while try !advance(within: .seconds(1)) {}
    }

    deinit { feed.stop() }

    /// Takes in what happens within a time at most.
    ///
    /// - Returns: true when all that was known when the stream was opened has come.
    @discardableResult
    func advance(within time: Duration) throws -> Bool {
        var isCaughtUp = false
        for item in feed.next(within: time) {
            switch item {
            case .logged(let event, let at, let sequence):
                try store.append([replay.take(event, at: at, sequence: sequence)], for: run.id)
            case .caughtUp: isCaughtUp = true
            case .refused(let failure): throw failure
            case .lost: Output.messages("There is no answer from \(run.client.address); trying again until there is.")
            case .back: Output.messages("\(run.client.address) is back.")
            }
        }
        return isCaughtUp
    }
}
