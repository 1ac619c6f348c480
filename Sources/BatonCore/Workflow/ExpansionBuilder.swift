/// Turns tasks into instances; `ExpansionLinks` adds what they wait for.
struct Expander {
    let workflow: Workflow
    let parameters: [Workflow.Binding]
    var instances: [TaskInstance] = []
    var places: [String: Int32] = [:]
    var files = FileIndex()
    var edges: [Graph.Edge] = []
    /// By task: its command instances, and its group when it has a fan-out.
    var members: [Members]
    /// By task: copied out, as it is asked once for each edge.
    let isFinally: [Bool]
    private(set) var problems: [WorkflowError.Problem] = []

    struct Members {
        var commands = 0..<0
        var group: Int?

        /// What stands for the whole task.
        var representative: Int { group ?? commands.lowerBound }
    }

    init(_ workflow: Workflow, parameters: [Workflow.Binding]) {
        self.workflow = workflow
        self.parameters = parameters
        isFinally = workflow.tasks.map(\.isFinally)
        members = Array(repeating: Members(), count: workflow.tasks.count)
        instances.reserveCapacity(workflow.tasks.count)
        places.reserveCapacity(workflow.tasks.count)
    }

    init(_ workflow: Workflow, parameters: [Workflow.Binding], continuing expansion: Expansion) {
        self.workflow = workflow
        self.parameters = parameters
        isFinally = workflow.tasks.map(\.isFinally)
        members = Array(repeating: Members(), count: workflow.tasks.count)
        instances = expansion.instances
        edges = expansion.graph.edges
        places = expansion.places
        files = expansion.files
    }

    /// At most 100 are kept: a fan-out repeats its mistake in every instance.
    mutating func report(_ task: Workflow.Task, _ path: [String], _ message: String, hint: String? = nil) {
        guard problems.count < 100 else { return }
        problems.append(WorkflowError.Problem(path: ["tasks", task.name] + path, message: message, hint: hint))
    }

    mutating func addInstances(of index: Int) {
        let task = workflow.tasks[index]
        let first = instances.count
        guard let fanOut = task.fanOut else {
            add(task, index, named: task.name, bindings: [])
            members[index] = Members(commands: first..<instances.count)
            return
        }
        if fanOut.isDynamic {
            addGroup(task, index, isExpanded: false)
            members[index] = Members(group: first)
            registerForms(of: task, group: first)
        } else {
            addCombinations(of: task, index, fanOut, scope: Scope(parameters: parameters))
            members[index] = Members(commands: first..<instances.count, group: instances.count)
            addGroup(task, index, isExpanded: true)
        }
    }

    /// Adds the instances of a group whose values are known now, and what they wait for.
    mutating func expand(group: Int, scope: Scope) {
        let index = Int(instances[group].task)
        let first = instances.count
        instances[group].kind = .group(isExpanded: true)
        addCombinations(of: workflow.tasks[index], index, workflow.tasks[index].fanOut!, scope: scope)
        members[index] = Members(commands: first..<instances.count, group: group)
        if first == instances.count { return }
        // From now on the group waits for its instances, and they for what it waited for.
        let before = edges.filter { $0.node == Int32(group) }.map(\.dependency)
        edges.removeAll { $0.node == Int32(group) }
        linkCommands(of: workflow.tasks[index], index, Dependencies(named: before))
    }

    private mutating func addCombinations(
        of task: Workflow.Task, _ index: Int, _ fanOut: Workflow.FanOut, scope: Scope
    ) {
        let limit = Workflow.instanceLimit - instances.count
        let combinations: [Workflow.FanOut.Combination]
        do throws(FanOutError) {
            combinations = try fanOut.combinations(in: scope, limit: limit)
        } catch {
            let path = ["foreach"] + (error.axis.map { [$0] } ?? [])
            return report(task, path, "the fan-out of '\(task.name)': \(error.message)", hint: error.hint)
        }
        let size = fanOut.batch ?? 1
        for first in stride(from: 0, to: combinations.count, by: size) {
            let part = combinations[first..<min(first + size, combinations.count)]
            let names = part.map { "\(task.name)[\($0.label)]" }
            guard part.count > 1, let last = part.last else {
                add(task, index, named: names[0], bindings: combinations[first].bindings)
                continue
            }
            // By the name of each of its values a batch is found too.
            let place = Int32(instances.count)
            if let twice = names.first(where: { places.updateValue(place, forKey: $0) != nil }) {
                reportRepeated(twice, task)
                continue
            }
            let name = "\(task.name)[\(combinations[first].label)..\(last.label)]"
            add(task, index, named: name, batch: part.map(\.bindings))
        }
    }

    private mutating func reportRepeated(_ name: String, _ task: Workflow.Task) {
        report(
            task, ["foreach"], "the fan-out of '\(task.name)' gives '\(name)' twice",
            hint: "Remove the repeated value.")
    }

    private mutating func add(
        _ task: Workflow.Task, _ index: Int, named name: String, bindings: [Workflow.Binding] = [],
        batch: [[Workflow.Binding]] = []
    ) {
        let place = Int32(instances.count)
        if places.updateValue(place, forKey: name) != nil { return reportRepeated(name, task) }
        var instance = TaskInstance(
            name: name, task: Int32(index), bindings: bindings, batch: batch, priority: task.priority)
        let parts = instance.parts
        instance.expectedDuration = task.expectedDuration.map { $0 * parts.count }
        for (number, part) in parts.enumerated() where number == 0 || !task.request.isExact {
            do throws(QuantityError) {
                let own = try workflow.request(task.request, in: Scope(parameters: parameters, bindings: part))
                instance.request = number == 0 ? own : instance.request.greater(own)
            } catch {
                report(task, ["resources", error.entry], "'\(name)': \(error.message)", hint: error.hint)
            }
        }
        instances.append(instance)
        registerOutputs(of: task, place)
    }

    private mutating func addGroup(_ task: Workflow.Task, _ index: Int, isExpanded: Bool) {
        places[task.name] = Int32(instances.count)
        instances.append(
            TaskInstance(
                name: task.name, task: Int32(index), kind: .group(isExpanded: isExpanded), priority: task.priority))
    }

    private mutating func registerOutputs(of task: Workflow.Task, _ place: Int32) {
        if task.outputs.isEmpty { return }
        let instance = instances[Int(place)]
        // Of a batch, which part writes a path.
        var writers: [String: Int] = [:]
        for (part, bindings) in instance.parts.enumerated() {
            let scope = Scope(parameters: parameters, bindings: bindings)
            guard let directory = directory(of: task, place, scope) else { return }
            for (number, output) in task.outputs.enumerated() {
                let formula = TaskFormula.Place.output(number)
                guard let text = render(output, formula, of: task, place, scope) else { continue }
                let path = Path.normalized(text, in: directory)
                var others: (String, String)?
                if let other = files.add(path, maker: place) { others = (instances[Int(other)].name, instance.name) }
                if !instance.batch.isEmpty, !Glob.isPattern(path),
                    let other = writers.updateValue(part, forKey: path), other != part
                {
                    let names = [other, part].map { "\(task.name)[\(Workflow.FanOut.label(instance.batch[$0]))]" }
                    others = (names[0], names[1])
                }
                guard let others else { continue }
                report(
                    task, formula.path, "'\(others.0)' and '\(others.1)' both write '\(path)'",
                    hint: "Give each its own path, or let one task write it.")
            }
        }
    }

    /// Until a group is expanded, files that look like its outputs are taken to be made by the group.
    private mutating func registerForms(of task: Workflow.Task, group: Int) {
        let scope = Scope(parameters: parameters)
        let directory = task.workingDirectory?.form(in: scope, unknown: "**") ?? ""
        for output in task.outputs {
            let form = Path.normalized(output.form(in: scope, unknown: "**"), in: directory)
            files.add(Glob(form.utf8.last == UInt8(ascii: "/") ? form + "**" : form), maker: Int32(group))
        }
    }

    /// The working directory from the base; empty for the base itself, nil when it has no value.
    mutating func directory(of task: Workflow.Task, _ place: Int32, _ scope: Scope) -> String? {
        guard let workingDirectory = task.workingDirectory else { return "" }
        return render(workingDirectory, .workingDirectory, of: task, place, scope)
    }

    mutating func render(
        _ template: Template, _ formula: @autoclosure () -> TaskFormula.Place, of task: Workflow.Task, _ place: Int32,
        _ scope: Scope
    ) -> String? {
        do throws(ExpressionError) {
            return try template.render(in: scope)
        } catch {
            report(task, formula().path, "'\(instances[Int(place)].name)': \(error.message)", hint: error.hint)
            return nil
        }
    }

    /// The finished graph.
    ///
    /// - Throws: all problems reported; when there are none, a cycle.
    func graph() throws(WorkflowError) -> Graph {
        if !problems.isEmpty { throw WorkflowError(problems) }
        let graph = Graph(count: instances.count, edges: edges)
        do throws(GraphCycle) {
            _ = try graph.topologicalOrder()
        } catch {
            throw WorkflowError([workflow.cycleProblem(error.nodes.map { instances[Int($0)] })])
        }
        return graph
    }
}

extension Workflow {
    func cycleProblem(_ instances: [TaskInstance]) -> WorkflowError.Problem {
        cycleProblem(instances.map { (name: $0.name, task: tasks[Int($0.task)].name) })
    }

    /// Names the tasks on a cycle, or the instances when all belong to one task.
    func cycleProblem(_ nodes: [(name: String, task: String)]) -> WorkflowError.Problem {
        var names: [String] = []
        for node in nodes where names.last != node.task { names.append(node.task) }
        if names.count > 1, names.last == names.first { names.removeLast() }
        if names.count == 1 { names = nodes.map(\.name) }
        names.append(names[0])
        return WorkflowError.Problem(
            path: ["tasks", nodes[0].task, "needs"],
            message: "tasks wait for each other in a circle: " + names.joined(separator: " → "),
            hint: "Remove one of these dependencies; "
                + "they come from 'needs', from what is read of 'tasks', and from files.")
    }
}
