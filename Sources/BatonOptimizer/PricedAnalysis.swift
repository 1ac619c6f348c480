public import BatonCore
public import BatonSimulator

/// A finding, what its cure promises, and whether it is worth making.
public struct PricedFinding: Hashable, Sendable {
    public var finding: Finding
    /// Nil where nothing can be simulated.
    public var promise: Promise?
    public var verdict: Verdict

    public enum Verdict: Hashable, Sendable {
        /// Something becomes less for sure, and the workflow takes no longer.
        case worthIt
        /// Nothing changes that a simulation could show; made when asked for.
        case neutral
        /// It would cost more than it gains, or nobody can tell.
        case refused(String)
        /// Without it results depend on luck, whatever it takes.
        case needed
        /// It can't be made by an edit.
        case advice
    }

    /// - Parameter promise: nil where its edits were not simulated, or the workflow failed with them.
    init(_ finding: Finding, _ promise: Promise?) {
        self.finding = finding
        self.promise = promise
        guard let promise else {
            verdict = finding.edits.isEmpty ? .advice : .refused("no simulation has shown that it helps")
            return
        }
        if finding.kind == .missingDependency {
            verdict = .needed
        } else if Self.isWorthIt(finding, promise) {
            verdict = .worthIt
        } else if [promise.completionTime, promise.memoryHours, promise.cost].allSatisfy(\.isNothing) {
            verdict = .neutral
        } else if !promise.completionTime.isHarmless {
            verdict = .refused("the workflow might take longer")
        } else {
            verdict = .refused("that anything becomes less is not sure")
        }
    }

    /// Attempts hang in some runs and not in others.
    static func isWorthIt(_ finding: Finding, _ promise: Promise) -> Bool {
        let isByChance = finding.kind == .straggler || finding.kind == .stragglerCopy
        return promise.isWorthIt || isByChance && promise.isWorthItByChance
    }

    /// Listed first: what saves most time, then what saves most memory.
    static func precedes(_ left: PricedFinding, _ right: PricedFinding) -> Bool {
        left.weight != right.weight ? left.weight > right.weight : left.finding.id < right.finding.id
    }

    private var weight: Double {
        if finding.kind == .missingDependency { return 3 }
        guard let promise else { return -1 }
        let gain = promise.completionTime.mean + 0.1 * promise.memoryHours.mean + 0.1 * promise.cost.mean
        return verdict == .worthIt ? 1 + gain : min(gain, 1)
    }
}

/// An analysis with its findings priced, the best first, and all together.
public struct PricedAnalysis: Sendable {
    public let analysis: Analysis
    public let proposals: [PricedFinding]
    /// What is needed, or worth it, and needs no permission that was not given, made together; nil where there is nothing.
    public let together: Together?
    /// Outcomes of the workflow as it is, by world.
    public let before: [Report]
    /// Nil where nothing else goes on.
    public let loadEffect: LoadEffect?
    private let load: [OpenRun]

    /// Several proposals at once.
    public struct Together: Sendable {
        /// Of their findings.
        public var ids: [String] { findings.map(\.id) }
        public var edits: [WorkflowEdit]
        fileprivate var findings: [Finding]
        public var promise: Promise
        /// By world.
        public var after: [Report]
    }

    /// Of all findings together, which takes some 10 s of one core; ten are simulated whatever they take. Those behind
    /// them are listed without a price.
    private static let mostSimulatedTasks = 4_000_000
    private static let leastPriced = 10

    /// - Parameters:
    ///   - load: runs that go on beside it; all prices are those beside them.
    ///   - distrusted: findings that were made before and did not do what was promised, by id, with the reason why they are
    ///     refused.
    public init(
        _ analysis: Analysis, beside load: [OpenRun] = [], permissions: Set<Finding.Permission>,
        distrusted: [String: String] = [:], workforce: some Workforce,
        makePolicy: @escaping @Sendable () -> any Policy
    ) {
        self.analysis = analysis
        self.load = load
        let trial = PairedTrial(analysis, beside: load, makePolicy: makePolicy)
        loadEffect =
            load.isEmpty ? nil : LoadEffect(analysis, beside: load, workforce: workforce, makePolicy: makePolicy)
        let before =
            loadEffect?.reports ?? workforce.map(PairedTrial.worlds) { trial.original(in: trial.world($0)) }
        self.before = before
        func outcomes(_ edits: [WorkflowEdit]) -> [Report]? {
            guard !edits.isEmpty, let edited = try? trial.edited(edits) else { return nil }
            let after = workforce.map(PairedTrial.worlds) { trial.outcome(of: edited, in: trial.world($0)) }
            return zip(before, after).contains { $0.hasSucceeded && !$1.hasSucceeded } ? nil : after
        }
        let tasks = load.reduce(analysis.subject.expansion.instances.count) { $0 + $1.rest.graph.count }
        let simulated = PairedTrial.worlds * max(tasks, 1)
        let mostPriced = max(Self.leastPriced, Self.mostSimulatedTasks / simulated)
        var proposals: [PricedFinding] = []
        for (place, finding) in analysis.findings.enumerated() {
            let after = place < mostPriced ? outcomes(finding.edits) : nil
            var proposal = PricedFinding(finding, after.map { trial.promise(before: before, after: $0) })
            // An order is no defect: without a gain there is nothing to say.
            if finding.kind == .order, proposal.verdict != .worthIt { continue }
            if let reason = distrusted[finding.id], proposal.verdict == .worthIt { proposal.verdict = .refused(reason) }
            proposals.append(proposal)
        }
        proposals.sort(by: PricedFinding.precedes)
        self.proposals = proposals
        let chosen = proposals.filter { proposal in
            (proposal.verdict == .worthIt || proposal.verdict == .needed)
                && proposal.finding.permission.map(permissions.contains) ?? true
        }
        together = Self.together(chosen, analysis, trial, before, outcomes)
    }

    /// What some edits promise together to runs that have the machines to themselves, which are the ones that can be compared;
    /// nil where they can't be made.
    ///
    /// - Parameter makePolicy: that of the analysis, so that the outcomes before can be compared with.
    public func promise(
        of edits: [WorkflowEdit], workforce: some Workforce, makePolicy: @escaping @Sendable () -> any Policy
    ) -> Promise? {
        if load.isEmpty, let together, together.edits == edits { return together.promise }
        let trial = PairedTrial(analysis, makePolicy: makePolicy)
        guard let edited = try? trial.edited(edits) else { return nil }
        let before =
            load.isEmpty ? before : workforce.map(PairedTrial.worlds) { trial.original(in: trial.world($0)) }
        let after = workforce.map(PairedTrial.worlds) { trial.outcome(of: edited, in: trial.world($0)) }
        return trial.promise(before: before, after: after)
    }

    /// As many as can be made one after the other, in the order of their worth; each has to leave the whole no worse.
    private static func together(
        _ chosen: [PricedFinding], _ analysis: Analysis, _ trial: PairedTrial, _ before: [Report],
        _ outcomes: ([WorkflowEdit]) -> [Report]?
    ) -> Together? {
        var best: Together?
        for proposal in chosen {
            let findings = (best?.findings ?? []) + [proposal.finding]
            guard let edits = analysis.edits(of: findings), let after = outcomes(edits) else { continue }
            let step = trial.promise(before: best?.after ?? before, after: after)
            let pays = PricedFinding.isWorthIt(proposal.finding, step)
            guard pays || best == nil || proposal.verdict == .needed else { continue }
            best = Together(
                edits: edits, findings: findings, promise: trial.promise(before: before, after: after), after: after)
        }
        return best
    }
}

extension Report {
    /// Its only run did what it was to do.
    fileprivate var hasSucceeded: Bool { runs.first?.status == .succeeded }
}
