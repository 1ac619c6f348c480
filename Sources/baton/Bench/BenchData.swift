import BatonCore
import BatonFormats
import BatonSimulator
import Foundation

/// The workloads of the benchmark: recorded ones where the data is there, and synthetic ones.
struct BenchData {
    private(set) var sources: [JobSource] = []
    /// Sets of scheduling problems with their best known makespans.
    private(set) var problems: [(name: String, jobs: [Job])] = []
    /// What was left out, and what is missing, in sentences.
    private(set) var notes: [String] = []

    /// Folders of recorded workloads that are compared as streams; what they hold is described with the data.
    private static let recorded = ["tpch", "wfinstances", "alibaba2018"]
    private static let families: [Family] = [.layered, .forkJoin, .montage, .mapReduce, .pipelines, .random]

    /// - Parameters:
    ///   - folder: with one folder for each workload; may be missing.
    ///   - only: the name of one workload, or nil for all.
    init(folder: String, only: String?) throws {
        let hasData = FileManager.default.fileExists(atPath: folder)
        if !hasData {
            notes.append(
                "There is no recorded data at '\(folder)': only the synthetic part was run. Name the folder with --data."
            )
        }
        for name in Self.recorded where hasData && (only == nil || only == name) {
            try readStream(name, at: "\(folder)/\(name)")
        }
        for family in Self.families where only == nil || only == family.rawValue {
            // By default kinds of tasks declare 2 to 20 times what they need; then nothing but memory would be scarce.
            var parameters = Family.Parameters()
            parameters.overDeclaration = 1...1
            sources.append(JobSource(title: family.rawValue, kind: .synthetic(family, tasks: 50, parameters)))
        }
        if hasData && (only == nil || only == "psplib") { try readProblems(at: "\(folder)/psplib") }
        guard !sources.isEmpty || !problems.isEmpty else {
            let names = Self.recorded + Self.families.map(\.rawValue) + ["psplib"]
            let hint = Suggestion.hint(for: only ?? "", among: names) ?? "There are \(Sentence.list(names, limit: 20))."
            throw CommandFailure("there is no workload '\(only ?? "")' to compare on. \(hint)", exit: .usage)
        }
    }

    private mutating func readStream(_ name: String, at path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            notes.append("There is no \(path): \(name) was left out.")
            return
        }
        let jobs = try WorkloadFile.read(path: path).jobs
        let usable = jobs.filter { job in
            (try? Feasibility.check(
                [job], on: [Machine(capacity: Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000))])) != nil
                && job.taskCount <= 1_000 && job.coreSeconds() > 0
        }
        if usable.count < jobs.count {
            notes.append(
                "\(jobs.count - usable.count) of \(jobs.count) jobs of \(name) were left out: no work, more than 1,000 tasks, "
                    + "or a task that no worker of 16 cores and 64 GB can take.")
        }
        guard !usable.isEmpty else { return }
        sources.append(JobSource(title: name, kind: .recorded(usable)))
    }

    private mutating func readProblems(at path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            notes.append("There is no \(path): scheduling problems were left out.")
            return
        }
        var jobs = try WorkloadFile.read(path: path).jobs
        try BestKnown.read(path: path).attach(to: &jobs)
        for name in ["j30", "j60"] {
            let set = jobs.filter { $0.name.contains(name) && $0.bestKnownMakespan != nil }
            if !set.isEmpty { problems.append((name, set)) }
        }
    }
}
