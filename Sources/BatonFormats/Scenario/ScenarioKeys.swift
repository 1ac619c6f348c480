/// The keys of a file of faults.
enum FaultKey: String, FormatKey {
    case seed, rates, until, crashes, busy, supervisor, memory, estimates
    case networkDelay = "network-delay"
    case randomCrashes = "random-crashes"
    case storeFull = "store-full"

    var shape: Shape {
        switch self {
        case .seed: .integer(0...Int.max)
        case .rates: .record(RateKey.self, named: "rates")
        case .until, .networkDelay: .duration
        case .crashes: .list(.record(CrashKey.self, named: "crash"))
        case .randomCrashes: .record(RandomCrashesKey.self, named: "randomCrashes")
        case .busy: .list(.record(BusyKey.self, named: "busy"))
        case .supervisor: .list(.record(SupervisorKey.self, named: "supervisor"))
        case .storeFull: .list(.record(StoreKey.self, named: "store"))
        case .memory: .record(HungerKey.self, named: "memory")
        case .estimates: .record(EstimatesKey.self, named: "estimates")
        }
    }

    var summary: String {
        switch self {
        case .seed: "Another number gives other luck; 0 when absent."
        case .rates: "Shares of attempts that something happens to."
        case .until: "Attempts that start later are spared by the rates; they never end when absent."
        case .networkDelay: "How long each order and each report takes."
        case .crashes: "Workers that go down at a known time."
        case .randomCrashes: "Every worker goes down again and again, at random times."
        case .busy: "Workers of which others use a part, for a while."
        case .supervisor: "Deaths of the supervisor: all that runs dies with it."
        case .storeFull: "Times in which nothing can be written to the log, and nothing new starts."
        case .memory: "Tasks that need more memory than they declare."
        case .estimates: "How far off the estimates are."
        }
    }
}

/// Shares of attempts: `0.02` or `2%`.
enum RateKey: String, FormatKey {
    case failure, straggler, growth
    case slowStart = "slow-start"
    case lateReport = "late-report"
    case lostReport = "lost-report"
    case duplicateReport = "duplicate-report"

    var shape: Shape { .text }

    var summary: String {
        switch self {
        case .failure: "Fails by no fault of its own."
        case .straggler: "Takes ten times as long."
        case .slowStart: "Begins up to a minute late."
        case .growth: "Is seen to hold a fifth more memory than it was granted, half-way through."
        case .lateReport: "Its end is heard of up to 20 seconds late."
        case .lostReport: "Its end is heard of only when the connection is made again, half a minute later."
        case .duplicateReport: "Its end is reported twice."
        }
    }
}

/// One crash of one worker.
enum CrashKey: String, FormatKey {
    case worker, at, back

    static let required: [CrashKey] = [.worker, .at]

    var shape: Shape {
        switch self {
        case .worker: .integer(0...1_000_000)
        case .at, .back: .duration
        }
    }

    var summary: String {
        switch self {
        case .worker: "Its number, from 0."
        case .at: "When, counted from the start."
        case .back: "How long until it is there again; gone for good when absent."
        }
    }
}

/// Crashes that are drawn.
enum RandomCrashesKey: String, FormatKey {
    case every, back, until

    static let required = allCases

    var shape: Shape { .duration }

    var summary: String {
        switch self {
        case .every: "Mean time of a worker between its return and its next crash."
        case .back: "How long until it is there again."
        case .until: "No crash after this time."
        }
    }
}

/// A worker that others use too.
enum BusyKey: String, FormatKey {
    case worker, at, `for`, cpu, memory

    static let required: [BusyKey] = [.worker, .at, .for, .cpu, .memory]

    var shape: Shape {
        switch self {
        case .worker: .integer(0...1_000_000)
        case .at, .for: .duration
        case .cpu: .number
        case .memory: .size
        }
    }

    var summary: String {
        switch self {
        case .worker: "Its number, from 0."
        case .at: "When, counted from the start."
        case .for: "How long."
        case .cpu: "Cores that remain."
        case .memory: "Memory that remains."
        }
    }
}

/// One death of the supervisor.
enum SupervisorKey: String, FormatKey {
    case at, back

    static let required = allCases

    var shape: Shape { .duration }

    var summary: String {
        switch self {
        case .at: "When, counted from the start."
        case .back: "How long until a new one is there."
        }
    }
}

/// One time in which the store is full.
enum StoreKey: String, FormatKey {
    case at, `for`

    static let required = allCases

    var shape: Shape { .duration }

    var summary: String {
        switch self {
        case .at: "When, counted from the start."
        case .for: "How long."
        }
    }
}

/// Tasks that need more memory than they say.
enum HungerKey: String, FormatKey {
    case tasks, factor

    static let required = allCases

    var shape: Shape {
        switch self {
        case .tasks: .text
        case .factor: .number
        }
    }

    var summary: String {
        switch self {
        case .tasks: "Their share: 0.1 or 10%."
        case .factor: "How many times what they declare they need."
        }
    }
}

/// Factors of at least 1 by which estimates are off, up or down.
enum EstimatesKey: String, FormatKey {
    case duration, memory

    var shape: Shape { .number }

    var summary: String {
        switch self {
        case .duration: "2: each is between half and twice the truth."
        case .memory: "The same for peak memory: some tasks are granted too little."
        }
    }
}

/// The keys of one kind of machine in a file of a cluster.
enum MachineKey: String, FormatKey {
    case kind, count, cpu, memory, gpus, disk, speed, network, price, most

    static let required: [MachineKey] = [.cpu, .memory]

    var shape: Shape {
        switch self {
        case .kind: .text
        case .count: .integer(0...100_000)
        case .most: .integer(1...100_000)
        case .cpu, .speed, .price: .number
        case .gpus: .integer(0...1_024)
        case .memory, .disk, .network: .size
        }
    }

    var summary: String {
        switch self {
        case .kind: "What they are called, as 'runs_on' of a task names them; worker when absent."
        case .count: "How many there are; 1 when absent."
        case .cpu: "Cores."
        case .memory: "Memory, such as 64GB."
        case .gpus: "GPUs; none when absent."
        case .disk: "Disk, such as 1TB; none when absent."
        case .speed: "1.5 runs tasks in two thirds of the time; 1 when absent."
        case .network: "Bytes per second to and from other machines; when absent they share one file system."
        case .price: "Of one for an hour, in any currency; for 'baton forecast --prices'."
        case .most: "How many could be had; for 'baton forecast --prices'. 20, or the count, when absent."
        }
    }
}
