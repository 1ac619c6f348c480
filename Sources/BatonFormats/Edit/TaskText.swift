internal import BatonCore

/// How the parts of a task are written into a file.
enum TaskText {
    static func action(_ action: Workflow.Task.Action) -> (TaskKey, SourceValue) {
        switch action {
        case .shell(let script): (.run, .script(script.source))
        case .arguments(let arguments): (.command, .list(arguments.map { .text($0.source) }))
        }
    }

    static func retries(_ rule: RetryRule) -> SourceValue {
        let standard = RetryRule(limit: rule.limit)
        if rule == standard { return .plain(String(rule.limit)) }
        var entries = [SourceValue.Entry(RetriesKey.max, .plain(String(rule.limit)))]
        if rule.backoff != standard.backoff {
            entries.append(.init(RetriesKey.backoff, .plain(AmountText.duration(rule.backoff))))
        }
        if rule.backoffLimit != standard.backoffLimit {
            entries.append(.init(RetriesKey.maxBackoff, .plain(AmountText.duration(rule.backoffLimit))))
        }
        if let triggers = rule.triggers { entries.append(.init(RetriesKey.on, self.triggers(triggers))) }
        return .map(entries)
    }

    static func triggers(_ triggers: [RetryRule.Trigger]) -> SourceValue {
        .list(
            triggers.map { trigger in
                switch trigger {
                case .exitCode(let code): .plain(String(code))
                case .outOfMemory: .plain("oom")
                case .timeout: .plain("timeout")
                case .signal: .plain("signal")
                }
            })
    }

    /// What is declared, by the keys of `resources`.
    static func amounts(_ request: Workflow.ResourceRequest) -> [SourceValue.Entry] {
        let amounts: [(ResourcesKey, Workflow.Quantity?, (Int64) -> String)] = [
            (.cpu, request.milliCPU, AmountText.cores), (.memory, request.memoryBytes, AmountText.size),
            (.gpu, request.gpus, { String($0) }), (.disk, request.diskBytes, AmountText.size),
        ]
        return amounts.compactMap { key, quantity, exactly in
            switch quantity {
            case .exactly(let amount): .init(key, .plain(exactly(amount)))
            case .expression(let formula): .init(key, .text("${{ \(formula.source) }}"))
            case nil: nil
            }
        }
    }

    /// All that a task says, in the order in which people write it.
    static func entries(of task: Workflow.Task) -> [SourceValue.Entry] {
        let (key, value) = action(task.action)
        var entries = [SourceValue.Entry(key, value)]
        for (key, texts) in [(TaskKey.needs, task.needs), (.inputs, task.inputs), (.outputs, task.outputs)]
        where !texts.isEmpty {
            entries.append(.init(key, .list(texts.map { .text($0.source) })))
        }
        if let condition = task.condition { entries.append(.init(TaskKey.when, .text("${{ \(condition.source) }}"))) }
        if let question = task.approval { entries.append(.init(TaskKey.approval, .text(question.source))) }
        if let directory = task.workingDirectory { entries.append(.init(TaskKey.workdir, .text(directory.source))) }
        let environment = task.environment.map { SourceValue.Entry(key: $0.name, value: .text($0.value.source)) }
        if !environment.isEmpty { entries.append(.init(TaskKey.env, .map(environment))) }
        if !task.secrets.isEmpty { entries.append(.init(TaskKey.secrets, .list(task.secrets.map { .text($0) }))) }
        if let timeout = task.timeout { entries.append(.init(TaskKey.timeout, .plain(AmountText.duration(timeout)))) }
        if let patience = task.speculation {
            entries.append(.init(TaskKey.speculate, .plain(AmountText.duration(patience))))
        }
        if task.retry != .never { entries.append(.init(TaskKey.retries, retries(task.retry))) }
        if let resources = resources(task.request) { entries.append(.init(TaskKey.resources, resources)) }
        if let kinds = task.request.workerKinds { entries.append(.init(TaskKey.runsOn, workerKinds(kinds))) }
        if task.priority != 50 { entries.append(.init(TaskKey.priority, .plain(String(task.priority)))) }
        if task.isCached { entries.append(.init(TaskKey.cache, .plain("true"))) }
        return entries
    }

    static func workerKinds(_ kinds: [String]) -> SourceValue {
        kinds.count == 1 ? .text(kinds[0]) : .list(kinds.map { .text($0) })
    }

    private static func resources(_ request: Workflow.ResourceRequest) -> SourceValue? {
        var entries = amounts(request)
        if !request.slots.isEmpty {
            let slots = request.slots.map { SourceValue.Entry(key: $0.limit, value: .plain(String($0.units))) }
            entries.append(.init(ResourcesKey.slots, .map(slots)))
        }
        if let isAutomatic = request.isAutomatic { entries.append(.init(ResourcesKey.auto, .plain("\(isAutomatic)"))) }
        return entries.isEmpty ? nil : .map(entries)
    }
}

/// Amounts as people write them, which read back as exactly the same.
enum AmountText {
    /// The largest unit that is exact.
    static func duration(_ duration: Duration) -> String {
        let (seconds, fraction) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if fraction % 1_000_000 == 0, fraction != 0 { return "\(duration.nanoseconds / 1_000_000)ms" }
        if fraction != 0 { return "\(seconds).\(String(1_000_000_000 + fraction).dropFirst())s" }
        if seconds == 0 || seconds % 60 != 0 { return "\(seconds)s" }
        return seconds % 3600 == 0 ? "\(seconds / 3600)h" : "\(seconds / 60)m"
    }

    static func size(_ bytes: Int64) -> String {
        let units: [(Int64, String)] = [(1_000_000_000, "GB"), (1 << 30, "GiB"), (1_000_000, "MB"), (1 << 20, "MiB")]
        for (unit, name) in units where bytes > 0 && bytes % unit == 0 { return "\(bytes / unit)\(name)" }
        return String(bytes)
    }

    static func cores(_ thousandths: Int64) -> String {
        let (whole, fraction) = thousandths.quotientAndRemainder(dividingBy: 1000)
        if fraction == 0 { return String(whole) }
        var digits = String(1000 + fraction).dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
