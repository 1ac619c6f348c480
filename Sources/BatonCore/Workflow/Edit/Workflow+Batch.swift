extension Workflow {
    /// Lets each instance of a fan-out do the work of several values.
    mutating func setBatch(of name: String, size: Int, parameters: [Binding]) throws(WorkflowEditProblem) {
        let place = try index(of: name)
        guard let fanOut = tasks[place].fanOut else { throw WorkflowEditProblem("'\(name)' has no fan-out") }
        guard size > 1 else { throw WorkflowEditProblem("a batch is of at least 2 values, found \(size)") }
        if let batch = fanOut.batch { throw WorkflowEditProblem("'\(name)' has a batch of \(batch) already") }
        if fanOut.isDynamic {
            throw WorkflowEditProblem("how often '\(name)' runs is known only during the run")
        }
        if tasks[place].approval != nil {
            throw WorkflowEditProblem("'\(name)' asks for an approval, which is meant for one value alone")
        }
        try tasks[place].checkAnonymous()
        try InstanceMap(self, parameters: parameters).checkUnread([name])
        tasks[place].fanOut?.batch = size
        // With these parameters: no part may wait for another of its batch, nor two batches for each other.
        _ = try InstanceMap(self, parameters: parameters)
    }
}
