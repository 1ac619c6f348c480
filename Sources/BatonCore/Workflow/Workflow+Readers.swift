extension Workflow {
    /// Whose results other tasks mention, so that only these need be kept.
    public enum ReadTasks: Hashable, Sendable {
        /// Tasks and instances, by name.
        case named(Set<String>)
        /// A name is computed during the run: it could be any.
        case any
    }

    public var readTasks: ReadTasks {
        var names: Set<String> = []
        var hasComputedName = false
        for task in tasks {
            task.forEachFormula { formula in
                hasComputedName = hasComputedName || formula.hasComputedTaskName
                for case .task(let name, _) in formula.references { names.insert(name) }
            }
        }
        for variable in environment {
            for case .task(let name, _) in variable.value.references { names.insert(name) }
        }
        return hasComputedName ? .any : .named(names)
    }
}
