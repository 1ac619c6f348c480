import BatonCore
import BatonFormats
import BatonStore

/// One message to one receiver, and what came of it so far; kept with its firing.
struct Delivery: Hashable, Sendable {
    /// Stays the same however often it is tried, so that a receiver can drop what it has had.
    let id: String
    /// What it tells of.
    let event: NotificationRule.Event
    let workflow: String
    /// Of the run.
    let status: Run.Status
    /// The message, JSON; nil when it is over.
    var body: String?
    var attempts = 0
    /// When the first try ended.
    var begun: Instant?
    /// Not tried before.
    var next = Instant.zero
    var answer: ReceiverAnswer?

    /// How long a message is tried, from its first try on.
    static let patience = Duration.seconds(86_400)
    private static let firstPause = Duration.seconds(5)
    private static let pauseMax = Duration.seconds(3_600)

    /// - Parameter name: of the notification.
    static func id(of name: String, key: String) -> String { String(Secure.sha256("\(name) \(key)").prefix(32)) }

    init(id: String, event: NotificationRule.Event, workflow: String, status: Run.Status, body: String) {
        (self.id, self.event, self.workflow, self.status, self.body) = (id, event, workflow, status, body)
    }

    /// Takes in what came of a try.
    ///
    /// - Parameter jitter: 0..<1, so that those that failed together don't come back together.
    /// - Returns: what it is now.
    mutating func take(_ answer: ReceiverAnswer, at now: Instant, jitter: Double) -> Firing.State {
        attempts += 1
        let begun = begun ?? now
        self.begun = begun
        self.answer = answer
        switch answer.verdict {
        case .taken: return .started
        case .refused: return .refused
        case .failed:
            let doublings = min(attempts - 1, 20)
            let pause = min(Self.firstPause * (1 << doublings), Self.pauseMax)
            next = now.advanced(by: pause * (0.5 + jitter / 2))
            return begun.duration(to: next) > Self.patience ? .refused : .waiting
        }
    }

    /// Why it was not taken, in a sentence; nil where there is nothing to say.
    func reason(in state: Firing.State) -> String? {
        guard let reason = answer?.reason else { return nil }
        guard state == .refused, answer?.verdict == .failed else { return reason }
        return "given up after \(attempts) tries in \(Int(Self.patience / .seconds(3_600))) hours: \(reason)"
    }
}

extension Delivery {
    /// As it was kept.
    init(_ text: String) throws {
        var fields = try Fields(try JSONInput.read(text))
        id = try fields.require("delivery", try fields.string("delivery"))
        workflow = try fields.require("workflow", try fields.string("workflow"))
        let word = try fields.require("status", try fields.string("status"))
        guard let status = Run.Status(rawValue: word) else { throw Problem.invalid("there is no status '\(word)'") }
        self.status = status
        // Before there was anything else to tell, it was how a run ended.
        let name = try fields.string("event") ?? NotificationRule.Event.ended(status).word
        guard let event = NotificationRule.Event(word: name) else {
            throw Problem.invalid("there is no event '\(name)'")
        }
        self.event = event
        body = try fields.string("body")
        attempts = Int(try fields.integer("attempts", in: 0...Int64(Int32.max)) ?? 0)
        begun = try fields.time("begun")
        next = try fields.time("next") ?? .zero
        answer = try fields.object("answer").map { try ReceiverAnswer($0) }
    }

    /// What the record keeps.
    var json: String {
        Value.object([
            "delivery": .string(id), "event": .string(event.word), "workflow": .string(workflow),
            "status": .string(status.rawValue), "body": body.map { .string($0) }, "attempts": .number(attempts),
            "begun": begun.map { .time($0) }, "next": .time(next), "answer": answer.map(\.json),
        ]).json
    }
}

/// What came of telling somebody once.
struct ReceiverAnswer: Hashable, Sendable {
    var verdict: Verdict
    /// Of HTTP.
    var status: Int?
    var exitCode: Int?
    /// Why it was not taken.
    var reason: String?
    /// The end of what a command printed, or the beginning of what a webhook's receiver answered.
    var output: String?

    enum Verdict: String, Hashable, Sendable {
        case taken
        /// It may be taken when it comes again.
        case failed
        /// It never will.
        case refused
    }

    init(_ verdict: Verdict, status: Int? = nil, exitCode: Int? = nil, reason: String? = nil, output: String? = nil) {
        self.verdict = verdict
        self.status = status
        self.exitCode = exitCode
        self.reason = reason
        self.output = output?.isEmpty == true ? nil : output
    }
}

extension ReceiverAnswer {
    /// As it was kept.
    fileprivate init(_ fields: Fields) throws {
        var fields = fields
        let word = try fields.require("verdict", try fields.string("verdict"))
        guard let verdict = Verdict(rawValue: word) else { throw Problem.invalid("there is no verdict '\(word)'") }
        self.verdict = verdict
        status = try fields.integer("http_status", in: 0...999).map { Int($0) }
        exitCode = try fields.integer("exit_code", in: 0...999).map { Int($0) }
        reason = try fields.string("reason")
        output = try fields.string("output")
    }

    fileprivate var json: Value {
        .object([
            "verdict": .string(verdict.rawValue), "http_status": status.map { .number($0) },
            "exit_code": exitCode.map { .number($0) }, "reason": reason.map { .string($0) },
            "output": output.map { .string($0) },
        ])
    }
}
