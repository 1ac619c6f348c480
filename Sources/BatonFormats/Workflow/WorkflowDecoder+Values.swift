internal import BatonCore

// Parameters, fan-outs and the plain values in them.
extension WorkflowDecoder {
    mutating func parameters(_ node: DocumentNode) -> [Workflow.Parameter] {
        guard case .mapping(let entries) = node.content else {
            mismatch(node, "params", expected: "a map from names to values")
            return []
        }
        return entries.map { entry in
            if case .mapping(let fields) = entry.value.content,
                fields.contains(where: { $0.key == "type" || $0.key == "default" })
            {
                return parameter(entry.key, entry.value)
            }
            let value = self.value(entry.value, entry.key)
            guard let kind = value.parameterKind else {
                report(
                    entry.value.position, "the parameter '\(entry.key.shortened)' has no value",
                    hint: "Write a default, or '{type: string}' for one that must be set.")
                return Workflow.Parameter(name: entry.key, kind: .string, defaultValue: nil)
            }
            return Workflow.Parameter(name: entry.key, kind: kind, defaultValue: value)
        }
    }

    private mutating func parameter(_ name: String, _ node: DocumentNode) -> Workflow.Parameter {
        var kind: Workflow.Parameter.Kind?
        var fallback: (value: Value, node: DocumentNode)?
        for (key, node) in entries(of: node, ParameterKey.self, place: "a parameter") {
            switch key {
            case .type:
                let word = text(node, key.rawValue)
                kind = word.flatMap(Workflow.Parameter.Kind.init(rawValue:))
                if word != nil, kind == nil {
                    mismatch(node, key.rawValue, expected: "string, number, boolean, list or map")
                }
            case .default: fallback = (value(node, name), node)
            case .description: _ = text(node, key.rawValue)
            }
        }
        let given = fallback?.value.parameterKind
        if let fallback, let kind, given != kind {
            // Text that looks like a number is still text where text is wanted.
            if kind == .string, case .scalar(let scalar) = fallback.node.content, given != nil {
                return Workflow.Parameter(name: name, kind: kind, defaultValue: .string(scalar.text))
            }
            report(
                fallback.node.position,
                "expected a \(kind.rawValue) as the default of '\(name.shortened)', found \(fallback.node.summary)")
            return Workflow.Parameter(name: name, kind: kind, defaultValue: nil)
        }
        return Workflow.Parameter(name: name, kind: kind ?? given ?? .string, defaultValue: fallback?.value)
    }

    mutating func fanOut(_ node: DocumentNode, _ key: TaskKey) -> Workflow.FanOut? {
        guard case .mapping(let entries) = node.content else {
            mismatch(
                node, key.rawValue, expected: "a map from names to lists",
                hint: "Write '\(key.rawValue): {item: [a, b]}' and use ${{ item }}.")
            return nil
        }
        var fanOut = Workflow.FanOut(axes: [])
        for entry in entries {
            if key == .matrix, entry.key == "include" {
                fanOut.include = combinations(entry.value, entry.key)
            } else if key == .matrix, entry.key == "exclude" {
                fanOut.exclude = combinations(entry.value, entry.key)
            } else if entry.key == FanOutKey.batch.rawValue, case .scalar = entry.value.content,
                !isExpression(entry.value)
            {
                fanOut.batch = integer(
                    entry.value, entry.key, FanOutKey.batchSizes, hint: "It is how many values one instance does.")
            } else if let values = axisValues(entry.value, entry.key) {
                fanOut.axes.append(Workflow.FanOut.Axis(name: entry.key, values: values))
            }
        }
        if entries.isEmpty { report(node.position, "'\(key.rawValue)' names nothing to repeat the task for") }
        return fanOut
    }

    private mutating func axisValues(_ node: DocumentNode, _ name: String) -> Workflow.FanOut.Values? {
        switch node.content {
        case .sequence(let elements):
            return .list(elements.map { value($0, name) })
        case .mapping(let entries) where entries.map(\.key) == [GlobKey.glob.rawValue]:
            return .list(files(entries[0].value))
        case .scalar where isExpression(node):
            return expression(node, name).map { .expression($0) }
        case .scalar, .mapping:
            mismatch(node, name, expected: "a list, an expression such as ${{ params.\(name) }} or {glob: …}")
            return nil
        }
    }

    private mutating func combinations(_ node: DocumentNode, _ key: String) -> [[Workflow.Binding]] {
        guard case .sequence(let elements) = node.content else {
            mismatch(node, key, expected: "a list of maps")
            return []
        }
        return elements.compactMap { element in
            guard case .mapping(let entries) = element.content else {
                mismatch(element, key, expected: "a map from axes to values")
                return nil
            }
            return entries.map { Workflow.Binding(name: $0.key, value: value($0.value, $0.key)) }
        }
    }

    /// A plain value; `{glob: …}` stands for the files that match.
    mutating func value(_ node: DocumentNode, _ name: String) -> Value {
        switch node.content {
        case .scalar(let scalar):
            if isExpression(node) {
                report(
                    node.position, "an expression cannot stand here, only a plain value",
                    hint: "To compute a list, write all of it as one expression: ${{ [params.a, params.b] }}.")
            }
            return scalar.coreValue
        case .sequence(let elements):
            return .list(elements.map { value($0, name) })
        case .mapping(let entries) where entries.map(\.key) == [GlobKey.glob.rawValue]:
            return .list(files(entries[0].value))
        case .mapping(let entries):
            return .map(entries.map { Value.Entry(key: $0.key, value: value($0.value, $0.key)) })
        }
    }

    private mutating func files(_ node: DocumentNode) -> [Value] {
        let nodes = if case .sequence(let elements) = node.content { elements } else { [node] }
        return nodes.flatMap { node in
            guard let pattern = text(node, "glob") else { return [Value]() }
            let found = Files.matching(pattern, in: directory)
            if found.isEmpty { warn(node.position, "no file matches '\(pattern.shortened)' in '\(directory)'") }
            return found.map { .string($0) }
        }
    }

    private mutating func warn(_ position: Position, _ message: String) {
        report(position, message)
        problems[problems.count - 1].severity = .warning
    }
}

extension DocumentNode.Scalar {
    fileprivate var coreValue: Value {
        switch value {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .number(let value): .number(value)
        case .string(let text): .string(text)
        }
    }
}

extension Value {
    /// The parameter type that holds this value; null has none.
    fileprivate var parameterKind: Workflow.Parameter.Kind? {
        switch self {
        case .null: nil
        case .boolean: .boolean
        case .number: .number
        case .string: .string
        case .list: .list
        case .map: .map
        }
    }
}
