public import BatonCore

func task(
    _ name: String, run: String = "true", needs: [String] = [], foreach: Workflow.FanOut? = nil, inputs: [String] = [],
    outputs: [String] = [], when: String? = nil, workdir: String? = nil, isFinally: Bool = false
) throws(ExpressionError) -> Workflow.Task {
    Workflow.Task(
        name: name, action: .shell(try Template(parsing: run)), needs: try templates(needs), fanOut: foreach,
        inputs: try templates(inputs), outputs: try templates(outputs),
        condition: try when.map { text throws(ExpressionError) in try Expression(parsing: text) },
        workingDirectory: try workdir.map { text throws(ExpressionError) in try Template(parsing: text) },
        isFinally: isFinally)
}

private func templates(_ texts: [String]) throws(ExpressionError) -> [Template] {
    var templates: [Template] = []
    for text in texts { templates.append(try Template(parsing: text)) }
    return templates
}

func over(_ axes: (String, [Value])...) -> Workflow.FanOut {
    Workflow.FanOut(axes: axes.map { Workflow.FanOut.Axis(name: $0, values: .list($1)) })
}

func over(_ name: String, _ expression: String) throws(ExpressionError) -> Workflow.FanOut {
    Workflow.FanOut(axes: [Workflow.FanOut.Axis(name: name, values: .expression(try Expression(parsing: expression)))])
}

func workflow(
    _ tasks: Workflow.Task..., parameters: [Workflow.Parameter] = [], limits: [Workflow.Limit] = []
) -> Workflow {
    Workflow(name: "test", parameters: parameters, limits: limits, tasks: tasks)
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension Expansion {
    /// One line for each instance: `name <- what it waits for`.
    var lines: [String] {
        instances.indices.map { index in
            let names = graph.dependencies(of: index).map { instances[Int($0)].name }
            return instances[index].name + (names.isEmpty ? "" : " <- " + names.joined(separator: " "))
        }
    }
}

extension Workflow {
    /// The lines of the expansion, or of what is wrong.
    func expansionLines(_ parameters: [Binding] = []) -> [String] {
        do throws(WorkflowError) {
            return try expand(parameters: parameters).lines
        } catch {
            return error.problems.map(\.line)
        }
    }
}

extension WorkflowError.Problem {
    /// `path: message | hint`.
    var line: String {
        path.joined(separator: ".") + ": " + message + (hint.map { " | \($0)" } ?? "")
    }
}
