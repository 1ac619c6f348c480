/// The concrete tasks of a run and what they wait for.
public struct Expansion: Sendable {
    /// In the order of the workflow; the instances of a fan-out come right before their group.
    public private(set) var instances: [TaskInstance]
    /// Over indices of `instances`; acyclic.
    public private(set) var graph: Graph
    /// Indices by name; empty for instances of a trace, which hardly anybody looks for, and which are many.
    private(set) var places: [String: Int32]
    private(set) var files: FileIndex

    init(instances: [TaskInstance], graph: Graph, places: [String: Int32], files: FileIndex) {
        self.instances = instances
        self.graph = graph
        self.places = places
        self.files = files
    }

    /// Instances that come from elsewhere than a workflow file, such as a trace, with what they wait for.
    ///
    /// - Parameter instances: named differently; each refers to a task of the workflow that it will be run with.
    public init(instances: [TaskInstance], graph: Graph) {
        precondition(instances.count == graph.count, "\(instances.count) instances for \(graph.count) nodes")
        self.init(instances: instances, graph: graph, places: [:], files: FileIndex())
    }

    /// The instance or group of that name.
    public subscript(name: String) -> TaskInstance.ID? {
        let place = places.isEmpty ? instances.firstIndex { $0.name == name } : places[name].map(Int.init)
        return place.map(TaskInstance.ID.init)
    }

    /// Lets each command hold units of one more of its workflow's limits while it runs.
    public mutating func addSlots(of limit: Int32, units: (TaskInstance.Request) -> Int64) {
        for index in instances.indices where instances[index].kind == .command {
            let units = units(instances[index].request)
            instances[index].request.slots.append(.init(limit: limit, units: units))
        }
    }

    mutating func setPriority(_ priority: Int32, of instance: Int) {
        instances[instance].priority = priority
    }

    /// Takes in tasks that joined the run, each as one instance.
    ///
    /// - Parameter first: of the workflow's tasks, the one that is the first of them.
    mutating func append(_ tasks: [Run.AddedTask], from first: Int) {
        if places.isEmpty {
            for (place, instance) in instances.enumerated() { places[instance.name] = Int32(place) }
        }
        for (offset, added) in tasks.enumerated() {
            let (task, place) = (added.task, instances.count)
            // Names repeat among tasks that somebody schedules one by one; those of instances must not.
            let name = places[task.name] == nil ? task.name : "\(task.name)#\(place)"
            instances.append(
                TaskInstance(
                    name: name, task: Int32(first + offset), request: task.ownRequest ?? TaskInstance.Request(),
                    priority: task.priority, expectedDuration: task.expectedDuration))
            places[name] = Int32(place)
        }
        graph.append(dependencies: tasks.map { $0.needs.map(\.index) })
    }

    /// Takes in what a group turned out to hold.
    public mutating func append(_ addition: Addition) {
        instances[Int(addition.group.index)].kind = .group(isExpanded: true)
        instances += addition.instances
        graph = addition.graph
        places = addition.places
        files = addition.files
    }

    /// The instances of a group whose values became known during the run.
    public struct Addition: Sendable {
        public var group: TaskInstance.ID
        /// Numbered on from the instances that exist.
        public var instances: [TaskInstance]
        /// Of all instances, old and new. The group waits for its instances, and they for what it waited for.
        public var graph: Graph
        var places: [String: Int32]
        var files: FileIndex
    }
}

extension Workflow {
    /// Most instances that one run may have.
    static let instanceLimit = 1_000_000

    /// The instances of a run with these parameters, in an order that depends on nothing else.
    ///
    /// A fan-out over `[a, b]` in a task `align` gives `align[a]`, `align[b]` and their group `align`. One whose values
    /// a task prints gives a group that is not expanded yet: see `expandGroup`.
    ///
    /// - Parameter parameters: defaults are filled in and texts converted, as `resolveParameters` does.
    /// - Throws: what `validate` finds; also cycles, two tasks writing one file, and names that do not exist.
    /// - Complexity: O(instances + dependencies), but for patterns among inputs (see `FileIndex`).
    public func expand(parameters: [Binding]) throws(WorkflowError) -> Expansion {
        let validator = Validator(checking: self)
        if !validator.problems.isEmpty { throw WorkflowError(validator.problems) }
        return try expand(validated: validator, parameters: try resolveParameters(parameters))
    }

    func expand(validated validator: Validator, parameters: [Binding]) throws(WorkflowError) -> Expansion {
        var expander = Expander(self, parameters: parameters)
        for index in tasks.indices { expander.addInstances(of: index) }
        for index in tasks.indices { expander.link(index, dependingOn: validator.graph.dependencies(of: index)) }
        let graph = try expander.graph()
        return Expansion(
            instances: expander.instances, graph: graph, places: expander.places, files: expander.files)
    }

    /// The instances of a group whose values have become known during the run.
    ///
    /// - Parameters:
    ///   - group: of kind `.group(isExpanded: false)`.
    ///   - scope: with the results of the tasks that the fan-out mentions.
    /// - Throws: a value that is missing or no list, an instance that exists already, a file with two writers, a cycle.
    /// - Complexity: O(V + E): the graph is built anew.
    public func expandGroup(
        _ group: TaskInstance.ID, in expansion: Expansion, scope: Scope
    ) throws(WorkflowError) -> Expansion.Addition {
        let place = Int(group.index)
        precondition(
            expansion.instances[place].kind == .group(isExpanded: false),
            "'\(expansion.instances[place].name)' has been expanded")
        var expander = Expander(self, parameters: scope.parameters, continuing: expansion)
        expander.expand(group: place, scope: scope)
        let graph = try expander.graph()
        return Expansion.Addition(
            group: group, instances: Array(expander.instances[expansion.instances.count...]), graph: graph,
            places: expander.places, files: expander.files)
    }
}
