import BatonCore
import BatonFormats
import BatonSimulator

extension Setting {
    /// Which jobs come, and how.
    struct Stream: Sendable {
        var source: JobSource
        /// Nil: as many as are usual for the source.
        var count: Int?
        var load = 0.8
        var pattern = Arrivals.Pattern.poisson
    }

    /// - Parameters:
    ///   - seeds: at least one.
    /// - Throws: a task that no machine can take.
    init(
        _ stream: Stream, on conditions: Conditions, _ contenders: [Contender], baseline: Int, seeds: [UInt64],
        threads: Int
    ) throws {
        let source = stream.source.fitted(to: conditions.machines)
        if !conditions.machines.isEmpty { try Feasibility.check(conditions.faults, on: conditions.machines) }
        let repetitions = seeds.count == 1 ? "seed \(seeds[0])" : "seeds \(seeds[0]) to \(seeds[seeds.count - 1])"
        self.conditions = conditions
        self.baseline = baseline
        self.threads = threads
        assumptions = source.notes
        switch source.kind {
        case .problems(let all):
            let problems = Self.spread(all, stream.count ?? all.count)
            for problem in problems {
                try Feasibility.check([problem], on: problem.machines)
                try Feasibility.check(conditions.faults, on: problem.machines)
            }
            experiment = Experiment(contenders: contenders, conditions: conditions, seeds: seeds, problems: problems)
            workload = "\(Sentence.count(problems.count, "scheduling problem")) of \(source.title), each alone"
            trials = "each problem under \(repetitions)"
            areProblems = true
        case .history(let jobs, let times):
            try Feasibility.check(jobs, on: conditions.machines)
            let record = Workload(history: jobs, at: times)
            experiment = Experiment(contenders: contenders, conditions: conditions, seeds: seeds) { _ in record }
            let span = times.last.map { Instant.zero.duration(to: $0) } ?? .zero
            let when = jobs.count == 1 ? "" : ", which came within \(DurationText.format(span))"
            workload =
                "the last \(Sentence.count(jobs.count, "run")) of \(source.title)\(when), \(Self.sizes(jobs, jobs.count))"
            trials = seeds.count == 1 ? "as recorded" : repetitions
            recordedRuns = jobs.count
        case .recorded(let jobs):
            try Feasibility.check(jobs, on: conditions.machines)
            let count = stream.count ?? 200
            experiment = Experiment(contenders: contenders, conditions: conditions, seeds: seeds) { seed in
                Self.workload(jobs, count, stream, conditions, seed)
            }
            workload = "\(Self.arriving(count, stream)) of \(source.title), \(Self.sizes(jobs, count))"
            trials = repetitions
        case .synthetic:
            let count = stream.count ?? 200
            let sample = source.jobs(seed: seeds[0], count: count)
            try Feasibility.check(sample, on: conditions.machines)
            experiment = Experiment(contenders: contenders, conditions: conditions, seeds: seeds) { seed in
                let jobs = seed == seeds[0] ? sample : source.jobs(seed: seed, count: count)
                return Self.workload(jobs, count, stream, conditions, seed)
            }
            workload = "\(Self.arriving(count, stream)) of family \(source.title), \(Self.sizes(sample, count))"
            trials = repetitions
        }
    }

    private static func workload(
        _ jobs: [Job], _ count: Int, _ stream: Stream, _ conditions: Conditions, _ seed: UInt64
    ) -> Workload {
        if count == 1 && jobs.count == 1 {
            return Workload([jobs[0].arrival(run: Arrivals.runID(seed: seed, index: 0))])
        }
        return Arrivals.stream(
            jobs: jobs, count: count, load: stream.load, on: conditions.machines, pattern: stream.pattern, seed: seed)
    }

    private static func arriving(_ count: Int, _ stream: Stream) -> String {
        if count == 1 { return "one job" }
        switch stream.pattern {
        case .batch: return "\(count) jobs, all at once,"
        case .poisson: return "\(count) jobs, Poisson arrivals at load \(Value.number(stream.load).json),"
        case .daily: return "\(count) jobs, arrivals that follow the day at load \(Value.number(stream.load).json),"
        case .burst: return "\(count) jobs, bursts of arrivals at load \(Value.number(stream.load).json),"
        }
    }

    /// `5 to 2,122 tasks a job`.
    private static func sizes(_ jobs: [Job], _ count: Int) -> String {
        let counts = jobs.map(\.taskCount)
        let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
        let text = least == most ? Sentence.count(least, "task") : "\(least) to \(most) tasks"
        return count == 1 ? text : text + " each"
    }

    /// So many, evenly over the whole list: neighbours are alike.
    private static func spread(_ jobs: [Job], _ count: Int) -> [Job] {
        guard count < jobs.count else { return jobs }
        return (0..<count).map { jobs[$0 * jobs.count / count] }
    }
}

extension Workload {
    /// Each job once.
    init(history jobs: [Job], at times: [Instant]) {
        self.init(
            zip(jobs, times).enumerated().map { place, arrival in
                arrival.0.arrival(run: Arrivals.runID(seed: 1, index: place), at: arrival.1)
            })
    }
}
