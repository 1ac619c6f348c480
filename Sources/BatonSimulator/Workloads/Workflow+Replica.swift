public import BatonCore

extension Workflow {
    /// The workflow without what has had its effect once its instances are known: commands, fan-outs, conditions, retries.
    ///
    /// - Parameter age: how long ago it was submitted; deadlines are as much nearer.
    public func replica(after age: Duration = .zero) -> Workflow {
        func left(of deadline: Duration?) -> Duration? { deadline.map { max($0 - age, .zero) } }
        return Workflow(
            name: name, limits: limits, deadline: left(of: deadline),
            tasks: tasks.map { task in
                Task(
                    name: task.name, action: .shell(Template(literal: "true")), priority: task.priority,
                    deadline: left(of: task.deadline), isFinally: task.isFinally)
            })
    }
}
