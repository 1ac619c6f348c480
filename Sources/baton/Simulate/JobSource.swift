import BatonCore
import BatonFormats
import BatonSimulator

/// Where the jobs of a simulation come from.
struct JobSource: Sendable {
    /// What they are called together: `etl`, `tpch`, `montage`.
    var title: String
    var kind: Kind
    /// What had to be assumed or was left out, in sentences.
    var notes: [String] = []

    enum Kind: Sendable {
        /// The same jobs for every seed.
        case recorded([Job])
        /// Runs of the past, each once and at its time.
        case history([Job], at: [Instant])
        /// Problems that are each solved alone, on machines of their own.
        case problems([Job])
        /// Jobs of about so many tasks, drawn anew for every seed.
        case synthetic(Family, tasks: Int, Family.Parameters)
    }

    /// - Parameters:
    ///   - name: a path, or `synthetic:` and a family.
    ///   - stagesAreTasks: TPC-H: a stage is one task, which takes its share of a cluster of 600 cores.
    init(workload name: String, tasks: Int, reference: String?, stagesAreTasks: Bool = false) throws {
        let prefix = "synthetic:"
        if name.hasPrefix(prefix) {
            let family = try Self.family(String(name.dropFirst(prefix.count)))
            self.init(title: family.rawValue, kind: .synthetic(family, tasks: tasks, Family.Parameters()))
            return
        }
        var options = WorkloadFile.Options()
        options.stagesAreTasks = stagesAreTasks
        let file = try WorkloadFile.read(path: name, options: options)
        var jobs = file.jobs
        // They share the cluster that is asked for; alone on their own there is nothing to compare.
        if stagesAreTasks { for place in jobs.indices { jobs[place].machines = [] } }
        if let reference {
            let known = try BestKnown.read(path: reference).attach(to: &jobs)
            guard known > 0 else {
                throw CommandFailure("\(reference) knows no makespan of any job in \(name)", exit: .usage)
            }
        }
        let problems = jobs.count { !$0.machines.isEmpty }
        guard problems == 0 || problems == jobs.count else {
            throw CommandFailure(
                "\(name) mixes \(problems) scheduling problems, which bring their own machines, with "
                    + "\(jobs.count - problems) jobs that do not. Name one folder for each", exit: .usage)
        }
        let title = name.split(separator: "/").last.map(String.init) ?? name
        self.init(
            title: title, kind: problems > 0 ? .problems(jobs) : .recorded(jobs), notes: Self.sentences(file.notes))
    }

    init(title: String, kind: Kind, notes: [String] = []) {
        self.title = title
        self.kind = kind
        self.notes = notes
    }

    private static func family(_ name: String) throws -> Family {
        if let family = Family(rawValue: name) { return family }
        let names = Family.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: name, among: names) ?? "There are \(Sentence.list(names))."
        throw CommandFailure("there is no synthetic family '\(name)'. \(hint)", exit: .usage)
    }

    /// The first few, and how many there are.
    private static func sentences(_ notes: [WorkflowError.Problem]) -> [String] {
        let sentences = notes.map { note in
            let file = note.location?.file.split(separator: "/").last
            return (file.map { "\($0): " } ?? "") + note.message
        }
        guard sentences.count > 3 else { return sentences }
        return sentences.prefix(2) + ["\(sentences.count - 2) more of this sort"]
    }

    /// Jobs to look at before anything is simulated; of synthetic ones those of the first seed.
    func sample(seed: UInt64, count: Int) -> [Job] {
        switch kind {
        case .recorded(let jobs), .problems(let jobs), .history(let jobs, _): jobs
        case .synthetic: jobs(seed: seed, count: count)
        }
    }

    /// - Parameter count: of synthetic ones, how many are drawn.
    func jobs(seed: UInt64, count: Int) -> [Job] {
        switch kind {
        case .recorded(let jobs), .problems(let jobs), .history(let jobs, _): jobs
        case .synthetic(let family, let tasks, let parameters):
            (0..<UInt64(count)).map { place in
                family.job(tasks: tasks, parameters: parameters, seed: SeededGenerator.mix(seed) &+ place)
            }
        }
    }

    /// The same jobs with deadlines and priorities, where any are asked for; drawn for each, and the same for every seed
    /// where the jobs are.
    func urged(_ options: UrgencyOptions) -> JobSource {
        var source = self
        switch kind {
        case .synthetic(let family, let tasks, var parameters):
            if let slack = options.deadlineSlack?.range { parameters.deadlineSlack = slack }
            if let range = options.priorities?.range {
                parameters.priorities = Int32(range.lowerBound)...Int32(range.upperBound)
            }
            source.kind = .synthetic(family, tasks: tasks, parameters)
        case .recorded(let jobs): source.kind = .recorded(Self.urged(jobs, options))
        case .problems(let jobs): source.kind = .problems(Self.urged(jobs, options))
        case .history(let jobs, let times): source.kind = .history(Self.urged(jobs, options), at: times)
        }
        return source
    }

    private static func urged(_ jobs: [Job], _ options: UrgencyOptions) -> [Job] {
        var generator = SeededGenerator(seed: 0xD0E)
        func draw(_ range: ClosedRange<Double>) -> Double {
            range.lowerBound + generator.unit() * (range.upperBound - range.lowerBound)
        }
        return jobs.map { job in
            job.urged(
                deadlineSlack: options.deadlineSlack.map { draw($0.range) },
                priority: options.priorities.map { Int32(draw($0.range).rounded()) })
        }
    }

    /// Synthetic tasks are drawn so that the machine with the most memory can take each of them; recorded ones are what
    /// they are.
    func fitted(to machines: [Machine]) -> JobSource {
        guard case .synthetic(let family, let tasks, var parameters) = kind,
            let largest = machines.map(\.capacity).max(by: { $0.memoryBytes < $1.memoryBytes })
        else { return self }
        parameters.memoryLimitBytes = min(parameters.memoryLimitBytes, largest.memoryBytes)
        parameters.milliCPU = parameters.milliCPU.map { min($0, largest.milliCPU) }
        return JobSource(title: title, kind: .synthetic(family, tasks: tasks, parameters), notes: notes)
    }
}
