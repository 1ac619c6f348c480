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
        let planned = PlannedWorkflow(input.workflow)
        let expansion: Expansion
        do throws(WorkflowError) {
            expansion =
                try planned.assumptions.isEmpty
                ? input.expand() : planned.workflow.expand(parameters: input.parameters)
        } catch {
            throw input.locate(error)
        }
        let known = Self.knowledge(planned.workflow, expansion, estimator, past)
        let subject = Subject(
            planned.workflow, parameters: input.parameters, expansion: expansion, knowledge: known.knowledge,
            machines: conditions.machines, overheadNanoseconds: conditions.overhead.nanoseconds,
            observed: expansion.instances.map { past?.files[$0.name] })
        if let misfit = expansion.misfit(on: conditions.machines) {
            if !conditions.machines.contains(where: { misfit.request.allows($0.kind) }) {
                let gap = WorkerKindGap(misfit.request, on: conditions.machines.map { $0.kind })
                throw CommandFailure(
                    "'\(misfit.name)' \(gap.predicate). Say with --kind or --cluster where it is to run", exit: .usage)
            }
            throw CommandFailure(
                "'\(misfit.name)' asks for more than any worker has. Say with --jobs, --memory or --cluster where it is to run",
                exit: .usage)
        }
        let analysis = Analysis(subject)
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
        assumptions = known.assumptions + planned.assumptions + (conditions.load?.notes ?? [])
        analysisMilliseconds = Double(analysed - begin) / 1e6
        pricingMilliseconds = Double(Stopwatch.nanoseconds - analysed) / 1e6
    }

    /// A search for each simulated run would take too long; it starts from the longest path and beats it by little.
    private static func standIn(
        for policy: PolicyName, _ load: PresentLoad?
    ) -> @Sendable () -> any Policy {
        guard policy.name == "intelligent" else { return { Wiring.policy(policy, in: .simulation) } }
        guard let load, !load.isEmpty else { return { Wiring.policy(.known("critical-path"), in: .simulation) } }
        return { load.sharingPolicy }
    }

    private static func knowledge(
        _ workflow: Workflow, _ expansion: Expansion, _ estimator: (any Estimator)?, _ past: PastRuns?
    ) -> (knowledge: [TaskKnowledge], assumptions: [String]) {
        let estimates = expansion.instances.map { instance -> Estimate? in
            guard instance.kind == .command else { return nil }
            return estimator?.estimate(
                workflow: workflow.name, task: workflow.tasks[Int(instance.task)].name, instance: instance.name,
                request: instance.request)
        }
        let lengths = zip(expansion.instances, estimates).map { instance, estimate -> Duration? in
            estimate.map { .nanoseconds($0.durationP50Nanoseconds) } ?? instance.expectedDuration
        }
        let sorted = lengths.compactMap { $0 }.sorted()
        let typical = sorted.isEmpty ? Duration.seconds(1) : sorted[sorted.count / 2]
        let knowledge = zip(expansion.instances, estimates).map { instance, estimate in
            var known = TaskKnowledge(instance, estimate, typical: typical)
            known.failures = past?.failures[instance.name]
            known.durations = past?.durations[instance.name] ?? []
            return known
        }
        let commands = expansion.instances.indices.filter { expansion.instances[$0].kind == .command }
        let unknown = commands.count { lengths[$0] == nil }
        return (knowledge, WorkflowJob.assumption(unknown: unknown, of: commands.count, typical: typical))
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
