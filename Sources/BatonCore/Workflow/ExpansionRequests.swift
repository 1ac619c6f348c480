extension Workflow {
    /// What one instance asks for, in base units.
    ///
    /// - Throws: the entry (`cpu`, `memory`, `gpu`, `disk`) and why it has no value.
    func request(_ wanted: ResourceRequest, in scope: Scope) throws(QuantityError) -> TaskInstance.Request {
        var request = TaskInstance.Request(isAutomatic: wanted.isAutomatic ?? false, workerKinds: wanted.workerKinds)
        request.milliCPU = try wanted.milliCPU?.amount("cpu", scale: 1000, in: scope)
        request.memoryBytes = try wanted.memoryBytes?.amount("memory", isBytes: true, in: scope)
        request.gpus = try wanted.gpus?.amount("gpu", in: scope)
        request.diskBytes = try wanted.diskBytes?.amount("disk", isBytes: true, in: scope)
        for slot in wanted.slots {
            guard let index = limits.firstIndex(where: { $0.name == slot.limit }) else { continue }  // validated before
            request.slots.append(TaskInstance.Request.Slot(limit: Int32(index), units: slot.units))
        }
        return request
    }
}

extension Workflow.Task {
    /// What it asks for in a run that it joins, in base units; nil where that takes values of others.
    public var ownRequest: TaskInstance.Request? {
        try? Workflow(name: name, tasks: [self]).request(request, in: Scope(parameters: []))
    }
}

/// Why a resource has no amount.
struct QuantityError: Error {
    var entry: String
    var message: String
    var hint: String?
}

extension Workflow.Quantity {
    var isExact: Bool {
        switch self {
        case .exactly: true
        case .expression: false
        }
    }

    fileprivate func amount(
        _ entry: String, scale: Double = 1, isBytes: Bool = false, in scope: Scope
    ) throws(QuantityError) -> Int64 {
        switch self {
        case .exactly(let amount): return amount
        case .expression(let expression):
            let value: Value
            do throws(ExpressionError) {
                value = try expression.evaluate(in: scope)
            } catch {
                throw QuantityError(entry: entry, message: error.message, hint: error.hint)
            }
            let amount: Int64? =
                switch value {
                case .number(let number): Int64(exactly: (number * scale).rounded(.up))
                case .string(let text) where isBytes: ByteCount.parse(text)
                case .null, .boolean, .string, .list, .map: nil
                }
            if let amount, amount >= 0 { return amount }
            let found = value.text.map { "\(value.kindName) ('\($0)')" } ?? value.kindName
            throw QuantityError(
                entry: entry, message: "'\(expression.source)' must be an amount of \(entry), found \(found)",
                hint: isBytes ? "An amount is a number of bytes or text such as 4GB or 512MiB." : nil)
        }
    }
}

extension Workflow {
    /// Makes what tasks declare of CPU and memory upper bounds, but for tasks that say `auto: false`.
    public mutating func rightSize() {
        for index in tasks.indices {
            tasks[index].request.isAutomatic = tasks[index].request.isAutomatic ?? true
        }
    }
}

extension Workflow.ResourceRequest {
    /// True when all instances of a task ask for the same.
    var isExact: Bool {
        [milliCPU, memoryBytes, gpus, diskBytes].allSatisfy { $0?.isExact ?? true }
    }
}
