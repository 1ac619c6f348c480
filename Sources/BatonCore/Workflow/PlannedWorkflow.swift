/// A workflow made fit for a forecast or a simulation: what only the run itself can tell is replaced by an assumption.
public struct PlannedWorkflow {
    public private(set) var workflow: Workflow
    /// What was assumed, in sentences.
    public private(set) var assumptions: [String] = []

    /// Stands for a value that an earlier task will print.
    public static let unknownValue = "?"

    public init(_ workflow: Workflow) {
        self.workflow = workflow
        for index in workflow.tasks.indices {
            assumeOneInstance(of: index)
            assumeTrueCondition(of: index)
            assumeApproval(of: index)
        }
    }

    private mutating func assumeOneInstance(of index: Int) {
        guard let axes = workflow.tasks[index].fanOut?.axes else { return }
        let name = workflow.tasks[index].name
        let mentioned = instancesMentioned(of: name).filter { $0.count == axes.count }
        for (axis, entry) in axes.enumerated() {
            guard case .expression(let expression) = entry.values, expression.dependsOnTasks else { continue }
            var values = mentioned.map { $0[axis] }
            values = values.enumerated().filter { values.firstIndex(of: $0.element) == $0.offset }.map(\.element)
            if values.isEmpty { values = [Self.unknownValue] }
            workflow.tasks[index].fanOut?.axes[axis].values = .list(values.map { .string($0) })
            keepWaiting(index, for: expression.references)
            let count = mentioned.isEmpty ? "one" : "\(values.count), which others name"
            assumptions.append(
                "How many times \(name) runs is known only when \(expression.source) is; it counts as \(count).")
        }
    }

    /// What stands in the brackets where another task names an instance of this one: these there will have to be.
    private func instancesMentioned(of name: String) -> [[String]] {
        var names: [String] = []
        for task in workflow.tasks {
            names += task.needs.map(\.source)
            task.forEachFormula { formula in
                for case .task(let name, _) in formula.references { names.append(name) }
            }
        }
        let labels = names.filter { $0.hasPrefix(name + "[") && $0.hasSuffix("]") }
            .map { $0.dropFirst(name.count + 1).dropLast() }
        return labels.enumerated().filter { labels.firstIndex(of: $0.element) == $0.offset }
            .map { $0.element.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// What is no longer read is still waited for.
    private mutating func keepWaiting(_ index: Int, for references: [Reference]) {
        for case .task(let name, _) in references {
            workflow.tasks[index].needs.append(Template(literal: name))
        }
    }

    private mutating func assumeTrueCondition(of index: Int) {
        guard let condition = workflow.tasks[index].condition, condition.dependsOnTasks else { return }
        workflow.tasks[index].condition = nil
        keepWaiting(index, for: condition.references)
        assumptions.append(
            "Whether \(workflow.tasks[index].name) runs depends on \(condition.source); it counts as if it did.")
    }

    /// How long people take is nothing that a simulation knows.
    private mutating func assumeApproval(of index: Int) {
        guard let question = workflow.tasks[index].approval else { return }
        workflow.tasks[index].approval = nil
        keepWaiting(index, for: question.references)
        assumptions.append("\(workflow.tasks[index].name) asks for an approval; it counts as given at once.")
    }
}

extension Expression {
    /// True when it can have no value before the run; one that computes a task's name counts too.
    fileprivate var dependsOnTasks: Bool {
        for case .task in references { return true }
        return source.contains("tasks[")
    }
}
