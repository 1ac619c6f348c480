public import BatonCore

extension MemoryStore {
    public func remember(_ optimization: WorkflowOptimization) -> Int64 {
        var optimization = optimization
        optimization.id = (optimizations.last?.id ?? 0) + 1
        optimizations.append(optimization)
        return optimization.id
    }

    public func optimizations(of workflow: String) -> [WorkflowOptimization] {
        optimizations.filter { $0.workflow == workflow }.reversed()
    }

    public func update(_ optimization: WorkflowOptimization) throws(StoreError) {
        guard let place = optimizations.firstIndex(where: { $0.id == optimization.id }) else {
            throw StoreError(.other, "there is no optimisation \(optimization.id)", location: "memory")
        }
        optimizations[place].after = optimization.after
        optimizations[place].state = optimization.state
        optimizations[place].reason = optimization.reason
    }

    public func conditions(of run: Run.ID) -> RunConditions? {
        RunConditions(replay(run, after: 0).map(\.event))
    }
}
