import BatonCore
import BatonSimulator

/// One trial under one policy, with what is needed to draw it.
struct TrialRecord {
    let policy: String
    let report: Report
    /// By number; machines that join later follow those of the beginning.
    let workerNames: [String]
    let capacities: [Resources]
    private let begin: Instant
    private let jobs: [Run.ID: Int]
    private let instances: [[TaskInstance]]
    private let names: [String]
    /// Instances on the longest path; only of a job that is alone.
    private let critical: Set<Int>

    /// One run of one workflow that was simulated already, spans included.
    ///
    /// - Parameter critical: instances that lie on its longest path.
    init(_ title: String, _ report: Report, _ instances: [TaskInstance], on machines: [Machine], critical: Set<Int>) {
        policy = title
        self.report = report
        workerNames = machines.enumerated().map { "\($1.kind)-\($0)" }
        capacities = machines.map(\.capacity)
        begin = .zero
        jobs = Dictionary(uniqueKeysWithValues: report.runs.enumerated().map { ($1.run, $0) })
        self.instances = [instances]
        names = [title]
        self.critical = critical
    }

    /// Runs the trial again, and keeps what ran where.
    init(_ contender: Contender, in trial: Trial) {
        policy = contender.name
        report = ExperimentRunner.run(contender, in: trial, DecisionTimes(), recordsSpans: true)
        let arrivals = trial.scenario.workload.arrivals
        let last = report.spans.map { Int($0.worker.index) }.max() ?? 0
        let machines = trial.scenario.workers
        workerNames = (0...max(last, machines.count - 1)).map { index in
            "\(index < machines.count ? machines[index].kind : "worker")-\(index)"
        }
        let spare = machines.first?.capacity ?? .zero
        capacities = workerNames.indices.map { $0 < machines.count ? machines[$0].capacity : spare }
        begin = arrivals.map(\.at).min() ?? .zero
        var jobs: [Run.ID: Int] = [:]
        for (index, arrival) in arrivals.enumerated() { jobs[arrival.submission.run] = index }
        self.jobs = jobs
        let expansions = arrivals.map { try? $0.submission.expand() }
        instances = expansions.map { $0?.instances ?? [] }
        names = arrivals.map(\.submission.workflow.name)
        critical = arrivals.count == 1 ? Self.longestPath(arrivals[0], expansions[0], trial.scenario.durations) : []
    }

    /// By how long tasks really take.
    private static func longestPath(
        _ arrival: Workload.Arrival, _ expansion: Expansion?, _ durations: DurationModel
    ) -> Set<Int> {
        guard let expansion else { return [] }
        let times = expansion.instances.enumerated().map { index, instance -> Int64 in
            guard instance.kind == .command else { return 0 }
            let usual = arrival.behaviour(of: index, task: Int(instance.task)).duration
            let attempt = Attempt.ID(run: arrival.submission.run, task: TaskInstance.ID(index), number: 1)
            return durations.duration(usually: usual, of: attempt).nanoseconds
        }
        let ranks = expansion.graph.upwardRanks(nanoseconds: times)
        return Set(expansion.graph.criticalPath(ranks: ranks).map(Int.init))
    }

    var jobCount: Int { jobs.count }

    func seconds(_ instant: Instant) -> Double { begin.duration(to: instant).seconds }

    /// The task, and its job where there are several.
    func name(of span: Report.Span) -> String {
        guard let job = jobs[span.attempt.run], Int(span.attempt.task.index) < instances[job].count else { return "?" }
        let task = instances[job][Int(span.attempt.task.index)].name
        return jobCount > 1 ? "\(names[job]) \(job + 1): \(task)" : task
    }

    func paint(of span: Report.Span) -> SVGCanvas.Paint {
        if jobCount > 1 { return .series(jobs[span.attempt.run] ?? 0) }
        return .series(critical.contains(Int(span.attempt.task.index)) ? 1 : 0)
    }
}

/// What one worker ran, in lanes in which nothing overlaps.
struct WorkerLanes {
    let index: Int
    private(set) var lanes: [[Report.Span]] = []

    var laneCount: Int { lanes.count }
    var spans: [Report.Span] { lanes.flatMap { $0 } }

    /// Workers that ran anything, in the order of their numbers.
    static func all(_ spans: [Report.Span], workers: Int) -> [WorkerLanes] {
        var all = (0..<workers).map { WorkerLanes(index: $0) }
        let ordered = spans.enumerated().sorted { left, right in
            left.element.start != right.element.start
                ? left.element.start < right.element.start : left.offset < right.offset
        }
        for (_, span) in ordered { all[Int(span.worker.index)].add(span) }
        return all.filter { !$0.lanes.isEmpty }
    }

    /// Spans come in the order of their starts.
    private mutating func add(_ span: Report.Span) {
        if let lane = lanes.firstIndex(where: { $0[$0.count - 1].end <= span.start }) {
            lanes[lane].append(span)
        } else {
            lanes.append([span])
        }
    }
}

/// How much of something is in use, averaged over slices of time.
struct BusyTime {
    private(set) var shares: [Double]
    private let binSeconds: Double

    init(bins: Int, seconds: Double) {
        shares = Array(repeating: 0, count: bins)
        binSeconds = max(seconds, 1e-9) / Double(bins)
    }

    mutating func add(from start: Double, to end: Double, _ share: Double) {
        let first = max(0, Int(start / binSeconds))
        let last = min(shares.count - 1, Int(end / binSeconds))
        guard first <= last else { return }
        for bin in first...last {
            let (left, right) = (Double(bin) * binSeconds, Double(bin + 1) * binSeconds)
            shares[bin] += share * max(0, min(end, right) - max(start, left)) / binSeconds
        }
    }

    /// Neighbouring slices of one shade.
    func runs(levels: Int) -> [(bins: Range<Int>, level: Double)] {
        var runs: [(bins: Range<Int>, level: Double)] = []
        for (bin, share) in shares.enumerated() where share > 0 {
            let level = max(1, (min(share, 1) * Double(levels)).rounded()) / Double(levels)
            if let last = runs.last, last.level == level, last.bins.upperBound == bin {
                runs[runs.count - 1].bins = last.bins.lowerBound..<bin + 1
            } else {
                runs.append((bin..<bin + 1, level))
            }
        }
        return runs
    }
}
