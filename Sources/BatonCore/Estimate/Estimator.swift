/// Says what a task will take before it runs.
public protocol Estimator: Sendable {
    /// - Parameter request: what was declared; a bound of what is asked for.
    /// - Returns: nil when nothing is known about tasks of this kind.
    func estimate(workflow: String, task: String, instance: String, request: TaskInstance.Request) -> Estimate?
    mutating func observe(_ usage: Usage, workflow: String, task: String, instance: String)
    /// Takes in that an attempt was ended for want of memory.
    ///
    /// - Parameter bytes: granted or used when it was killed, whichever was more.
    mutating func observeKill(at bytes: Int64, workflow: String, task: String, instance: String)
}
