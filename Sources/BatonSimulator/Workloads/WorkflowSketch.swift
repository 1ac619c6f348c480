import BatonCore

/// A workflow in the making: tasks, and beside each what it will really do.
struct WorkflowSketch {
    private(set) var tasks: [Workflow.Task] = []
    private(set) var behaviours: [Workload.Behaviour] = []

    /// Adds a task `t0`, `t1`, … of the given mean duration.
    ///
    /// - Returns: its name, for `needs`.
    mutating func add(needs: [String] = [], duration: Duration) -> String {
        let name = "t\(tasks.count)"
        tasks.append(
            Workflow.Task(
                name: name, action: .shell(Template(literal: "true")), needs: needs.map { Template(literal: $0) }
            )
        )
        behaviours.append(Workload.Behaviour(duration: duration))
        return name
    }

    /// Changes the task that was added last.
    mutating func adjustLast(_ change: (inout Workflow.Task, inout Workload.Behaviour) -> Void) {
        change(&tasks[tasks.count - 1], &behaviours[behaviours.count - 1])
    }

    mutating func adjust(_ index: Int, _ change: (inout Workflow.Task, inout Workload.Behaviour) -> Void) {
        change(&tasks[index], &behaviours[index])
    }

    func arrival(name: String, run: Run.ID, at: Instant, limits: [Workflow.Limit] = []) -> Workload.Arrival {
        let workflow = Workflow(name: name, limits: limits, tasks: tasks)
        return Workload.Arrival(
            at: at, submission: Run.Submission(run: run, workflow: workflow, parameters: []), behaviours: behaviours
        )
    }
}

extension SeededGenerator {
    /// A whole number of the range, each equally likely up to 2⁻⁵³.
    mutating func int(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(unit() * Double(range.count))
    }

    /// True in so many of a hundred cases.
    mutating func percent(_ share: Int) -> Bool {
        int(in: 0...99) < share
    }

    mutating func duration(in seconds: ClosedRange<Double>) -> Duration {
        let drawn = seconds.lowerBound + unit() * (seconds.upperBound - seconds.lowerBound)
        return .nanoseconds(Int64(drawn * 1e9))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[int(in: 0...elements.count - 1)]
    }
}
