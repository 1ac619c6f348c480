import BatonCore
import BatonFormats
import BatonPolicies
import BatonPrediction
import BatonRuntime
import BatonSimulator
import BatonStore

/// The past that a forecast learns from, and the jobs that the future will be made of.
struct LoadSource {
    var title: String
    var record: LoadRecord
    /// What arrives: whole runs, or single tasks where nothing tells of runs.
    var jobs: [Job]
    /// Stamps are moments of the calendar, not seconds since a start.
    var hasCalendar = true
    /// What had to be assumed or was left out, in sentences.
    var notes: [String] = []
    /// What runs them today, as far as it is known.
    var worker: BatonSimulator.Machine
    var seed: UInt64

    /// The newest runs stand for those to come.
    private static let mostJobs = 200

    init(_ past: PastOptions, _ state: StateOptions) throws {
        if let trace = past.trace, let format = past.format {
            try self.init(trace: trace, format)
        } else if let workload = past.workload.workload {
            try self.init(workload: workload, past.workload, seed: past.seed.value)
        } else {
            try self.init(store: state.existingStore())
        }
        seed = past.seed.value
    }

    private static var thisMachine: BatonSimulator.Machine {
        BatonSimulator.Machine(capacity: BatonRuntime.Machine.capacity(directory: "."), kind: "this machine")
    }

    /// The kind of worker that an invented workload runs on, ten of them.
    private static let usual = BatonSimulator.Machine(
        capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000))

    // MARK: Recorded runs

    private init(store: any Store) throws {
        var filter = RunFilter()
        filter.limit = 100_000
        let runs = try store.runs(matching: filter)
        record = LoadRecord()
        jobs = []
        var failed = 0
        for run in runs {
            record.runs.append(run.submitted.seconds)
            for attempt in try store.attempts(of: run.id, task: nil) {
                guard let ended = attempt.ended, attempt.status != .reused else { continue }
                record.attempts.append(Self.attempt(attempt, submitted: run.submitted.seconds, ended: ended.seconds))
            }
            guard jobs.count < Self.mostJobs else { continue }
            if run.ended != nil, let recorded = try? RecordedJob(run.id, in: store) {
                jobs.append(recorded.job)
            } else {
                failed += 1
            }
        }
        title = Sentence.count(runs.count, "recorded run")
        worker = Self.thisMachine
        seed = 0
        if failed > 0 { notes.append("\(Sentence.count(failed, "run")) without a finished task can't be imitated.") }
    }

    private static func attempt(_ attempt: AttemptSummary, submitted: Double, ended: Double) -> LoadRecord.Attempt {
        let started = attempt.started.seconds
        let seconds = max(ended - started, 1e-9)
        let usage = attempt.usage
        return LoadRecord.Attempt(
            submitted: submitted, started: started, ended: ended,
            cores: usage.map { ($0.userCPU + $0.systemCPU).seconds / seconds }
                ?? Double(attempt.grant.milliCPU) / 1000,
            memoryBytes: Double(usage?.peakMemoryBytes ?? attempt.grant.memoryBytes))
    }

    // MARK: Traces

    private init(trace path: String, _ format: TraceFormatName) throws {
        let traces = try format.traces(at: path)
        record = LoadRecord()
        jobs = []
        var rows: [Trace.Row] = []
        for row in traces.flatMap(\.rows) {
            let seconds = row.measurement[.duration] ?? 0
            guard let ended = row.completedAt ?? row.submittedAt.map({ $0 + seconds }) else {
                record.unstamped += 1
                continue
            }
            record.attempts.append(
                LoadRecord.Attempt(
                    submitted: min(row.submittedAt ?? .infinity, ended - seconds), started: ended - seconds,
                    ended: ended, cores: (row.measurement[.cpu] ?? 100) / 100,
                    memoryBytes: row.measurement[.memory] ?? 0))
            if seconds > 0 { rows.append(row) }
        }
        guard !record.attempts.isEmpty else {
            throw CommandFailure(
                "\(path) does not say when its tasks ran: no load can be counted. It needs columns such as 'submit' "
                    + "and 'complete'", exit: .usage)
        }
        title = path.split(separator: "/").last.map(String.init) ?? path
        hasCalendar = format != .file(.wfformat)
        worker = Self.usual
        seed = 0
        jobs = try rows.suffix(10 * Self.mostJobs).map(Self.job)
        notes = ["The trace does not tell runs apart: each task arrives by itself."]
        if record.unstamped > 0 { notes.append("\(record.unstamped) tasks without stamps are left out.") }
    }

    /// What was declared is reserved; what was measured, where nothing was declared.
    private static func job(_ row: Trace.Row) throws -> Job {
        let cores = row.profile.declaredCores ?? ((row.measurement[.cpu] ?? 100) / 100).rounded(.up)
        let peak = row.measurement[.memory] ?? 0
        let request = TaskInstance.Request(
            milliCPU: Int64(max(cores, 0.001) * 1000),
            memoryBytes: Int64(min(max(row.profile.declaredMemoryBytes ?? peak, peak), 1e15)))
        let behaviour = Workload.Behaviour(
            duration: .nanoseconds(Int64((row.measurement[.duration] ?? 0) * 1e9)), peakMemoryBytes: Int64(peak))
        let name = row.profile.tool
        return try Job(
            name: name, tasks: [Job.Task(name: name, kind: name, request: request, behaviour: behaviour)])
    }

    // MARK: Invented workloads

    private init(workload name: String, _ options: WorkloadOptions, seed: UInt64) throws {
        worker = Self.usual
        let machines = Array(repeating: worker, count: 10)
        let source = try JobSource(
            workload: name, tasks: options.tasks, reference: nil, stagesAreTasks: options.stagesAreTasks
        ).fitted(to: machines)
        let count = options.jobs ?? 200
        let drawn = source.jobs(seed: seed, count: min(count, Self.mostJobs))
        try Feasibility.check(drawn, on: machines)
        let workload = Arrivals.stream(
            jobs: drawn, count: count, load: options.load, on: machines, pattern: options.arrivals, seed: seed)
        var simulation = Simulation(Scenario(workers: machines, workload: workload, recordsSpans: true))
        let report = simulation.run { Wiring.policy(.known("fifo"), in: .simulation) }
        var arrivals: [Run.ID: Double] = [:]
        for arrival in workload.arrivals { arrivals[arrival.submission.run] = arrival.at.seconds }
        record = LoadRecord(runs: workload.arrivals.map(\.at.seconds))
        record.attempts = report.spans.map { span in
            LoadRecord.Attempt(
                submitted: arrivals[span.attempt.run] ?? 0, started: span.start.seconds, ended: span.end.seconds,
                cores: Double(span.grant.milliCPU) / 1000, memoryBytes: Double(span.grant.memoryBytes))
        }
        // Its end tells only that nothing more arrives.
        let last = record.runs.max() ?? 0
        record.attempts.removeAll { $0.started > last }
        for index in record.attempts.indices { record.attempts[index].ended = min(record.attempts[index].ended, last) }
        title = "\(Sentence.count(count, "job")) of \(source.title), simulated on \(Setting.describe(machines))"
        hasCalendar = false
        jobs = drawn
        self.seed = seed
        notes = source.notes
    }
}

extension Instant {
    /// Since 1970, or since the start of a simulation.
    fileprivate var seconds: Double { Double(nanoseconds) / 1e9 }
}
