import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Dispatch
import Glibc

/// A run on a server, followed and read by replaying its log: all views of this machine's own runs show it.
struct RemoteRun {
    let id: Run.ID
    let client: RemoteClient

    var path: String { "/api/v1/runs/\(id)" }

    init(id: Run.ID, client: RemoteClient) {
        self.id = id
        self.client = client
    }

    /// - Parameter name: its id, the beginning or end of it, or `latest`.
    /// - Throws: for an unknown run what to do.
    init(_ name: String, client: RemoteClient) throws {
        let found: Value?
        if name == "latest" {
            found = try client.value("/api/v1/runs?limit=1")[entry: "runs"]?.elements.first
            guard found != nil else {
                throw CommandFailure("nothing has run yet on \(client.address)", exit: .usage)
            }
        } else {
            found = try client.value("/api/v1/runs/\(name.percentEncoded)")
        }
        guard let id = found?[entry: "run"]?.string.flatMap({ Run.ID($0) }) else {
            throw CommandFailure("\(client.address) answers with something that is no run: is it a Baton server?")
        }
        self.init(id: id, client: client)
    }

    /// What the server knows of it now, for views that read a store.
    func record() throws -> RemoteRecord { try RemoteRecord(of: self) }

    /// Shows the run until it has ended.
    ///
    /// - Parameters:
    ///   - reporter: is told what happens; nil to wait only.
    ///   - isNew: it was just submitted, so all that happened is news.
    ///   - wish: what to ask for once the past is known; only then does an end count.
    ///   - end: when to give up; nil for never.
    /// - Returns: how it stands at the end.
    func follow(
        _ reporter: (any ProgressReporter)?, isNew: Bool = false, wish: (() throws -> Void)? = nil,
        until end: Instant? = nil
    ) throws -> Run.Status {
        let clock = LiveClock()
        let feed = RemoteFeed(of: id, from: client)
        defer { feed.stop() }
        var replay = Replay(run: id)
        var isCaughtUp = false
        var isWishOpen = wish != nil
        while true {
            let now = clock.now
            if isCaughtUp { reporter?.refresh(at: now) }
            var batch: [Recorded] = []
            for item in feed.next(within: Self.patience(reporter, at: now, until: end)) {
                switch item {
                case .logged(let event, let at, let sequence):
                    batch.append(replay.take(event, at: at, sequence: sequence))
                case .caughtUp where !isCaughtUp:
                    isNew ? reporter?.durable(batch) : reporter?.catchUp(batch)
                    batch = []
                    isCaughtUp = true
                    try wish?()
                case .caughtUp: break
                case .lost:
                    Output.messages("There is no answer from \(client.address); trying again until there is.")
                case .back: Output.messages("\(client.address) is back.")
                case .refused(let failure): throw failure
                }
            }
            if !batch.isEmpty {
                if isCaughtUp || isNew { reporter?.durable(batch) } else { reporter?.catchUp(batch) }
                if isCaughtUp { isWishOpen = false }
            }
            let status = replay.engine.status(of: id) ?? .running
            if isCaughtUp, !isWishOpen, status.isTerminal {
                reporter?.finish(at: clock.now)
                return status
            }
            if let end, clock.now >= end { return status }
        }
    }

    private static func patience(
        _ reporter: (any ProgressReporter)?, at now: Instant, until end: Instant?
    ) -> Duration {
        var times = [now.advanced(by: .seconds(1))]
        if let next = reporter?.refreshAt { times.append(next) }
        if let end { times.append(end) }
        let next = times.min() ?? now
        return max(.zero, now.duration(to: next))
    }

    /// Follows as `baton run` does, and ends as it.
    ///
    /// Ctrl-C ends only the following: the run is the server's, and whoever closes a terminal doesn't mean to stop it.
    func drive(isJSON: Bool, isNew: Bool = false, wish: (() throws -> Void)? = nil) throws {
        let reporter = ProgressStyle.fitting(isJSON: isJSON).reporter(for: id, logs: RemoteLogs(client: client))
        let detaching = Detaching(from: self)
        let status = try withExtendedLifetime(detaching) { try follow(reporter, isNew: isNew, wish: wish) }
        if status != .succeeded { throw ExitCode(status.exitStatus.rawValue) }
    }

    /// Asks for something that changes the run.
    ///
    /// - Parameter verb: of the interface: `cancel`, `pause`, `resume` or `retry`.
    func ask(_ verb: String, force: Bool = false) throws {
        _ = try client.post("\(path)/\(verb)", force ? .object(["force": .boolean(true)]) : nil)
    }

    /// - Parameters:
    ///   - task: nil for all of the run.
    ///   - priority: 0 to 100.
    func prioritize(_ task: TaskInstance.ID?, _ priority: Int) throws {
        let subject = task.map { "/api/v1/scheduling/\(id).\($0.index)" } ?? path
        _ = try client.put("\(subject)/priority", .object(["priority": .number(priority)]))
    }

    /// Answers a task that asks for approval, in the name that belongs to the key.
    func review(_ task: TaskInstance.ID, isApproved: Bool, comment: String?) throws {
        let body = Value.object([
            "decision": .string(isApproved ? "approve" : "reject"), "comment": comment.map { .string($0) },
        ])
        _ = try client.post("\(path)/tasks/\(task.index)/review", body)
    }
}

/// What a signal does to somebody who follows a run on a server.
final class Detaching {
    private let sources: [any DispatchSourceSignal]

    init(from run: RemoteRun) {
        let (id, options) = (run.id, run.client.commandOptions)
        sources = [SIGINT, SIGTERM].map { number in
            // Not ignored before: a signal that comes while this is being set up ends the process, as it would without it.
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { @Sendable in
                Output.messages(
                    "\nRun \(id) goes on on the server. To follow it: baton watch \(id)\(options)\n"
                        + "To stop it: baton cancel \(id)\(options)")
                Glibc.exit(ExitStatus.signal(number))
            }
            source.resume()
            return source
        }
    }

    deinit { sources.forEach { $0.cancel() } }
}

/// The logs of a run on a server.
struct RemoteLogs: AttemptLogs {
    let client: RemoteClient

    /// As much of the end as is looked at on this machine.
    private static let tailBytes = 65_536
    private static let pieceBytes = 1 << 20

    private func path(_ log: AttemptLog) -> String {
        let attempt = log.attempt
        return "/api/v1/runs/\(attempt.run)/tasks/\(attempt.task.index)/attempts/\(attempt.number)/log?stream="
            + log.stream.rawValue
    }

    func tail(of log: AttemptLog, count: Int) -> [String] {
        guard let answer = try? client.get("\(path(log))&offset=-\(Self.tailBytes)") else { return [] }
        return LogTail.lines(in: answer.body[...], isWhole: answer.body.count < Self.tailBytes, count: count)
    }

    func read(_ log: AttemptLog, from place: Int64, _ take: (ArraySlice<UInt8>) -> Void) {
        var place = place
        // What can't be read now is asked for again by whoever follows it.
        while let answer = try? client.get("\(path(log))&offset=\(place)&limit=\(Self.pieceBytes)"),
            !answer.body.isEmpty
        {
            take(answer.body[...])
            place += Int64(answer.body.count)
            if answer.body.count < Self.pieceBytes { return }
        }
    }

    func place(of log: AttemptLog) -> String {
        "\(client.address)\(path(log))"
    }

    var commandOptions: String { client.commandOptions }

    func forceHint(for run: Run.ID) -> String? {
        "'baton cancel --force \(run)\(commandOptions)' kills at once."
    }
}

extension String {
    /// As a part of a URL's path or query.
    var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            let character = Character(UnicodeScalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
