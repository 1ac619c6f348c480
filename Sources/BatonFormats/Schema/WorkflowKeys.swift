/// The keys of a workflow file itself.
enum WorkflowKey: String, FormatKey {
    case name, description, params, env, secrets, limits, defaults, deadline, tasks, finally

    static let required: [WorkflowKey] = [.tasks]

    var shape: Shape {
        switch self {
        case .name, .description: .text
        case .params: .map(.either([.record(ParameterKey.self, named: "parameter"), .anything]))
        case .env: .map(.template)
        case .secrets: .list(.text)
        case .limits: .map(.integer(1...1_000_000_000))
        case .defaults: .record(DefaultsKey.self, named: "defaults")
        case .deadline: .duration
        case .tasks, .finally: .map(.record(TaskKey.self, named: "task"))
        }
    }

    var summary: String {
        switch self {
        case .name: "What the workflow is called; the file's name when absent."
        case .description: "For readers; Baton ignores it."
        case .params: "Values that --set changes; each is a default value, or says type, default and description."
        case .env: "Environment variables of every task."
        case .secrets: "Names of secrets that every task may read; their values never stand in the file."
        case .limits: "Named slots: how many units of each may be held at once in a run."
        case .defaults: "What tasks have that do not say otherwise."
        case .deadline: "When the run should have ended, counted from its start."
        case .tasks: "What to do, by name."
        case .finally: "Tasks that run when all others have ended, however they ended."
        }
    }
}

/// The keys of a parameter that says more than its default value.
enum ParameterKey: String, FormatKey {
    case type, `default`, description

    var shape: Shape {
        switch self {
        case .type: .choice(["string", "number", "boolean", "list", "map"])
        case .default: .anything
        case .description: .text
        }
    }

    var summary: String {
        switch self {
        case .type: "The kind of value; that of the default when absent."
        case .default: "The value unless --set gives another; without one it must be set."
        case .description: "For readers; Baton ignores it."
        }
    }
}

/// What `defaults` may hold; each means what it means in a task.
enum DefaultsKey: String, FormatKey {
    case retries, timeout, resources
    case runsOn = "runs_on"
    case env, cache, workdir, priority

    var inTask: TaskKey {
        switch self {
        case .retries: .retries
        case .timeout: .timeout
        case .resources: .resources
        case .runsOn: .runsOn
        case .env: .env
        case .cache: .cache
        case .workdir: .workdir
        case .priority: .priority
        }
    }

    var shape: Shape { inTask.shape }
    var summary: String { inTask.summary }
}

/// The keys of a task.
enum TaskKey: String, FormatKey {
    case description, run, command, uses, with, needs, foreach, matrix, inputs, outputs, when, approval
    case retries, timeout, speculate, resources
    case runsOn = "runs_on"
    case priority, deadline, cache, workdir, env, secrets, concurrency, duration

    static let choices: [TaskKey] = [.run, .command, .uses]
    static let substitute: TaskKey? = .approval

    var shape: Shape {
        switch self {
        case .description, .uses: .text
        case .run, .workdir, .approval: .template
        case .command: .list(.template)
        case .with: .map(.anything)
        case .needs, .inputs, .outputs: .oneOrMore(.template)
        case .foreach, .matrix: .open(FanOutKey.self, others: .either(FanOutKey.values))
        case .when: .either([.expression, .boolean])
        case .retries: .either([.integer(0...1_000), .record(RetriesKey.self, named: "retries")])
        case .timeout, .speculate, .deadline, .duration: .duration
        case .resources:
            .either([.choice([ResourcesKey.auto.rawValue]), .record(ResourcesKey.self, named: "resources")])
        case .runsOn: .oneOrMore(.text)
        case .priority: .integer(0...100)
        case .cache: .boolean
        case .env: .map(.template)
        case .secrets: .list(.text)
        case .concurrency: .either([.text, .record(ConcurrencyKey.self, named: "concurrency")])
        }
    }

    var summary: String {
        switch self {
        case .description: "For readers; Baton ignores it."
        case .run: "A script for /bin/sh."
        case .command: "A program and its arguments, started without a shell."
        case .uses: "A workflow file whose tasks take this one's place, as 'this/theirs'."
        case .with: "Values for the parameters of the used workflow."
        case .needs: "Tasks that must have succeeded before this one starts."
        case .foreach: "Repeats the task for each value of a list, or each combination of several."
        case .matrix: "As foreach; 'include' adds combinations and 'exclude' leaves some out."
        case .inputs: "Files or globs that the task reads; a file that another task makes is a dependency."
        case .outputs: "Files, folders (ending in '/') or globs that the task makes."
        case .when: "The task is skipped when this is false as it becomes ready."
        case .approval: "A question that a person has to say yes to before the task starts; 'run' may be left out then."
        case .retries: "How many more attempts a failed task gets, or also when and after how long."
        case .timeout: "Each attempt is ended after this time."
        case .speculate: "A second attempt may start beside one that has run so long; the first that succeeds counts."
        case .resources: "What an attempt takes; learned from earlier runs where absent, or wherever it is 'auto'."
        case .runsOn: "The kind of worker that the task may run on, or several; any when absent."
        case .priority: "0 to 100, higher goes first; 50 when absent."
        case .deadline: "When the task should have ended, counted from the start of the run."
        case .cache: "Skip the task when it already did the same on the same inputs."
        case .workdir: "Where it runs, relative to the workflow file's folder."
        case .env: "Environment variables; they win over those of the workflow and of defaults."
        case .secrets: "Names of secrets that the task may read."
        case .concurrency: "A group of which one task runs at a time, or as many as its limit says."
        case .duration:
            "How long it is expected to take, until it has run; counts for more than what tasks of its name took in other "
                + "workflows."
        }
    }
}

/// What `foreach` and `matrix` hold besides the values of each name.
enum FanOutKey: String, FormatKey {
    case batch

    static let batchSizes = 1...1_000_000

    /// The shapes that values have.
    static var values: [Shape] { [.list(.anything), .bareExpression, .record(GlobKey.self, named: "glob")] }

    var shape: Shape { .either([.integer(Self.batchSizes)] + Self.values) }

    var summary: String { "How many values one instance does, one after the other; 1 when absent." }
}

/// The keys of `retries` when it is a map.
enum RetriesKey: String, FormatKey {
    case max, backoff
    case maxBackoff = "max_backoff"
    case on

    static let required: [RetriesKey] = [.max]
    static let words = ["oom", "timeout", "signal"]

    var shape: Shape {
        switch self {
        case .max: .integer(0...1_000)
        case .backoff, .maxBackoff: .duration
        case .on: .oneOrMore(.either([.integer(1...255), .choice(Self.words)]))
        }
    }

    var summary: String {
        switch self {
        case .max: "Attempts after the first."
        case .backoff: "The wait before the first retry, doubled before each further one; 1s when absent."
        case .maxBackoff: "The longest wait; 5m when absent."
        case .on: "Exit codes and the words oom, timeout and signal that are worth a retry; any failure when absent."
        }
    }
}

/// The keys of `resources`.
enum ResourcesKey: String, FormatKey {
    case cpu, memory, gpu, disk, slots, auto

    var shape: Shape {
        switch self {
        case .cpu: .either([.number, .bareExpression])
        case .gpu: .either([.integer(0...1_024), .bareExpression])
        case .memory, .disk: .either([.size, .bareExpression])
        case .slots: .map(.integer(1...1_000_000_000))
        case .auto: .boolean
        }
    }

    var summary: String {
        switch self {
        case .cpu: "Cores; fractions are allowed."
        case .memory: "Bytes, or text such as 4GB or 512MiB."
        case .gpu: "Whole devices."
        case .disk: "Bytes, or text such as 4GB or 512MiB."
        case .slots: "Units of the workflow's limits that are held while it runs."
        case .auto: "What is declared of cpu and memory are upper bounds; Baton asks for what it has learned."
        }
    }
}

/// The keys of `concurrency` when it is a map.
enum ConcurrencyKey: String, FormatKey {
    case group, limit

    static let required: [ConcurrencyKey] = [.group]

    var shape: Shape {
        switch self {
        case .group: .text
        case .limit: .integer(1...1_000_000_000)
        }
    }

    var summary: String {
        switch self {
        case .group: "Its name; tasks of one group share its limit."
        case .limit: "How many of the group run at once; 1 when absent."
        }
    }
}

/// Values that are the names of files.
enum GlobKey: String, FormatKey {
    case glob

    static let required: [GlobKey] = [.glob]

    var shape: Shape { .oneOrMore(.text) }

    var summary: String { "The files that match when the workflow is read, sorted; relative to its folder." }
}
