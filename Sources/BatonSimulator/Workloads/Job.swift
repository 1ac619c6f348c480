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
        let expansion = try workflow.expand(parameters: parameters)
        self.init(
            workflow: workflow, expansion: expansion,
            behaviours: expansion.instances.map { behaviours[Int($0.task)] })
    }

    /// A job made of single tasks; each kind becomes one task of its workflow.
    ///
    /// - Parameter deadline: wanted end, counted from arrival.
    /// - Throws: tasks that wait for each other, by their places in the list.
    public init(name: String, tasks: [Task], deadline: Duration? = nil) throws(GraphCycle) {
        var builder = JobBuilder(name: name)
        builder.reserve(tasks: tasks.count, dependencies: tasks.count)
        for (index, task) in tasks.enumerated() {
            let bytes = task.behaviour.inputBytes
            precondition(
                bytes.isEmpty || bytes.count == task.dependencies.count, "bytes of '\(task.name)' do not match")
            var behaviour = task.behaviour
            behaviour.inputBytes = []
            builder.add(
                task.name, kind: builder.kind(task.kind), request: task.request, priority: task.priority,
                behaviour: behaviour)
            for (place, dependency) in task.dependencies.enumerated() {
                builder.link(Int32(index), dependsOn: dependency, bytes: bytes.isEmpty ? 0 : bytes[place])
            }
        }
        self = try builder.finish(deadline: deadline)
    }

    init(workflow: Workflow, expansion: Expansion, behaviours: [Workload.Behaviour]) {
        name = workflow.name
        self.workflow = workflow
        self.expansion = expansion
        self.behaviours = behaviours
        bestKnownMakespan = nil
        machines = []
    }

    /// Tasks that run something; groups of a fan-out do not.
    public var taskCount: Int { expansion.instances.indices.count { expansion.instances[$0].kind == .command } }

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

    /// The longest chain of usual durations: no machines, however many, make it end sooner.
    public var criticalPath: Duration {
        .nanoseconds(expansion.graph.upwardRanks(nanoseconds: behaviours.map(\.duration.nanoseconds)).max() ?? 0)
    }

    /// The same job, more or less urgent.
    ///
    /// - Parameters:
    ///   - deadlineSlack: wanted end after arrival, as a multiple of the critical path; nil leaves deadlines as they are.
    ///   - priority: of all its tasks, 0 to 100; nil leaves priorities as they are.
    public func urged(deadlineSlack: Double? = nil, priority: Int32? = nil) -> Job {
        var job = self
        if let deadlineSlack {
            job.workflow.deadline = .nanoseconds(Int64(criticalPath.seconds * deadlineSlack * 1e9))
        }
        if let priority {
            let instances = expansion.instances.map { instance in
                var instance = instance
                instance.priority = priority
                return instance
            }
            job.expansion = Expansion(instances: instances, graph: expansion.graph)
        }
        return job
    }

    public func arrival(run: Run.ID, at: Instant = .zero) -> Workload.Arrival {
        let submission = Run.Submission(run: run, workflow: workflow, parameters: [], expansion: expansion)
        return Workload.Arrival(at: at, submission: submission, instanceBehaviours: behaviours)
    }
}
