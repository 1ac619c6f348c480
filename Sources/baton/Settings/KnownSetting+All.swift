import BatonCore
import BatonServer
import BatonSimulator
import BatonStore
import Logging

extension KnownSetting {
    /// All there are, by section.
    static let all: [KnownSetting] = server + storage + scheduling + prediction + retention + logging

    static func named(_ name: String) -> KnownSetting? { all.first { $0.name == name } }

    private static let server = [
        KnownSetting(
            "server.host", \.server.host, SomeText(expected: "a name or address"), "The address to listen on."),
        KnownSetting(
            "server.port", \.server.port, WholeNumber(range: 0...65_535),
            "The port to listen on; 0 for any that is free."),
        KnownSetting(
            "server.authentication", \.server.requiresAuthentication, YesOrNo(),
            "Whether everybody must say who he is; without, only this machine is listened to."),
        KnownSetting(
            "server.directory", \.server.workingDirectory, Optionally(form: FolderPath()),
            "Where tasks run whose submission names no folder."),
        KnownSetting(
            "server.rate_limit", \.requestsPerMinute, WholeNumber(range: 0...10_000_000),
            "Requests a minute that each key may make; 0 for any number."),
        KnownSetting(
            "server.allowed_origins", \.server.allowedOrigins,
            Several(expected: "origins such as https://baton.example.org"),
            "Pages of which other sites may call the server from a browser (CORS)."),
        KnownSetting(
            "server.token_lifetime", \.server.tokenLifetime, Span(range: .seconds(60)...(.seconds(366 * 86_400))),
            "How long a token is good."),
        KnownSetting(
            "server.connections", \.server.connectionsMax, WholeNumber(range: 1...50_000), "Connections at a time."),
        KnownSetting(
            "server.event_streams", \.server.eventStreamsMax, WholeNumber(range: 1...50_000), "Event streams at a time."
        ),
        KnownSetting(
            "server.body_bytes", \.server.bodyBytesMax,
            WholeNumber(range: 4_096...ServerConfiguration().bodyBytesTotalMax),
            "The longest body of a request that is taken, in bytes."),
    ]

    private static let storage = [
        KnownSetting(
            "storage.directory", \.dataDirectory, Optionally(form: FolderPath()), "Where runs are recorded.",
            variable: "BATON_DATA_DIR")
    ]

    private static let scheduling = [
        KnownSetting(
            "scheduling.algorithm", \.policy,
            Parsed(
                expected: "one of \(Wiring.policyNames.joined(separator: ", "))",
                value: { PolicyName(argument: $0) }, word: \.name),
            "Which ready task goes first.", isForProjects: true),
        KnownSetting(
            "scheduling.objective", \.objective,
            Parsed(
                expected: "completion, makespan, tardiness, cost or weights such as completion=0.7,cost=0.3",
                value: { try? ObjectiveText.parse($0) }, word: \.description),
            "What 'intelligent' makes small.", isForProjects: true),
        KnownSetting(
            "scheduling.plan_budget", \.planBudget,
            Optionally(form: Span(range: .milliseconds(1)...(.seconds(3_600)))),
            "How long 'intelligent' may search for a plan.", isForProjects: true),
        KnownSetting(
            "scheduling.jobs", \.jobs, Optionally(form: WholeNumber(range: 1...100_000)), "Cores to use at once.",
            isForProjects: true),
        KnownSetting(
            "scheduling.memory", \.memory,
            Optionally(
                form: Parsed(
                    expected: "a size such as 10GB", value: { MemorySize(argument: $0) }, word: \.description)),
            "Memory to use at once.", isForProjects: true),
        KnownSetting(
            "scheduling.worker_kind", \.workerKind, Optionally(form: SomeText(expected: "a name")),
            "What kind of worker this machine is, for tasks that say 'runs_on'."),
        KnownSetting(
            "scheduling.queue_size", \.queueSize, WholeNumber(range: 1...10_000_000),
            "Tasks that a server has at a time; more are refused until some have ended."),
    ]

    private static let prediction = [
        KnownSetting(
            "resource_prediction.retrain_interval", \.modelAge, Span(range: .seconds(60)...(.seconds(366 * 86_400))),
            "At which age the model of tasks is fitted anew.")
    ]

    private static let retention = [
        KnownSetting(
            "retention.executions", \.retention.executions, kept,
            "How long events, tasks, attempts, predictions and cached results are kept."),
        KnownSetting(
            "retention.decisions", \.retention.decisions, kept,
            "How long decisions and the runs' own entries are kept; at least as long as executions."),
        KnownSetting(
            "retention.metrics", \.retention.metrics, kept, "How long measurements and the audit log are kept."),
        KnownSetting(
            "retention.logs", \.retention.logs, kept, "How long what tasks printed is kept."),
    ]

    private static let kept = Span(range: .seconds(3_600)...(.seconds(36_600 * 86_400)))

    private static let logging = [
        KnownSetting(
            "logging.level", \.logLevel,
            Parsed(
                expected: "one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))",
                value: { Logger.Level(rawValue: $0) }, word: \.rawValue),
            "What a server's log leaves out: all that is less important.")
    ]
}
