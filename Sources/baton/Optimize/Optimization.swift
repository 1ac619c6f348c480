import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator

/// A user's workflow with what holds it back, priced on the cluster where it runs.
struct Optimization {
    let priced: PricedAnalysis
    let speedUp: SpeedUp
    /// In sentences.
    let assumptions: [String]
    let analysisMilliseconds: Double
    let pricingMilliseconds: Double
    let policyName: String
    /// For pictures of single runs.
    let trial: PairedTrial
    /// What else goes on; nil where the workflow is looked at by itself.
    let load: PresentLoad?
    private let makePolicy: @Sendable () -> any Policy

    var analysis: Analysis { priced.analysis }
    var workflow: Workflow { analysis.subject.workflow }

    /// What a task costs besides its work: `Benchmarks/results/overhead.md` has a millisecond a link of a chain.
    static let usualOverhead = Duration.nanoseconds(1_500_000)

    struct Conditions {
        var machines: [Machine]
        var load: PresentLoad?
        var overhead = Optimization.usualOverhead
        var policy: PolicyName
        var permissions: Set<Finding.Permission> = []
        /// Findings that are refused because of what came of them before, by id, with the reason.
        var distrusted: [String: String] = [:]
    }

    /// - Parameters:
    ///   - estimator: what earlier runs took; nil when nothing has run.
    ///   - past: what else they say.
    /// - Throws: what is wrong with the workflow, or that some task fits nowhere.
    init(_ input: OptimizedWorkflow, _ conditions: Conditions, estimator: (any Estimator)?, past: PastRuns?) throws {
        let begin = Stopwatch.nanoseconds
        let known = try KnownSubject(
            input, on: conditions.machines, overhead: conditions.overhead, estimator: estimator, past: past)
        let analysis = Analysis(known.subject)
        speedUp = SpeedUp(analysis)
        let analysed = Stopwatch.nanoseconds
        load = conditions.load
        let runs = conditions.load?.runs ?? []
        let makePolicy = Self.standIn(for: conditions.policy, conditions.load)
        self.makePolicy = makePolicy
        policyName = makePolicy().name
        trial = PairedTrial(analysis, beside: runs, makePolicy: makePolicy)
        priced = PricedAnalysis(
            analysis, beside: runs, permissions: conditions.permissions, distrusted: conditions.distrusted,
            workforce: Threads(count: ExperimentRunner.coreCount), makePolicy: makePolicy)
        assumptions = known.assumptions + (conditions.load?.notes ?? [])
        analysisMilliseconds = Double(analysed - begin) / 1e6
        pricingMilliseconds = Double(Stopwatch.nanoseconds - analysed) / 1e6
    }

    /// A search for each simulated run would take too long; it starts from the longest path and beats it by little.
    static func standIn(
        for policy: PolicyName, _ load: PresentLoad?
    ) -> @Sendable () -> any Policy {
        guard policy.name == "intelligent" else { return { Wiring.policy(policy, in: .simulation) } }
        guard let load, !load.isEmpty else { return { Wiring.policy(.known("critical-path"), in: .simulation) } }
        return { load.sharingPolicy }
    }

    /// What these edits promise together.
    ///
    /// - Throws: that they can't be made together.
    func promise(of edits: [WorkflowEdit]) throws -> Promise {
        let workforce = Threads(count: ExperimentRunner.coreCount)
        guard let promise = priced.promise(of: edits, workforce: workforce, makePolicy: makePolicy) else {
            throw Self.notTogether
        }
        return promise
    }

    private static let notTogether = CommandFailure(
        "these findings can't be made together; name fewer of them", exit: .usage)

    /// The edits of the findings that were named, or of all that are worth it.
    ///
    /// - Throws: a name that is none, and a permission that is missing.
    func edits(of ids: [String], permissions: Set<Finding.Permission>) throws -> (ids: [String], edits: [WorkflowEdit])
    {
        guard !ids.isEmpty else { return (priced.together?.ids ?? [], priced.together?.edits ?? []) }
        var findings: [Finding] = []
        for id in ids {
            guard let proposal = priced.proposals.first(where: { $0.finding.id == id }) else {
                let known = priced.proposals.map(\.finding.id)
                let hint = Suggestion.hint(for: id, among: known) ?? "There are: \(Sentence.list(known, limit: 10))."
                throw CommandFailure("there is no finding '\(id)'. \(hint)", exit: .usage)
            }
            guard !proposal.finding.edits.isEmpty else {
                throw CommandFailure("'\(id)' is advice, which only a person can follow", exit: .usage)
            }
            if let permission = proposal.finding.permission, !permissions.contains(permission) {
                throw CommandFailure(
                    "'\(id)' needs a permission that nothing can prove safe: --allow \(permission.rawValue)",
                    exit: .usage)
            }
            findings.append(proposal.finding)
        }
        guard let edits = analysis.edits(of: findings) else { throw Self.notTogether }
        return (ids, edits)
    }
}
