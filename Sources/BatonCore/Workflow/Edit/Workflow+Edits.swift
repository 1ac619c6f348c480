extension Workflow {
    /// The workflow with these edits made one after the other.
    ///
    /// - Parameters:
    ///   - edits: each sees the workflow as the ones before it left it.
    ///   - parameters: structural edits are checked against the instances that these give; what is absent has its
    ///     default.
    /// - Throws: the first edit that names something unknown, is out of range, or would change what is done.
    public func applying(
        _ edits: [WorkflowEdit], parameters: [Binding] = []
    ) throws(WorkflowEditProblem) -> Workflow {
        var workflow = self
        var rest = edits[...]
        while let edit = rest.first {
            let groups = Self.separateGroups(rest)
            if groups.count > 1, let fused = try? workflow.fusing(groups, parameters: parameters) {
                workflow = fused
                rest = rest.dropFirst(groups.count)
            } else {
                try workflow.apply(edit, parameters: parameters)
                rest = rest.dropFirst()
            }
        }
        guard let problem = workflow.validate().first else { return workflow }
        throw WorkflowEditProblem(problem.message, hint: problem.hint)
    }

    /// Of the first edits those that fuse tasks which none of them has in common with another.
    private static func separateGroups(_ edits: ArraySlice<WorkflowEdit>) -> [[String]] {
        var seen: Set<String> = []
        var groups: [[String]] = []
        for edit in edits {
            guard case .fuse(let names) = edit, seen.isDisjoint(with: names) else { break }
            seen.formUnion(names)
            groups.append(names)
        }
        return groups
    }

    private func fusing(_ groups: [[String]], parameters: [Binding]) throws(WorkflowEditProblem) -> Workflow {
        var workflow = self
        try workflow.fuse(groups, parameters: parameters)
        return workflow
    }

    private mutating func apply(_ edit: WorkflowEdit, parameters: [Binding]) throws(WorkflowEditProblem) {
        switch edit {
        case .setMemory(let name, let bytes):
            try check(bytes, in: 1...1_000_000_000_000_000, "memory")
            tasks[try index(of: name)].request.memoryBytes = .exactly(ByteCount.rounded(bytes))
        case .setCPU(let name, let milliCPU):
            try check(milliCPU, in: 1...1_000_000_000, "CPU")
            tasks[try index(of: name)].request.milliCPU = .exactly(milliCPU)
        case .removeNeed(let name, let need): try removeNeed(need, of: name)
        case .addNeed(let name, let need): try addNeed(need, of: name)
        case .setPriority(let name, let priority):
            try check(Int64(priority), in: 0...100, "a priority")
            tasks[try index(of: name)].priority = priority
        case .setRetries(let name, let rule):
            try check(Int64(rule.limit), in: 0...1000, "a number of retries")
            tasks[try index(of: name)].retry = rule
        case .setTimeout(let name, let timeout):
            guard timeout > .zero else { throw WorkflowEditProblem("a timeout must be longer than zero") }
            tasks[try index(of: name)].timeout = timeout
        case .setSpeculation(let name, let patience):
            guard patience > .zero else {
                throw WorkflowEditProblem("the time before a second attempt must be longer than zero")
            }
            tasks[try index(of: name)].speculation = patience
        case .setCached(let name, let isCached): tasks[try index(of: name)].isCached = isCached
        case .setWorkerKinds(let name, let kinds): tasks[try index(of: name)].request.workerKinds = kinds
        case .setBatch(let name, let size): try setBatch(of: name, size: size, parameters: parameters)
        case .setLimit(let name, let capacity):
            try check(capacity, in: 1...1_000_000_000, "a limit")
            limits[try limitIndex(of: name)].capacity = capacity
        case .addLimit(let name, let capacity): try addLimit(name, capacity)
        case .addSlot(let name, let limit): try addSlot(of: limit, to: name)
        case .removeSlots(let name, let limit): try removeSlots(of: limit, from: name)
        case .fuse(let names): try fuse([names], parameters: parameters)
        case .merge(let name, let kept): try merge(name, into: kept, parameters: parameters)
        case .share(let names, let lines, let name):
            try share(names, lines: lines, name: name, parameters: parameters)
        }
    }

    private mutating func removeNeed(_ need: String, of name: String) throws(WorkflowEditProblem) {
        let task = try index(of: name)
        guard let place = tasks[task].needs.firstIndex(where: { $0.source == need }) else {
            throw WorkflowEditProblem(
                "'\(name)' does not need '\(need)'",
                hint: Suggestion.hint(for: need, among: tasks[task].needs.lazy.map(\.source)))
        }
        tasks[task].needs.remove(at: place)
    }

    private mutating func addNeed(_ need: String, of name: String) throws(WorkflowEditProblem) {
        let task = try index(of: name)
        if tasks[task].needs.contains(where: { $0.source == need }) {
            throw WorkflowEditProblem("'\(name)' needs '\(need)' already")
        }
        do throws(ExpressionError) {
            tasks[task].needs.append(try Template(parsing: need))
        } catch {
            throw WorkflowEditProblem("'\(need)' cannot be needed: \(error.message)", hint: error.hint)
        }
    }

    private mutating func addLimit(_ name: String, _ capacity: Int64) throws(WorkflowEditProblem) {
        try check(capacity, in: 1...1_000_000_000, "a limit")
        if limits.contains(where: { $0.name == name }) {
            throw WorkflowEditProblem("there is a limit or group '\(name)' already")
        }
        limits.append(Limit(name: name, capacity: capacity))
    }

    private mutating func addSlot(of limit: String, to name: String) throws(WorkflowEditProblem) {
        let task = try index(of: name)
        let place = try limitIndex(of: limit)
        if tasks[task].request.slots.contains(where: { $0.limit == limit }) {
            throw WorkflowEditProblem("'\(name)' holds some of '\(limit)' already")
        }
        tasks[task].request.slots.append(.init(limit: limits[place].name))
    }

    private mutating func removeSlots(of limit: String, from name: String) throws(WorkflowEditProblem) {
        let task = try index(of: name)
        let place = try limitIndex(of: limit)
        guard tasks[task].request.slots.contains(where: { $0.limit == limit }) else {
            throw WorkflowEditProblem("'\(name)' holds nothing of '\(limit)'")
        }
        tasks[task].request.slots.removeAll { $0.limit == limit }
        let isHeld = tasks.contains { $0.request.slots.contains { $0.limit == limit } }
        if !isHeld { limits.remove(at: place) }
    }

    /// Where the task of that name stands.
    func index(of name: String) throws(WorkflowEditProblem) -> Int {
        if let index = tasks.firstIndex(where: { $0.name == name }) { return index }
        throw unknown(name)
    }

    func unknown(_ name: String) -> WorkflowEditProblem {
        WorkflowEditProblem(
            "there is no task '\(name)'", hint: Suggestion.hint(for: name, among: tasks.lazy.map(\.name)))
    }

    private func limitIndex(of name: String) throws(WorkflowEditProblem) -> Int {
        if let index = limits.firstIndex(where: { $0.name == name }) { return index }
        throw WorkflowEditProblem(
            "there is no limit or group '\(name)'", hint: Suggestion.hint(for: name, among: limits.lazy.map(\.name)))
    }

    private func check(_ amount: Int64, in range: ClosedRange<Int64>, _ what: String) throws(WorkflowEditProblem) {
        if range.contains(amount) { return }
        throw WorkflowEditProblem("\(what) goes from \(range.lowerBound) to \(range.upperBound), found \(amount)")
    }
}
