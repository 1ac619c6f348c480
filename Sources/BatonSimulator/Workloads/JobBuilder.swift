public import BatonCore

/// A job in the making: flat lists of tasks and dependencies, for traces and generators with a million of them.
///
/// Fan-outs get one node that stands for all of their instances, so that a stage of 1,000 tasks behind another one of
/// 1,000 costs 2,000 edges and not a million.
public struct JobBuilder: Sendable {
    public let name: String
    private var kinds: [String: Int32] = [:]
    private var definitions: [Workflow.Task] = []
    private var instances: [TaskInstance] = []
    private var behaviours: [Workload.Behaviour] = []
    private var edges: [Graph.Edge] = []
    /// Beside `edges`, up to the last edge that carries data.
    private var edgeBytes: [Int64] = []

    public init(name: String) {
        self.name = name
    }

    public mutating func reserve(tasks: Int, dependencies: Int) {
        instances.reserveCapacity(tasks)
        behaviours.reserveCapacity(tasks)
        edges.reserveCapacity(dependencies)
    }

    /// Tasks so far; groups count too.
    public var count: Int { instances.count }

    /// The number of the tasks that run the same program; a new one for a new name.
    public mutating func kind(_ name: String) -> Int32 {
        if let known = kinds[name] { return known }
        let kind = Int32(definitions.count)
        kinds[name] = kind
        definitions.append(Workflow.Task(name: name, action: .shell(Template(literal: "true"))))
        return kind
    }

    /// - Parameters:
    ///   - name: unique in the job.
    ///   - behaviour: without input bytes; `link` brings them.
    /// - Returns: its place, for `link`.
    @discardableResult
    public mutating func add(
        _ name: String, kind: Int32, request: TaskInstance.Request = .init(), priority: Int32 = 50,
        behaviour: Workload.Behaviour
    ) -> Int32 {
        instances.append(TaskInstance(name: name, task: kind, request: request, priority: priority))
        behaviours.append(behaviour)
        return Int32(instances.count - 1)
    }

    /// Adds what stands for the tasks of a fan-out: done when they all are, and never run itself.
    ///
    /// - Returns: its place; what waits for the fan-out is linked to it.
    public mutating func addGroup(_ name: String, kind: Int32, of members: Range<Int32>) -> Int32 {
        let priority = members.first.map { instances[Int($0)].priority } ?? 50
        instances.append(TaskInstance(name: name, task: kind, kind: .group(isExpanded: true), priority: priority))
        behaviours.append(Workload.Behaviour(duration: .zero))
        let group = Int32(instances.count - 1)
        for member in members { edges.append(Graph.Edge(group, dependsOn: member)) }
        return group
    }

    /// - Parameter bytes: what `task` reads of what `dependency` wrote.
    public mutating func link(_ task: Int32, dependsOn dependency: Int32, bytes: Int64 = 0) {
        edges.append(Graph.Edge(task, dependsOn: dependency))
        guard bytes > 0 else { return }
        while edgeBytes.count < edges.count - 1 { edgeBytes.append(0) }
        edgeBytes.append(bytes)
    }

    /// Changes the tasks that were added so far, in their order.
    mutating func adjustTasks(_ change: (inout TaskInstance, inout Workload.Behaviour) -> Void) {
        for index in instances.indices where instances[index].kind == .command {
            change(&instances[index], &behaviours[index])
        }
    }

    /// - Parameter deadline: wanted end, counted from arrival.
    /// - Throws: tasks that wait for each other, by their places.
    /// - Complexity: O(V + E).
    public consuming func finish(deadline: Duration? = nil) throws(GraphCycle) -> Job {
        let graph = Graph(count: instances.count, edges: edges)
        _ = try graph.topologicalOrder()
        addInputBytes(graph)
        let workflow = Workflow(name: name, deadline: deadline, tasks: definitions)
        return Job(
            workflow: workflow, expansion: Expansion(instances: instances, graph: graph), behaviours: behaviours)
    }

    /// The graph's rows are sorted and without repetition, and so must be the bytes beside them.
    private mutating func addInputBytes(_ graph: Graph) {
        for (edge, bytes) in zip(edges, edgeBytes) where bytes > 0 {
            let row = graph.dependencies(of: Int(edge.node))
            if behaviours[Int(edge.node)].inputBytes.isEmpty {
                behaviours[Int(edge.node)].inputBytes = Array(repeating: 0, count: row.count)
            }
            let place = Self.place(of: edge.dependency, in: row)
            let (sum, overflow) = behaviours[Int(edge.node)].inputBytes[place].addingReportingOverflow(bytes)
            behaviours[Int(edge.node)].inputBytes[place] = overflow ? .max : sum
        }
    }

    /// By halving; the row is sorted and holds it.
    private static func place(of dependency: Int32, in row: ArraySlice<Int32>) -> Int {
        var (low, high) = (row.startIndex, row.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if row[middle] < dependency { low = middle + 1 } else { high = middle }
        }
        return low - row.startIndex
    }
}
