extension Workflow {
    /// Every parameter with the value given, else its default, in the order of the definition.
    ///
    /// Text becomes what the parameter is: `3` a number, `true` a boolean, `a,b` or `["a", "b"]` a list.
    ///
    /// - Throws: all unknown names, missing values and wrong kinds at once.
    public func resolveParameters(_ given: [Binding]) throws(WorkflowError) -> [Binding] {
        var problems: [WorkflowError.Problem] = []
        for (index, binding) in given.enumerated() {
            let path = ["params", binding.name]
            if !parameters.contains(where: { $0.name == binding.name }) {
                let hint = Suggestion.hint(for: binding.name, among: parameters.lazy.map(\.name))
                problems.append(
                    WorkflowError.Problem(
                        path: path, message: "'\(name)' has no parameter '\(binding.name)'",
                        hint: hint ?? parameterList))
            } else if given[..<index].contains(where: { $0.name == binding.name }) {
                problems.append(
                    WorkflowError.Problem(path: path, message: "parameter '\(binding.name)' is set twice"))
            }
        }
        var resolved: [Binding] = []
        for parameter in parameters {
            let path = ["params", parameter.name]
            guard let value = given[name: parameter.name] ?? parameter.defaultValue else {
                problems.append(
                    WorkflowError.Problem(
                        path: path, message: "parameter '\(parameter.name)' has no value",
                        hint: "Set it with --set \(parameter.name)=…, or give it a default."))
                continue
            }
            if let converted = parameter.kind.convert(value) {
                resolved.append(Binding(name: parameter.name, value: converted))
            } else {
                let shown = value.text.map { " ('\($0)')" } ?? ""
                problems.append(
                    WorkflowError.Problem(
                        path: path,
                        message: "parameter '\(parameter.name)' is a \(parameter.kind.rawValue), "
                            + "found \(value.kindName)\(shown)"))
            }
        }
        if !problems.isEmpty { throw WorkflowError(problems) }
        return resolved
    }

    private var parameterList: String {
        parameters.isEmpty ? "It has none." : "It has " + parameters.map(\.name).joined(separator: ", ") + "."
    }
}

extension Workflow.Parameter.Kind {
    /// The value as this kind; nil when it is not one.
    func convert(_ value: Value) -> Value? {
        switch (self, value) {
        case (.string, .string), (.number, .number), (.boolean, .boolean), (.list, .list), (.map, .map): value
        case (.string, .number), (.string, .boolean): value.text.map { .string($0) }
        case (.number, .string(let text)):
            Double(Text.trimmed(text)).flatMap { $0.isFinite ? .number($0) : nil }
        case (.boolean, .string("true")): .boolean(true)
        case (.boolean, .string("false")): .boolean(false)
        case (.list, .string(let text)): list(text)
        default: nil
        }
    }

    private func list(_ text: String) -> Value? {
        guard Text.trimmed(text).utf8.first == UInt8(ascii: "[") else {
            return .list(text.isEmpty ? [] : Text.split(text, by: ",").map { .string(Text.trimmed($0)) })
        }
        guard let value = try? Expression(parsing: text).evaluate(in: Scope()), case .list = value else { return nil }
        return value
    }
}
