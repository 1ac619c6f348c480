extension Workflow {
    /// A hash of all that decides what an instance does: two runs in which it differs did not do the same.
    ///
    /// It covers the action, environment, working directory, inputs, outputs and condition as written, the secrets'
    /// names, the instance's fan-out values and the parameters that these mention. Name, needs, approval, resources, retries
    /// and times are left out: they change when and where it runs, not what it makes.
    ///
    /// FNV-1a with 64 bits over text of fixed form, so equal in every process and version of the toolchain. It tells
    /// changes, not forgeries: file contents need a cryptographic hash.
    ///
    /// - Parameter parameters: resolved, as `resolveParameters` returns them.
    /// - Source: Fowler, Noll, Vo, draft-eastlake-fnv.
    public func fingerprint(of instance: TaskInstance, parameters: [Binding]) -> UInt64 {
        let task = tasks[Int(instance.task)]
        var hash = StableHash()
        switch task.action {
        case .shell(let script): hash.combine("shell", [script.source])
        case .arguments(let arguments): hash.combine("arguments", arguments.map(\.source))
        }
        for variable in environment + task.environment {
            hash.combine("environment", [variable.name, variable.value.source])
        }
        hash.combine("workdir", [task.workingDirectory?.source ?? ""])
        hash.combine("inputs", task.inputs.map(\.source))
        hash.combine("outputs", task.outputs.map(\.source))
        hash.combine("when", [task.condition?.source ?? ""])
        hash.combine("secrets", secrets + task.secrets)
        for (number, part) in instance.parts.enumerated() {
            if number > 0 { hash.combine("part", []) }
            for binding in part { hash.combine("binding", [binding.name, binding.value.json]) }
        }
        for name in mentionedParameters(of: task) {
            hash.combine("parameter", [name, parameters[name: name]?.json ?? ""])
        }
        return hash.value
    }

    /// In the order of first mention.
    private func mentionedParameters(of task: Task) -> [String] {
        var references = environment.flatMap(\.value.references)
        task.forEachFormula { formula in
            switch formula.place {
            case .shell, .argument, .environment, .condition, .input, .output, .workingDirectory:
                references += formula.references
            case .need, .resource, .approval: break
            case .axis: break  // seen in the bindings
            }
        }
        var names: [String] = []
        for case .parameter(let name) in references where !names.contains(name) { names.append(name) }
        return names
    }
}

/// 64-bit FNV-1a over length-prefixed texts, so that no two sequences of texts read the same.
private struct StableHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ label: String, _ texts: [String]) {
        combine(label)
        combine(byteCount: texts.count)
        for text in texts { combine(text) }
    }

    private mutating func combine(_ text: String) {
        combine(byteCount: text.utf8.count)
        for byte in text.utf8 { combine(byte) }
    }

    private mutating func combine(byteCount: Int) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: byteCount >> shift)) }
    }

    private mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
