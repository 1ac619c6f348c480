import ArgumentParser
import BatonCore
import BatonRuntime
import BatonStore

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a run that another process drives.",
        discussion: """
            Ends with the run and with its exit code; Ctrl-C ends only the watching. With --json every event since the \
            beginning is written, one a line. Without a run: the latest.
            """
    )

    @OptionGroup var argument: RunArgument
    @OptionGroup var state: StateOptions
    @OptionGroup var server: ServerOptions

    func run() throws {
        if let client = try server.client(state) {
            return try RemoteRun(argument.name, client: client).drive(isJSON: state.json)
        }
        let store = try state.existingStore()
        let run = try argument.resolve(in: store)
        let data = state.dataDirectory
        let reporter = ProgressStyle.fitting(isJSON: state.json).reporter(for: run, logs: data.folder(of: run))
        let clock = LiveClock()
        var replay = Replay(run: run)
        reporter.catchUp(try replay.advance(store))
        var watch = AbandonmentWatch(run: run, data: data)
        while let status = replay.engine.status(of: run), !status.isTerminal {
            let now = clock.now
            reporter.refresh(at: now)
            if let warning = watch.warning(at: now) { Output.messages(warning) }
            Pause.sleep(.milliseconds(100))
            let news = try replay.advance(store)
            if !news.isEmpty { reporter.durable(news) }
        }
        reporter.finish(at: clock.now)
        let status = replay.engine.status(of: run)?.exitStatus ?? .failure
        if status != .success { throw ExitCode(status.rawValue) }
    }
}
