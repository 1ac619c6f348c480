import BatonCore
import BatonRuntime

/// A workflow that has not run, with the forecast of how it would.
struct Plan {
    let run = Run.ID(rawValue: 0)
    let workflow: Workflow
    let worker: Worker
    let policyName: String
    let forecast: Forecast
    /// What counts for a task of which nothing is known.
    let typical: Duration
    /// Commands whose length is known from earlier runs or from the workflow, and all commands.
    let knownCount: Int
    let commandCount: Int
    /// What other policies would have taken, shortest first; empty with more tasks than `PlanOutlook` looks at.
    let others: [(policy: String, makespan: Duration)]

    /// - Parameters:
    ///   - otherKinds: of more workers that are as large, where tasks run on certain kinds only.
    ///   - others: to compare with.
    ///   - expansion: of this workflow with these parameters, where it is known already.
    /// - Throws: why the engine refuses the workflow: it is wrong, or a task can never fit.
    init(
        _ workflow: Workflow, parameters: [Workflow.Binding], directory: String, worker: Worker,
        otherKinds: [String] = [], policy: any Policy, others: [any Policy] = [], estimator: (any Estimator)?,
        expansion: Expansion? = nil,
        cache: OutputCache? = nil
    ) throws(CommandError) {
        self.workflow = workflow
        self.worker = worker
        policyName = policy.name
        var engine = Engine()
        _ = engine.handle(.workerJoined(worker), at: .zero)
        for (place, kind) in otherKinds.enumerated() {
            let other = Worker(id: Worker.ID(place + 1), name: kind, kind: kind, capacity: worker.capacity)
            _ = engine.handle(.workerJoined(other), at: .zero)
        }
        let submission = Run.Submission(
            run: run, workflow: workflow, parameters: parameters, directory: directory, expansion: expansion
        )
        _ = engine.handle(try engine.validate(.submit(submission)), at: .zero)
        let instances = engine.instances(of: run)
        let estimates = Self.estimates(instances, workflow, estimator)
        if !estimates.isEmpty { _ = engine.handle(.estimated(run, estimates), at: .zero) }
        let lengths = Self.knownLengths(instances, estimates)
        knownCount = lengths.count
        commandCount = instances.count { $0.kind == .command }
        let typical = lengths.isEmpty ? Duration.seconds(1) : lengths.sorted()[lengths.count / 2]
        self.typical = typical
        forecast = Forecast(
            from: engine, run: run, at: .zero, policy: policy, typical: typical,
            cache: cache.flatMap { CacheForecast(workflow, cache: $0) })
        guard commandCount <= PlanOutlook.mostTasks else {
            self.others = []
            return
        }
        self.others = others.map { other in
            let forecast = Forecast(
                from: engine, run: submission.run, at: .zero, policy: other, typical: typical,
                cache: cache.flatMap { CacheForecast(workflow, cache: $0) })
            return (other.name, Instant.zero.duration(to: forecast.end))
        }.sorted { $0.makespan < $1.makespan }
    }

    private static func estimates(
        _ instances: [TaskInstance], _ workflow: Workflow, _ estimator: (any Estimator)?
    ) -> [TaskEstimate] {
        guard let estimator else { return [] }
        return instances.enumerated().compactMap { index, instance in
            guard instance.kind == .command else { return nil }
            let task = workflow.tasks[Int(instance.task)].name
            return estimator.estimate(
                workflow: workflow.name, task: task, instance: instance.name, request: instance.request
            ).map { TaskEstimate(task: TaskInstance.ID(index), estimate: $0) }
        }
    }

    private static func knownLengths(_ instances: [TaskInstance], _ estimates: [TaskEstimate]) -> [Duration] {
        let learned = Dictionary(uniqueKeysWithValues: estimates.map { (Int($0.task.index), $0.estimate) })
        return instances.enumerated().compactMap { index, instance in
            guard instance.kind == .command else { return nil }
            return instance.expectedNanoseconds(learned[index]).map { .nanoseconds($0) }
        }
    }

    var instances: [TaskInstance] { forecast.engine.instances(of: run) }

    /// Tasks that would not run because they are up to date.
    var upToDate: Set<Int> {
        Set(forecast.entries.filter { if case .upToDate = $0.freshness { true } else { false } }.map(\.task))
    }

    var upToDateCount: Int { upToDate.count }

    var makespan: Duration { Instant.zero.duration(to: forecast.end) }

    /// No order can be faster: the longest path.
    var longestPath: Duration {
        guard let graph = forecast.engine.graph(of: run) else { return .zero }
        var lengths = [Int64](repeating: 0, count: graph.count)
        for entry in forecast.entries { lengths[entry.task] = entry.start.duration(to: entry.end).nanoseconds }
        return .nanoseconds(graph.upwardRanks(nanoseconds: lengths).max() ?? 0)
    }

    /// No order can be faster: all work, spread evenly over the cores.
    var workOverCores: Duration {
        var work = 0.0
        for entry in forecast.entries {
            work += entry.start.duration(to: entry.end).seconds * Double(entry.grant.milliCPU)
        }
        return .nanoseconds(Int64(work / Double(max(worker.capacity.milliCPU, 1)) * 1e9))
    }
}
