public import BatonCore

/// One workflow with what its tasks really do: a recorded or invented job that can arrive any number of times.
public struct Job: Sendable {
    public var name: String
    public var workflow: Workflow
    /// What the workflow's tasks are in full; copies of a job share it.
    public var expansion: Expansion
    /// By index of the expansion's instances.
    public var behaviours: [Workload.Behaviour]
    /// The least makespan that anybody has found for it, alone on the machines that belong to it.
    public var bestKnownMakespan: Duration?
    /// The machines that belong to it, where it comes with some, as scheduling problems do.
    public var machines: [Machine]

    /// One task of a job as a trace tells it.
    public struct Task: Hashable, Sendable {
        /// Unique in the job.
        public var name: String
        /// What tasks of its sort are called: the program or process that they run.
        public var kind: String
        /// Places of other tasks in the job's list; repeated ones count once.
        public var dependencies: [Int32]
        public var request: TaskInstance.Request
        public var priority: Int32
        public var behaviour: Workload.Behaviour

        /// - Parameter behaviour: its input bytes, if any, are those of `dependencies`, one by one.
        public init(
            name: String, kind: String, dependencies: [Int32] = [], request: TaskInstance.Request = .init(),
            priority: Int32 = 50, behaviour: Workload.Behaviour
        ) {
            self.name = name
            self.kind = kind
            self.dependencies = dependencies
            self.request = request
            self.priority = priority
            self.behaviour = behaviour
        }
    }

    /// A workflow that is known in full before it runs.
    ///
    /// - Parameter behaviours: by index of its tasks; instances of one task behave alike.
    /// - Throws: what is wrong with the workflow.
    public init(
        _ workflow: Workflow, parameters: [Workflow.Binding] = [], behaviours: [Workload.Behaviour]
    ) throws(WorkflowError) {
        name = workflow.name
        self.workflow = workflow
        expansion = try workflow.expand(parameters: parameters)
        self.behaviours = expansion.instances.map { behaviours[Int($0.task)] }
        bestKnownMakespan = nil
        machines = []
    }

    /// A job made of single tasks; each kind becomes one task of its workflow.
    ///
    /// - Parameter deadline: wanted end, counted from arrival.
    /// - Throws: tasks that wait for each other, by their places in the list.
    public init(name: String, tasks: [Task], deadline: Duration? = nil) throws(GraphCycle) {
        self.name = name
        var kinds: [String: Int32] = [:]
        var definitions: [Workflow.Task] = []
        let instances = tasks.map { task in
            let kind = kinds[task.kind] ?? Int32(definitions.count)
            if Int(kind) == definitions.count {
                kinds[task.kind] = kind
                definitions.append(Workflow.Task(name: task.kind, action: .shell(Template(literal: "true"))))
            }
            return TaskInstance(name: task.name, task: kind, request: task.request, priority: task.priority)
        }
        workflow = Workflow(name: name, deadline: deadline, tasks: definitions)
        let graph = Graph(dependencies: tasks.map(\.dependencies))
        _ = try graph.topologicalOrder()
        expansion = Expansion(instances: instances, graph: graph)
        behaviours = tasks.map { task in
            var behaviour = task.behaviour
            behaviour.inputBytes = Self.sortedInputBytes(task)
            return behaviour
        }
        bestKnownMakespan = nil
        machines = []
    }

    /// The graph's rows are sorted and without repetition, and so must be the bytes beside them.
    private static func sortedInputBytes(_ task: Task) -> [Int64] {
        guard !task.behaviour.inputBytes.isEmpty else { return [] }
        precondition(task.behaviour.inputBytes.count == task.dependencies.count, "bytes of '\(task.name)' do not match")
        var bytes: [Int64] = []
        var last: Int32?
        for index in task.dependencies.indices.sorted(by: { task.dependencies[$0] < task.dependencies[$1] }) {
            if task.dependencies[index] == last {
                bytes[bytes.count - 1] += task.behaviour.inputBytes[index]
            } else {
                bytes.append(task.behaviour.inputBytes[index])
                last = task.dependencies[index]
            }
        }
        return bytes
    }

    /// Tasks that run something; groups of a fan-out do not.
    public var taskCount: Int { expansion.instances.count { $0.kind == .command } }

    /// CPU time that the job needs on workers of reference speed, by the usual durations.
    ///
    /// - Parameter milliCPU: what a task takes that does not say.
    public func coreSeconds(milliCPU: Int64 = 1000) -> Double {
        var sum = 0.0
        for (instance, behaviour) in zip(expansion.instances, behaviours) where instance.kind == .command {
            sum += behaviour.duration.seconds * Double(instance.request.milliCPU ?? milliCPU) / 1000
        }
        return sum
    }

    public func arrival(run: Run.ID, at: Instant = .zero) -> Workload.Arrival {
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [], expansion: expansion)
        return Workload.Arrival(at: at, submission: submission, instanceBehaviours: behaviours)
    }
}
