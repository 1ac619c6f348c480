public import BatonCore
public import BatonSimulator

/// A workflow to be improved: its instances, what is known of them, and where they will run.
public struct Subject: Sendable {
    public let workflow: Workflow
    public let parameters: [Workflow.Binding]
    public let expansion: Expansion
    /// By instance; of groups without meaning.
    public let knowledge: [TaskKnowledge]
    public let machines: [Machine]
    /// What each attempt takes besides its work: to be started, measured and recorded, in nanoseconds.
    public let overheadNanoseconds: Int64
    /// By instance, what the kernel saw of the files that it uses; nil where nobody looked, and of groups.
    public let observed: [ObservedFiles?]

    /// Instances by index of the workflow's tasks, commands only.
    public let members: [[Int]]
    /// Instances, each after those that it waits for.
    public let order: [Int]

    public init(
        _ workflow: Workflow, parameters: [Workflow.Binding] = [], expansion: Expansion, knowledge: [TaskKnowledge],
        machines: [Machine], overheadNanoseconds: Int64 = 0, observed: [ObservedFiles?]? = nil
    ) {
        let instances = expansion.instances
        precondition(knowledge.count == instances.count, "\(knowledge.count) facts of \(instances.count) instances")
        precondition(!machines.isEmpty, "nothing runs nowhere")
        self.workflow = workflow
        self.parameters = parameters
        self.expansion = expansion
        self.knowledge = knowledge
        self.machines = machines
        self.overheadNanoseconds = overheadNanoseconds
        self.observed = observed ?? instances.map { _ in nil }
        var members = [[Int]](repeating: [], count: workflow.tasks.count)
        for index in instances.indices where instances[index].kind == .command {
            members[Int(instances[index].task)].append(index)
        }
        self.members = members
        guard let order = try? expansion.graph.topologicalOrder() else { preconditionFailure("a cycle was expanded") }
        self.order = order.map(Int.init)
    }

    public var graph: Graph { expansion.graph }

    func isCommand(_ instance: Int) -> Bool { expansion.instances[instance].kind == .command }

    func taskIndex(of instance: Int) -> Int { Int(expansion.instances[instance].task) }

    func task(of instance: Int) -> Workflow.Task { workflow.tasks[taskIndex(of: instance)] }

    func name(of instance: Int) -> String { expansion.instances[instance].name }

    /// For each instance of a task, what an entry of its `needs` makes it wait for; nil where that is not known.
    func targets(of need: Template, in task: Int) -> [(instance: Int, dependency: Int)]? {
        guard !members[task].isEmpty else { return nil }
        var targets: [(instance: Int, dependency: Int)] = []
        for instance in members[task] {
            for bindings in expansion.instances[instance].parts {
                let scope = Scope(parameters: parameters, bindings: bindings)
                guard let name = try? need.render(in: scope), let place = expansion[name] else { return nil }
                targets.append((instance, Int(place.index)))
            }
        }
        return targets
    }

    /// Usual run times with what an attempt takes besides, in nanoseconds; 0 for groups, `[V]`.
    var nanoseconds: [Int64] {
        knowledge.indices.map { isCommand($0) ? knowledge[$0].nanoseconds + overheadNanoseconds : 0 }
    }

    /// What an instance holds while it runs.
    func demand(of instance: Int) -> Resources {
        let request = expansion.instances[instance].request
        let largest = machines.map(\.capacity.milliCPU).max() ?? 1000
        return Resources(
            milliCPU: request.milliCPU ?? min(1000, largest),
            memoryBytes: max(request.memoryBytes ?? 0, knowledge[instance].peakMemoryBytes ?? 0),
            gpus: request.gpus ?? 0, diskBytes: request.diskBytes ?? 0)
    }

    /// How many like this instance run at once where nothing else does.
    func slots(for instance: Int) -> Int { slots(for: instance, on: machines) }

    /// How many run at once on these machines, of those on which it may run.
    func slots(for instance: Int, on machines: [Machine]) -> Int {
        let (demand, request) = (demand(of: instance), expansion.instances[instance].request)
        return machines.filter { request.allows($0.kind) }.reduce(0) { sum, machine in
            let amounts = [
                (machine.capacity.milliCPU, demand.milliCPU), (machine.capacity.memoryBytes, demand.memoryBytes),
                (machine.capacity.gpus, demand.gpus), (machine.capacity.diskBytes, demand.diskBytes),
            ]
            return sum + Int(amounts.filter { $0.1 > 0 }.map { $0.0 / $0.1 }.min() ?? 1)
        }
    }

    /// Of all machines together.
    var capacity: Resources { machines.reduce(into: .zero) { $0 += $1.capacity } }
}
