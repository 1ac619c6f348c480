/// A text or expression of a task whose value is not fixed, and where it stands.
struct TaskFormula {
    var place: Place
    var content: Content

    enum Content {
        case template(Template)
        case expression(Expression)
    }

    enum Place {
        case shell
        case argument(Int)
        case need(Int)
        case input(Int)
        case output(Int)
        case workingDirectory
        case environment(String)
        case condition
        case approval
        case resource(String)
        case axis(String)

        /// Below the task's own path.
        var path: [String] {
            switch self {
            case .shell: ["run"]
            case .argument(let index): ["command", String(index)]
            case .need(let index): ["needs", String(index)]
            case .input(let index): ["inputs", String(index)]
            case .output(let index): ["outputs", String(index)]
            case .workingDirectory: ["workdir"]
            case .environment(let name): ["env", name]
            case .condition: ["when"]
            case .approval: ["approval"]
            case .resource(let name): ["resources", name]
            case .axis(let name): ["foreach", name]
            }
        }

        var isNeed: Bool { if case .need = self { true } else { false } }

        /// True of what a task has once, however many values of a fan-out it does in one go.
        var isCommonToBatch: Bool {
            switch self {
            case .workingDirectory, .environment, .condition, .approval: true
            case .shell, .argument, .need, .input, .output, .resource, .axis: false
            }
        }

        /// When the value is needed, which limits what it may mention.
        var time: Time {
            switch self {
            case .need, .input, .output, .workingDirectory, .resource: .expansion
            case .axis: .fanOut
            case .shell, .argument, .environment, .condition, .approval: .start
            }
        }
    }

    enum Time {
        /// Before anything runs: parameters and fan-out values.
        case expansion
        /// Before the instances exist: parameters and results of tasks.
        case fanOut
        /// As the task becomes ready: everything.
        case start
    }

    var references: [Reference] {
        switch content {
        case .template(let template): template.references
        case .expression(let expression): expression.references
        }
    }

    var hasComputedTaskName: Bool {
        switch content {
        case .template(let template): template.hasComputedTaskName
        case .expression(let expression): expression.root.hasComputedTaskName
        }
    }

    func taskNames(in scope: Scope) throws(ExpressionError) -> [String] {
        switch content {
        case .template(let template): try template.taskNames(in: scope)
        case .expression(let expression): try expression.taskNames(in: scope)
        }
    }
}

extension Workflow.Task {
    /// Calls for each text that is not literal and each expression, in the order of the fields.
    func forEachFormula(_ body: (TaskFormula) -> Void) {
        func visit(_ place: @autoclosure () -> TaskFormula.Place, _ template: Template) {
            if !template.isLiteral { body(TaskFormula(place: place(), content: .template(template))) }
        }
        func visit(_ place: TaskFormula.Place, _ expression: Expression) {
            body(TaskFormula(place: place, content: .expression(expression)))
        }
        for axis in fanOut?.axes ?? [] {
            if case .expression(let expression) = axis.values { visit(.axis(axis.name), expression) }
        }
        for (index, need) in needs.enumerated() { visit(.need(index), need) }
        switch action {
        case .shell(let script): visit(.shell, script)
        case .arguments(let arguments):
            for (index, argument) in arguments.enumerated() { visit(.argument(index), argument) }
        }
        for (index, input) in inputs.enumerated() { visit(.input(index), input) }
        for (index, output) in outputs.enumerated() { visit(.output(index), output) }
        if let condition { visit(.condition, condition) }
        if let approval { visit(.approval, approval) }
        if let workingDirectory { visit(.workingDirectory, workingDirectory) }
        for variable in environment { visit(.environment(variable.name), variable.value) }
        for (name, quantity) in request.quantities {
            if case .expression(let expression) = quantity { visit(.resource(name), expression) }
        }
    }
}

extension Workflow.ResourceRequest {
    /// What was asked for, by the name that users write.
    var quantities: [(name: String, quantity: Workflow.Quantity)] {
        if milliCPU == nil && memoryBytes == nil && gpus == nil && diskBytes == nil { return [] }
        return [("cpu", milliCPU), ("memory", memoryBytes), ("gpu", gpus), ("disk", diskBytes)]
            .compactMap { name, quantity in quantity.map { (name, $0) } }
    }
}
