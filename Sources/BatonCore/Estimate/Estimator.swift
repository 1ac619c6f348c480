/// Says what a task will take before it runs.
public protocol Estimator: Sendable {
    /// - Returns: nil when nothing is known about tasks of this kind.
    func estimate(workflow: String, task: String, instance: String) -> Estimate?
    mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String)
}
