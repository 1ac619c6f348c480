public import BatonCore
public import BatonFormats
public import BatonRuntime

/// What is computed with policies, models and the optimiser, which the server does not know by name, and what it sends to
/// others.
///
/// Each returns its answer, mostly JSON as bytes, or throws a `Problem`; one that nobody gave answers that this server has no such thing.
/// What takes longer than a few milliseconds belongs into `Computation.run`.
public struct ServerAnswers: Sendable {
    public typealias JSON = [UInt8]

    /// Why a run took as long as it did, or still goes on.
    public var explainRun: @Sendable (Run.ID) async throws -> JSON = { _ in throw Self.missing("explanations") }
    /// Why a task waits, or what became of it.
    public var explainTask: @Sendable (TaskReference) async throws -> JSON = { _ in throw Self.missing("explanations") }
    /// Why an attempt was started when and where it was; nil while that was not decided.
    public var explainDecision: @Sendable (Attempt.ID) async throws -> JSON? = { _ in
        throw Self.missing("explanations")
    }
    /// When a task that was just submitted, and is counted in the load, is expected to start and to end.
    public var outlook: @Sendable (Workflow.Task, LiveControl.Load) async throws -> ScheduleOutlook = { _, _ in
        ScheduleOutlook()
    }
    /// An `OptimizationAnalysis`, with the text as it would be if findings, by their ids, were applied; beside the open runs, or
    /// alone.
    public var analyze: @Sendable (WorkflowFile, _ findings: [String], _ isAlone: Bool) async throws -> JSON = {
        _, _, _ in throw Self.missing("the optimiser")
    }
    /// Applies findings, by their ids, to the file of a workflow, by its name; the new revision.
    public var apply: @Sendable (_ workflow: String, _ findings: [String], _ actor: String) async throws -> JSON = {
        _, _, _ in throw Self.missing("the optimiser")
    }
    /// A `ResourcePrediction` of a task of a workflow.
    public var predict: @Sendable (_ task: Workflow.Task, _ workflow: String?) async throws -> JSON = { _, _ in
        throw Self.missing("predictions")
    }
    /// Plays a request's body on a virtual cluster.
    public var simulate: @Sendable (Value) async throws -> JSON = { _ in throw Self.missing("simulations") }
    /// Compares policies as a request's body says.
    public var experiment: @Sendable (Value) async throws -> JSON = { _ in throw Self.missing("experiments") }
    /// The load of the next hours and the capacity for it.
    public var forecast: @Sendable (_ horizon: Duration) async throws -> JSON = { _ in throw Self.missing("forecasts") }
    public var policies: @Sendable () async throws -> JSON = { throw Self.missing("a list of policies") }
    public var models: @Sendable () async throws -> JSON = { throw Self.missing("a list of models") }
    /// Sends a webhook to its receiver within `WebhookRequest.timeout`; throws `WebhookFailure` where nobody answers.
    public var sendWebhook: @Sendable (WebhookRequest) async throws -> WebhookAnswer = { _ in
        throw Self.missing("webhooks")
    }
    /// What must work for the server to be ready, beside the database, the disk and the memory; each throws why not.
    public var checks: [Check] = []

    public init() {}

    public struct Check: Sendable {
        public var name: String
        public var run: @Sendable () async throws -> Void

        public init(name: String, run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    private static func missing(_ what: String) -> Problem {
        Problem(404, "not-available", "This server does not offer it", detail: "it was started without \(what)")
    }
}

/// What a client is promised of a task that was just submitted.
public struct ScheduleOutlook: Hashable, Sendable {
    /// Nil where nothing is known.
    public var start: Instant?
    public var completion: Instant?
    /// 0...1; 0 where nothing is known.
    public var confidence: Double

    public init(start: Instant? = nil, completion: Instant? = nil, confidence: Double = 0) {
        self.start = start
        self.completion = completion
        self.confidence = confidence
    }
}
