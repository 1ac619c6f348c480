public import BatonCore
public import BatonSimulator

/// Simulates a workflow and what edits make of it in the same worlds, by the real engine.
///
/// ```
/// let trial = PairedTrial(analysis) { CriticalPathFirst() }
/// let before = (0..<PairedTrial.worlds).map { trial.original(in: trial.world($0)) }
/// let after = (0..<PairedTrial.worlds).map { trial.outcome(of: trial.edited(edits), in: trial.world($0)) }
/// ```
/// Each world is drawn by its number alone, so that worlds can be simulated in any order and side by side.
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
    private let makePolicy: @Sendable () -> any Policy

    /// - Parameter makePolicy: a fresh policy for each simulation, which sees usual run times.
    public init(_ analysis: Analysis, makePolicy: @escaping @Sendable () -> any Policy) {
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
    public var usual: World { World(subject, beliefs, families: families) }

    /// The world of that number.
    public func world(_ number: Int) -> World { World(subject, beliefs, families: families, seed: UInt64(number)) }

    /// The workflow as it is.
    public func original(in world: World, recordsSpans: Bool = false) -> Report {
        let behaviours = subject.knowledge.indices.map { behaviour(of: [$0], in: world) }
        return run(subject.workflow, subject.expansion, behaviours, recordsSpans)
    }

    /// The workflow after its edits.
    public func outcome(of edited: Edited, in world: World, recordsSpans: Bool = false) -> Report {
        let behaviours = edited.origins.parts.map { behaviour(of: $0, in: world) }
        return run(edited.workflow, edited.expansion, behaviours, recordsSpans)
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
        _ workflow: Workflow, _ expansion: Expansion, _ behaviours: [Workload.Behaviour], _ recordsSpans: Bool
    ) -> Report {
        let submission = Run.Submission(
            run: Run.ID(rawValue: 1), workflow: workflow, parameters: subject.parameters, expansion: expansion)
        let scenario = Scenario(
            workers: subject.machines,
            workload: Workload([.init(submission: submission, instanceBehaviours: behaviours)]),
            expectations: Expectations(), recordsSpans: recordsSpans)
        var simulation = Simulation(scenario)
        return simulation.run(under: makePolicy)
    }
}
