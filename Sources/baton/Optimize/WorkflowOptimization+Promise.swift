import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator
import BatonStore

extension WorkflowOptimization {
    /// By which the record knows a workflow's file, from wherever it is named.
    static func path(of file: WorkflowFile) -> String { path(directory: file.directory, source: file.path) }

    private static func path(directory: String, source: String) -> String {
        directory + "/" + (source.split(separator: "/").last ?? "")
    }

    /// Whether it is a revision of the file that this run was read from.
    func concerns(_ submission: Run.Submission) -> Bool {
        submission.source.map { Self.path(directory: submission.directory, source: $0) == path } ?? false
    }

    /// What was promised beside what came of it up to now.
    var keptPromise: KeptPromise {
        KeptPromise(
            completionTime: Gain(promise.completionTime), memoryHours: Gain(promise.memoryHours),
            before: before.runs.map(RunCost.init), after: after.map(RunCost.init))
    }

    /// Whether another run may still change what is known of it.
    var isOpen: Bool {
        switch state {
        case .promised, .kept: after.count < KeptPromise.mostRuns
        case .broken, .reverted: false
        }
    }

    /// Takes in another run after it.
    ///
    /// - Returns: whether that is news.
    mutating func add(_ run: MeasuredRun) -> Bool {
        let (earlier, old) = (keptPromise.verdict, state)
        after.append(run)
        let kept = keptPromise
        switch kept.verdict {
        case .open: (state, reason) = (.promised, kept.sentence)
        case .undecided: (state, reason) = (.promised, kept.sentence + ", which may be chance")
        case .keptSoFar: (state, reason) = (.kept, kept.sentence + " so far")
        case .kept, .keptInPart: (state, reason) = (.kept, kept.sentence)
        case .broken: (state, reason) = (.broken, kept.sentence)
        }
        return state != old && state != .promised || kept.verdict == .keptInPart && earlier != .keptInPart
    }

    /// It added a dependency that was missing: going back is a matter for people, whatever it takes.
    var curesRace: Bool {
        edits.contains { edit in
            if case .addNeed = edit { return true }
            return false
        }
    }

    /// The day on which it was made, `2026-11-28`.
    var day: String { String(applied.rfc3339.prefix(10)) }

    /// Findings that did not do what was promised, or that somebody took back, with what to say of each when it is found again.
    ///
    /// - Parameter history: of one file, newest first; of each finding its newest revision counts.
    static func distrusted(_ history: [WorkflowOptimization]) -> [String: String] {
        var seen: Set<String> = []
        var reasons: [String: String] = [:]
        for revision in history {
            let why: String? =
                switch revision.state {
                case .promised, .kept: nil
                case .broken: "did not keep its promise"
                case .reverted:
                    revision.keptPromise.verdict == .broken ? "did not keep its promise" : "was reverted by hand"
                }
            for finding in revision.findings where seen.insert(finding).inserted {
                reasons[finding] = why.map { "it was made on \(revision.day) and \($0)" }
            }
        }
        return reasons
    }
}

extension WorkflowOptimization.Saving {
    init(_ gain: Gain) { self.init(mean: gain.mean, low: gain.interval.low, high: gain.interval.high) }
}

extension Gain {
    init(_ gain: WorkflowOptimization.Saving) { self.init(mean: gain.mean, interval: Interval(gain.low, gain.high)) }
}

extension RunCost {
    init(_ run: WorkflowOptimization.MeasuredRun) {
        self.init(seconds: run.seconds, allocatedGBHours: run.gigabyteHours)
    }
}
