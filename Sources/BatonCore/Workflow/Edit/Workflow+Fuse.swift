extension Workflow {
    /// Makes one task of each chain or group of siblings, which keeps the place and the name of its last.
    ///
    /// - Parameter groups: without a task in common. They are checked by one expansion, which is most of what it takes.
    mutating func fuse(_ groups: [[String]], parameters: [Binding]) throws(WorkflowEditProblem) {
        let places = Dictionary(tasks.enumerated().map { ($1.name, $0) }) { first, _ in first }
        let map = try InstanceMap(self, parameters: parameters)
        var renamed: [String: String] = [:]
        for names in groups {
            guard names.count > 1, Set(names).count == names.count else {
                throw WorkflowEditProblem("to fuse takes at least two different tasks")
            }
            var parts: [Task] = []
            for name in names {
                guard let place = places[name] else { throw unknown(name) }
                parts.append(tasks[place])
            }
            let fused = try fused(parts, map)
            tasks[places[fused.name]!] = fused
            for name in names.dropLast() { renamed[name] = fused.name }
        }
        // Of a chain only tasks under `finally` can name the others still; of siblings any.
        for index in tasks.indices { replaceNeeds(of: index, by: renamed) }
        tasks.removeAll { renamed[$0.name] != nil }
    }

    private func fused(_ parts: [Task], _ map: InstanceMap) throws(WorkflowEditProblem) -> Workflow.Task {
        let names = parts.map(\.name)
        try Task.checkAlike(parts)
        for part in parts { try part.checkAnonymous() }
        if parts[0].fanOut?.isDynamic ?? false {
            throw WorkflowEditProblem("how often '\(names[0])' runs is known only during the run")
        }
        if parts[0].fanOut?.isBatched ?? false {
            throw WorkflowEditProblem("an instance of '\(names[0])' does several values already")
        }
        try map.checkUnread(names)
        if !parts[0].isFinally, map.areSiblings(names) {
            try checkNeedsAreWritten()
        } else {
            for (first, second) in zip(names, names.dropFirst()) { try map.checkLink(from: first, to: second) }
        }
        return try Task(fusing: parts)
    }

    /// Lets what names some tasks, or their instances, name others.
    ///
    /// - Parameter names: the new ones by the old.
    mutating func replaceNeeds(of index: Int, by names: [String: String]) {
        func base(_ need: Template) -> String { Workflow.taskName(ofInstance: need.source) ?? need.source }
        guard tasks[index].needs.contains(where: { names[base($0)] != nil }) else { return }
        var needs: [Template] = []
        for need in tasks[index].needs {
            var need = need
            let base = base(need)
            if let name = names[base], let renamed = try? Template(parsing: name + need.source.dropFirst(base.count)) {
                need = renamed
            }
            if !needs.contains(need) { needs.append(need) }
        }
        tasks[index].needs = needs
    }
}

extension Workflow.Task {
    /// - Parameter parts: first to last.
    fileprivate init(fusing parts: [Workflow.Task]) throws(WorkflowEditProblem) {
        self = parts[parts.count - 1]
        var script = ""
        for part in parts { script += try ShellScript.subshell(of: part) }
        action = .shell(try Self.template(script, of: name))
        needs = Self.union(parts.map { part in part.needs.filter { need in !parts.contains { $0.isNamed(by: need) } } })
        unite(parts)
        request = try Workflow.ResourceRequest.combined(parts, by: max)
        retry = parts.map(\.retry).max { $0.limit < $1.limit } ?? retry
        timeout = Self.sum(parts.map(\.timeout))
        speculation = Self.sum(parts.map(\.speculation))
        expectedDuration = Self.sum(parts.map(\.expectedDuration))
        deadline = parts.compactMap(\.deadline).min()
        priority = parts.map(\.priority).max() ?? priority
        if isCached, let input = inputs.first(where: { input in parts.contains { $0.mayMake(input) } }) {
            throw WorkflowEditProblem("'\(name)' is cached by '\(input.source)', of which its own parts make some")
        }
    }

    /// Inputs that an earlier part makes are none of the whole; what a part makes for a later one may be gone in the end.
    private mutating func unite(_ parts: [Workflow.Task]) {
        var made: [String] = []
        var inside: [String] = []
        inputs = []
        for part in parts {
            for input in part.inputs {
                let path = Path.normalized(input.source)
                if made.contains(path) { inside.append(path) }
                let isMade = made.contains { $0 == path || ($0.utf8.last == UInt8(ascii: "/") && path.hasPrefix($0)) }
                if !isMade, !inputs.contains(input) { inputs.append(input) }
            }
            made += part.outputs.map { Path.normalized($0.source) }
        }
        outputs = Self.union(parts.map(\.outputs)).filter { output in
            !inside.contains(Path.normalized(output.source)) || parts[parts.count - 1].outputs.contains(output)
        }
    }

    private func mayMake(_ input: Template) -> Bool {
        let path = Path.normalized(input.source)
        let glob = Glob(path.utf8.last == UInt8(ascii: "/") ? path + "**" : path)
        return outputs.contains { glob.mayOverlap(with: Glob(Path.normalized($0.source))) }
    }

    static func union(_ lists: [[Template]]) -> [Template] {
        var union: [Template] = []
        for template in lists.joined() where !union.contains(template) { union.append(template) }
        return union
    }

    private static func sum(_ durations: [Duration?]) -> Duration? {
        var sum = Duration.zero
        for duration in durations {
            guard let duration else { return nil }
            sum += duration
        }
        return sum
    }

    static func template(_ source: String, of name: String) throws(WorkflowEditProblem) -> Template {
        do throws(ExpressionError) {
            return try Template(parsing: source)
        } catch {
            throw WorkflowEditProblem("the script of '\(name)' cannot be taken apart: \(error.message)")
        }
    }
}

extension Workflow.ResourceRequest {
    /// Of each resource the largest or smallest amount that a task declares; slots are those of the first.
    ///
    /// Declared memory is a limit that is enforced: it is left open as soon as one of them leaves it open.
    static func combined(
        _ tasks: [Workflow.Task], by choose: (Int64, Int64) -> Int64
    ) throws(WorkflowEditProblem) -> Workflow.ResourceRequest {
        let requests = tasks.map(\.request)
        var combined = requests[0]
        for (key, path) in [
            ("cpu", \Workflow.ResourceRequest.milliCPU), ("memory", \.memoryBytes), ("gpu", \.gpus),
            ("disk", \.diskBytes),
        ] {
            let declared = requests.compactMap { $0[keyPath: path] }
            if key == "memory", declared.count < requests.count {
                combined[keyPath: path] = nil
                continue
            }
            if declared.allSatisfy({ $0 == declared[0] }) {
                combined[keyPath: path] = declared.first
                continue
            }
            var amounts: [Int64] = []
            for case .exactly(let amount) in declared { amounts.append(amount) }
            guard amounts.count == declared.count else {
                throw WorkflowEditProblem("the tasks compute '\(key)' in different ways")
            }
            combined[keyPath: path] = .exactly(amounts.dropFirst().reduce(amounts[0], choose))
        }
        return combined
    }
}
