internal import BatonCore

// Requests, named slots and retry rules.
extension WorkflowDecoder {
    mutating func request(_ node: DocumentNode) -> Workflow.ResourceRequest {
        var request = Workflow.ResourceRequest()
        if case .scalar(let scalar) = node.content {
            if scalar.text == ResourcesKey.auto.rawValue {
                request.isAutomatic = true
            } else {
                mismatch(
                    node, "resources", expected: "'auto' or a map",
                    hint: "Keys of the map: \(ResourcesKey.names.joined(separator: ", ")).")
            }
            return request
        }
        for (key, node) in entries(of: node, ResourcesKey.self, place: "'resources'") {
            let name = key.rawValue
            switch key {
            case .cpu: request.milliCPU = quantity(node, name) { $0.cores(node) }
            case .memory: request.memoryBytes = quantity(node, name) { $0.bytes(node, name) }
            case .gpu:
                request.gpus = quantity(node, name) { $0.integer(node, name, 0...1_024).map(Int64.init) }
            case .disk: request.diskBytes = quantity(node, name) { $0.bytes(node, name) }
            case .slots: request.slots = slots(node, name)
            case .auto: request.isAutomatic = boolean(node, name)
            }
        }
        return request
    }

    private mutating func quantity(
        _ node: DocumentNode, _ key: String, exactly: (inout WorkflowDecoder) -> Int64?
    ) -> Workflow.Quantity? {
        isExpression(node)
            ? expression(node, key).map { .expression($0) } : exactly(&self).map { .exactly($0) }
    }

    mutating func cores(_ node: DocumentNode) -> Int64? {
        if case .scalar(let scalar) = node.content, case .number(let cores) = scalar.value, cores >= 0, cores <= 1e6 {
            let (amount, whole) = (cores * 1000, (cores * 1000).rounded())
            // 16.1 cores are 16100.000000000002 thousandths, which must not become 16101.
            return Int64(abs(amount - whole) < 1e-6 ? whole : amount.rounded(.up))
        }
        mismatch(node, "cpu", expected: "a number of cores")
        return nil
    }

    mutating func bytes(_ node: DocumentNode, _ key: String) -> Int64? {
        if case .scalar(let scalar) = node.content, let bytes = ByteCount.parse(scalar.text) { return bytes }
        mismatch(node, key, expected: "a size such as 500MB, 4GB or 512MiB")
        return nil
    }

    /// `{db: 2}`: units of named limits.
    mutating func slots(_ node: DocumentNode, _ key: String) -> [Workflow.ResourceRequest.Slot] {
        guard case .mapping(let entries) = node.content else {
            mismatch(node, key, expected: "a map from names to whole numbers")
            return []
        }
        return entries.compactMap { entry in
            integer(entry.value, entry.key, 1...1_000_000_000).map { .init(limit: entry.key, units: Int64($0)) }
        }
    }

    /// A group is a limit of the workflow, of which each member holds one unit.
    mutating func concurrency(_ node: DocumentNode) -> Workflow.ResourceRequest.Slot? {
        var group: String?
        var limit: (value: Int, position: Position)?
        if case .mapping = node.content {
            for (key, node) in entries(of: node, ConcurrencyKey.self, place: "'concurrency'") {
                switch key {
                case .group: group = text(node, key.rawValue)
                case .limit: limit = integer(node, key.rawValue, 1...1_000_000_000).map { ($0, node.position) }
                }
            }
        } else {
            group = text(node, "concurrency")
        }
        guard let group else { return nil }
        if let known = limits.first(where: { $0.name == group }) {
            if let limit, Int64(limit.value) != known.capacity {
                report(
                    limit.position,
                    "'\(group.shortened)' is limited to \(known.capacity) elsewhere, here to \(limit.value)",
                    hint: "Give the limit once, for instance under the workflow's 'limits'.")
            }
        } else {
            limits.append(Workflow.Limit(name: group, capacity: Int64(limit?.value ?? 1)))
        }
        return Workflow.ResourceRequest.Slot(limit: group)
    }

    /// A number of further attempts, or a map that also says when and after how long.
    mutating func retry(_ node: DocumentNode) -> RetryRule? {
        guard node.isMapping else {
            return integer(node, "retries", 0...1_000).map { RetryRule(limit: Int32($0)) }
        }
        var rule = RetryRule(limit: 0)
        for (key, node) in entries(of: node, RetriesKey.self, place: "'retries'") {
            let name = key.rawValue
            switch key {
            case .max: rule.limit = Int32(integer(node, name, 0...1_000) ?? 0)
            case .backoff: rule.backoff = duration(node, name) ?? rule.backoff
            case .maxBackoff: rule.backoffLimit = duration(node, name) ?? rule.backoffLimit
            case .on:
                let nodes = if case .sequence(let elements) = node.content { elements } else { [node] }
                rule.triggers = nodes.compactMap { trigger($0) }
            }
        }
        return rule
    }

    private mutating func trigger(_ node: DocumentNode) -> RetryRule.Trigger? {
        if case .scalar(let scalar) = node.content {
            switch scalar.value {
            case .number(let number) where (1...255).contains(number) && number.rounded() == number:
                return .exitCode(Int32(number))
            case .string("oom"): return .outOfMemory
            case .string("timeout"): return .timeout
            case .string("signal"): return .signal
            case .null, .boolean, .number, .string: break
            }
        }
        mismatch(node, "on", expected: "an exit code from 1 to 255, or oom, timeout or signal")
        return nil
    }
}
