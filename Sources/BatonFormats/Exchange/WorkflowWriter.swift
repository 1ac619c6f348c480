public import BatonCore

extension YAMLFormat {
    /// The workflow as a file that reads back as the same workflow.
    ///
    /// Tasks under `finally` come last, whatever their place in the workflow.
    public static func encode(_ workflow: Workflow) -> String {
        var writer = WorkflowWriter()
        writer.write(workflow)
        return writer.text
    }
}

/// Prints a workflow in the notation that people write, leaving out what is as it would be anyway.
private struct WorkflowWriter {
    var text = ""

    mutating func write(_ workflow: Workflow) {
        line(0, WorkflowKey.name, YAMLScalarText.write(workflow.name, in: .line))
        section(.params, workflow.parameters.map { ($0.name, parameter($0)) })
        section(.env, workflow.environment.map { ($0.name, scalar($0.value)) })
        if !workflow.secrets.isEmpty { line(0, WorkflowKey.secrets, list(workflow.secrets)) }
        section(.limits, workflow.limits.map { ($0.name, String($0.capacity)) })
        if let deadline = workflow.deadline { line(0, WorkflowKey.deadline, AmountText.duration(deadline)) }
        for (key, isFinally) in [(WorkflowKey.tasks, false), (.finally, true)] {
            let tasks = workflow.tasks.filter { $0.isFinally == isFinally }
            if tasks.isEmpty, isFinally { continue }
            text += tasks.isEmpty ? "\(key.rawValue): {}\n" : "\(key.rawValue):\n"
            for task in tasks { write(task) }
        }
    }

    private mutating func write(_ task: Workflow.Task) {
        text += "  \(YAMLScalarText.write(task.name, in: .flow)):\n"
        for key in TaskKey.allCases {
            if let value = value(of: key, in: task) { line(2, key, value) }
        }
    }

    /// The text after the key, or nil when the key is not needed.
    private func value(of key: TaskKey, in task: Workflow.Task) -> String? {
        switch key {
        case .description, .uses, .with, .concurrency: nil
        case .run:
            if case .shell(let script) = task.action, task.approval == nil || task.action != .doNothing {
                YAMLScalarText.block(script.source, indent: "      ") ?? scalar(script)
            } else {
                nil
            }
        case .command:
            if case .arguments(let arguments) = task.action { list(arguments.map(\.source)) } else { nil }
        case .needs: task.needs.isEmpty ? nil : list(task.needs.map(\.source))
        case .foreach: task.fanOut.flatMap { $0.isMatrix ? nil : fanOut($0) }
        case .matrix: task.fanOut.flatMap { $0.isMatrix ? fanOut($0) : nil }
        case .inputs: task.inputs.isEmpty ? nil : list(task.inputs.map(\.source))
        case .outputs: task.outputs.isEmpty ? nil : list(task.outputs.map(\.source))
        case .when: task.condition.map { YAMLScalarText.write(expression($0), in: .line) }
        case .approval: task.approval.map(scalar)
        case .retries: task.retry == .never ? nil : retry(task.retry)
        case .timeout: task.timeout.map(AmountText.duration)
        case .speculate: task.speculation.map(AmountText.duration)
        case .resources: resources(task.request)
        case .runsOn: task.request.workerKinds.map { $0.count == 1 ? flow($0[0]) : list($0) }
        case .priority: task.priority == 50 ? nil : String(task.priority)
        case .deadline: task.deadline.map(AmountText.duration)
        case .cache: task.isCached ? "true" : nil
        case .workdir: task.workingDirectory.map(scalar)
        case .env: task.environment.isEmpty ? nil : map(task.environment.map { ($0.name, flow($0.value.source)) })
        case .secrets: task.secrets.isEmpty ? nil : list(task.secrets)
        case .duration: task.expectedDuration.map(AmountText.duration)
        }
    }

    private func parameter(_ parameter: Workflow.Parameter) -> String {
        guard let value = parameter.defaultValue else { return map([("type", parameter.kind.rawValue)]) }
        // A map could be taken for the long form, so it is always written in it.
        guard parameter.kind == .map else { return self.value(value) }
        return map([("type", parameter.kind.rawValue), ("default", self.value(value))])
    }

    private func fanOut(_ fanOut: Workflow.FanOut) -> String {
        var entries = fanOut.axes.map { axis in
            switch axis.values {
            case .list(let values): (axis.name, value(.list(values)))
            case .expression(let formula): (axis.name, flow(expression(formula)))
            }
        }
        for (name, combinations) in [("exclude", fanOut.exclude), ("include", fanOut.include)]
        where !combinations.isEmpty {
            let maps = combinations.map { map($0.map { ($0.name, value($0.value)) }) }
            entries.append((name, "[\(maps.joined(separator: ", "))]"))
        }
        if let batch = fanOut.batch { entries.append((FanOutKey.batch.rawValue, String(batch))) }
        return map(entries)
    }

    private func retry(_ rule: RetryRule) -> String {
        let standard = RetryRule(limit: rule.limit)
        if rule == standard { return String(rule.limit) }
        var entries = [(RetriesKey.max, String(rule.limit))]
        if rule.backoff != standard.backoff { entries.append((.backoff, AmountText.duration(rule.backoff))) }
        if rule.backoffLimit != standard.backoffLimit {
            entries.append((.maxBackoff, AmountText.duration(rule.backoffLimit)))
        }
        if let triggers = rule.triggers {
            let words = triggers.map { trigger in
                switch trigger {
                case .exitCode(let code): String(code)
                case .outOfMemory: "oom"
                case .timeout: "timeout"
                case .signal: "signal"
                }
            }
            entries.append((.on, "[\(words.joined(separator: ", "))]"))
        }
        return map(entries.map { ($0.0.rawValue, $0.1) })
    }

    private func resources(_ request: Workflow.ResourceRequest) -> String? {
        let amounts: [(ResourcesKey, Workflow.Quantity?, (Int64) -> String)] = [
            (.cpu, request.milliCPU, AmountText.cores), (.memory, request.memoryBytes, AmountText.size),
            (.gpu, request.gpus, { String($0) }),
            (.disk, request.diskBytes, AmountText.size),
        ]
        var entries: [(String, String)] = []
        for (key, quantity, exactly) in amounts {
            switch quantity {
            case .exactly(let amount): entries.append((key.rawValue, exactly(amount)))
            case .expression(let formula): entries.append((key.rawValue, flow(expression(formula))))
            case nil: break
            }
        }
        if !request.slots.isEmpty {
            entries.append((ResourcesKey.slots.rawValue, map(request.slots.map { ($0.limit, String($0.units)) })))
        }
        if let isAutomatic = request.isAutomatic {
            if entries.isEmpty, isAutomatic { return ResourcesKey.auto.rawValue }
            entries.append((ResourcesKey.auto.rawValue, String(isAutomatic)))
        }
        return entries.isEmpty ? nil : map(entries)
    }

    private mutating func section(_ key: WorkflowKey, _ entries: [(name: String, value: String)]) {
        if entries.isEmpty { return }
        text += "\(key.rawValue):\n"
        for (name, value) in entries { text += "  \(flow(name)): \(value)\n" }
    }

    private mutating func line(_ depth: Int, _ key: some FormatKey, _ value: String) {
        text += String(repeating: "  ", count: depth) + "\(key.rawValue): \(value)\n"
    }

    private func scalar(_ template: Template) -> String { YAMLScalarText.write(template.source, in: .line) }

    private func flow(_ text: String) -> String { YAMLScalarText.write(text, in: .flow) }

    private func expression(_ expression: Expression) -> String { "${{ \(expression.source) }}" }

    private func list(_ texts: [String]) -> String { "[\(texts.map(flow).joined(separator: ", "))]" }

    private func map(_ entries: [(String, String)]) -> String {
        "{" + entries.map { "\(flow($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private func value(_ value: Value) -> String {
        switch value {
        case .null, .boolean, .number: value.json
        case .string(let text): flow(text)
        case .list(let elements): "[\(elements.map(self.value).joined(separator: ", "))]"
        case .map(let entries): map(entries.map { ($0.key, self.value($0.value)) })
        }
    }
}

extension Workflow.FanOut {
    /// Only `matrix` can add or leave out combinations; `foreach` may have axes of these names.
    fileprivate var isMatrix: Bool { !include.isEmpty || !exclude.isEmpty }
}
