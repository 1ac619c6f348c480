public import BatonCore
public import BatonSimulator

/// Simulates a workflow and what edits make of it in the same worlds, by the real engine.
///
/// ```
/// let trial = PairedTrial(analysis) { CriticalPathFirst() }
/// let before = (0..<PairedTrial.worlds).map { trial.original(in: trial.world($0)) }
/// let after = (0..<PairedTrial.worlds).map { trial.outcome(of: trial.edited(edits), in: trial.world($0)) }
/// ```
/// Each world is drawn by its number alone, so that worlds can be simulated in any order and side by side. Where other runs go
/// on, what is left of them is in each world too: they share the machines, under the same engine and policy, and nothing of
/// them is measured.
public struct PairedTrial: Sendable {
    /// Enough for the interval of a single run.
    public static let worlds = 40

    /// A workflow after edits, with where the work of its instances comes from.
    public struct Edited: Sendable {
        public let workflow: Workflow
        public let expansion: Expansion
        let origins: InstanceOrigins
    }

    private let subject: Subject
    private let families: TaskFamilies
    private let beliefs: Beliefs
    private let load: [OpenRun]
    /// Those that it shares with them.
    private let machines: [Machine]
    private let allowance: Allowance?
    private let makePolicy: @Sendable () -> any Policy

    /// - Parameters:
    ///   - load: runs that go on beside it.
    ///   - makePolicy: a fresh policy for each simulation, which sees usual run times.
    public init(
        _ analysis: Analysis, beside load: [OpenRun] = [], makePolicy: @escaping @Sendable () -> any Policy
    ) {
        self.load = load
        machines = load.first?.rest.machines ?? analysis.subject.machines
        allowance = Allowance(milliCPU: analysis.subject.capacity.milliCPU, of: machines)
        subject = analysis.subject
        families = analysis.families
        beliefs = analysis.beliefs
        self.makePolicy = makePolicy
    }

    /// - Throws: an edit that can't be made.
    public func edited(_ edits: [WorkflowEdit]) throws(WorkflowEditProblem) -> Edited {
        let workflow = try subject.workflow.applying(edits, parameters: subject.parameters)
        let expansion: Expansion
        do throws(WorkflowError) {
            expansion = try workflow.expand(parameters: subject.parameters)
        } catch {
            throw WorkflowEditProblem(error)
        }
        let origins = InstanceOrigins(original: subject.expansion, edited: expansion, edits: edits)
        return Edited(workflow: workflow, expansion: expansion, origins: origins)
    }

    /// The world in which all is as usual.
    public var usual: World {
        var world = World(subject, beliefs, families: families)
        world.others = load.map(\.usual)
        return world
    }

    /// The world of that number.
    public func world(_ number: Int) -> World {
        var world = World(subject, beliefs, families: families, seed: UInt64(number))
        world.others = load.map { $0.remaining(inWorld: UInt64(number)) }
        return world
    }

    /// The workflow as it is.
    public func original(in world: World, recordsSpans: Bool = false) -> Report {
        simulated(in: world, recordsSpans).own
    }

    private func simulated(in world: World, _ recordsSpans: Bool) -> Report {
        let behaviours = subject.knowledge.indices.map { behaviour(of: [$0], in: world) }
        return run(subject.workflow, subject.expansion, behaviours, recordsSpans, in: world)
    }

    /// The workflow after its edits.
    public func outcome(of edited: Edited, in world: World, recordsSpans: Bool = false) -> Report {
        let behaviours = edited.origins.parts.map { behaviour(of: $0, in: world) }
        return run(edited.workflow, edited.expansion, behaviours, recordsSpans, in: world).own
    }

    /// The workflow as it is, with what it waits for that others hold.
    func watched(in world: World) -> (report: Report, waits: WaitRecord) {
        var report = simulated(in: world, true)
        var sweep = WaitSweep(subject, beside: load, on: machines, within: allowance, own: Report.ownRun)
        let waits = sweep.record(report.spans)
        report.spans = []
        return (report, waits)
    }

    /// What the outcomes of the same worlds promise.
    public func promise(before: [Report], after: [Report]) -> Promise {
        func gain(_ value: (Report) -> Double) -> Gain { Gain(before: before.map(value), after: after.map(value)) }
        return Promise(
            completionTime: gain(\.makespan.seconds), memoryHours: gain(\.allocatedGBHours), cost: gain(\.cost))
    }

    /// The work of these instances, one after the other; of copies of one and the same task once.
    private func behaviour(of parts: [Int], in world: World) -> Workload.Behaviour {
        let commands = parts.filter(subject.isCommand)
        guard let first = commands.first else { return Workload.Behaviour(duration: .zero) }
        let (task, action) = (subject.taskIndex(of: first), subject.task(of: first).action)
        let distinct = commands.filter { subject.taskIndex(of: $0) == task || subject.task(of: $0).action != action }
        func sum(_ times: (Int) -> Int64) -> Duration {
            .nanoseconds(distinct.reduce(subject.overheadNanoseconds) { $0 + times($1) })
        }
        let straggling = world.straggling.isEmpty ? 0 : distinct.map { world.straggling[$0].count }.max() ?? 0
        let early = (0..<straggling).map { attempt in
            sum { attempt < world.straggling[$0].count ? world.straggling[$0][attempt] : world.nanoseconds[$0] }
        }
        return Workload.Behaviour(
            duration: sum { world.nanoseconds[$0] }, firstDurations: early,
            peakMemoryBytes: distinct.map { world.peakMemoryBytes[$0] }.max() ?? 0,
            sharing: sharing(first, in: world),
            expected: .init(
                duration: sum { subject.knowledge[$0].nanoseconds },
                peakMemoryBytes: distinct.compactMap { subject.knowledge[$0].peakMemoryBytes }.max() ?? 0))
    }

    /// All of a family slow each other down.
    private func sharing(_ instance: Int, in world: World) -> Workload.Behaviour.Sharing? {
        let task = subject.taskIndex(of: instance)
        guard !world.slowDowns.isEmpty, let slowDown = world.slowDowns[task] else { return nil }
        return .init(group: families.family[task], slowDown: slowDown)
    }

    private func run(
        _ workflow: Workflow, _ expansion: Expansion, _ behaviours: [Workload.Behaviour], _ recordsSpans: Bool,
        in world: World
    ) -> Report {
        let others = zip(load, world.others).compactMap { $0.arrival($1) }
        var (workflow, expansion) = (workflow, expansion)
        allowance?.bound(&workflow, &expansion, of: Report.ownRun)
        let submission = Run.Submission(
            run: Report.ownRun, workflow: workflow, parameters: subject.parameters, expansion: expansion)
        let scenario = Scenario(
            workers: machines,
            workload: Workload(others + [.init(submission: submission, instanceBehaviours: behaviours)]),
            expectations: Expectations(), recordsSpans: recordsSpans, sharesLimits: !others.isEmpty)
        var simulation = Simulation(scenario)
        return simulation.run(under: makePolicy)
    }
}

extension Report {
    /// The workflow's; ids that are minted are larger.
    fileprivate static let ownRun = Run.ID(rawValue: 1)

    /// Without the spans of other runs.
    fileprivate var own: Report {
        var report = self
        report.spans.removeAll { $0.attempt.run != Self.ownRun }
        return report
    }
}
