public import BatonCore

extension Job {
    /// A run that took place, to be imitated: its instances, what they waited for, and what each took.
    ///
    /// An instance without a measurement (it was skipped, reused or never reached) runs nothing, and what waited for it
    /// waits for what it waited for. Retries, conditions and commands are gone: they have had their effect.
    /// - Parameters:
    ///   - workflow: that the run executed; its limits and deadline hold.
    ///   - instances: of the run, with all that fan-outs turned out to be.
    ///   - graph: over the instances.
    ///   - usages: by index of the instances: that of the last successful attempt.
    public init(
        recorded workflow: Workflow, instances: [TaskInstance], graph: Graph, usages: [Usage?]
    ) {
        precondition(usages.count == instances.count, "\(usages.count) measurements of \(instances.count) tasks")
        let expansion = Expansion(
            instances: zip(instances, usages).map { instance, usage in
                var instance = instance
                if usage == nil { instance.kind = .group(isExpanded: true) }
                return instance
            }, graph: graph)
        self.init(
            workflow: workflow.replica(), expansion: expansion,
            behaviours: usages.map { usage in
                Workload.Behaviour(
                    duration: usage?.wall ?? .zero, peakMemoryBytes: usage?.peakMemoryBytes ?? 0)
            })
    }
}
