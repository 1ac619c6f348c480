public import BatonCore

/// Workflows drawn from a seed: chains, fans of equal width, files, repeated set-up, equal tasks, limits.
public struct RandomWorkflow {
    private var generator: SeededGenerator

    /// A workflow that is valid with the default parameters.
    public static func make(seed: UInt64) -> Workflow {
        var draw = RandomWorkflow(generator: SeededGenerator(seed: seed))
        while true {
            let workflow = draw.workflow()
            if workflow.validate().isEmpty { return workflow }
        }
    }

    /// Edits that this workflow suggests; some of them are refused.
    public static func candidates(for workflow: Workflow, seed: UInt64) -> [WorkflowEdit] {
        var draw = RandomWorkflow(generator: SeededGenerator(seed: seed))
        return draw.structuralEdits(workflow) + draw.simpleEdits(workflow)
    }

    private mutating func chance(_ share: Double) -> Bool { generator.unit() < share }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    private mutating func workflow() -> Workflow {
        var workflow = Workflow(name: "random", limits: [.init(name: "db", capacity: 2)], tasks: [])
        for number in 0..<Int.random(in: 3...9, using: &generator) {
            if number > 1, chance(0.15) {
                var twin = pick(workflow.tasks)
                twin.name = "t\(number)"
                twin.outputs = []
                if chance(0.5) { twin.needs = needs(among: workflow.tasks, for: twin) }
                workflow.tasks.append(twin)
            } else {
                workflow.tasks.append(task("t\(number)", after: workflow.tasks))
            }
        }
        if chance(0.2) { workflow.tasks[workflow.tasks.count - 1].isFinally = true }
        if !workflow.tasks.contains(where: { !$0.request.slots.isEmpty }) { workflow.limits = [] }
        return workflow
    }

    private mutating func task(_ name: String, after others: [Workflow.Task]) -> Workflow.Task {
        var task = Workflow.Task(name: name, action: .shell(Template(literal: "true")))
        if chance(0.4) {
            let values: [Value] = [.string("a"), .string("b c"), .string("d")]
            task.fanOut = .init(axes: [.init(name: "x", values: .list(Array(values.prefix(chance(0.7) ? 3 : 2))))])
        }
        task.needs = needs(among: others, for: task)
        let suffix = task.fanOut == nil ? "" : "-${{ x }}"
        if chance(0.5) { task.outputs = [template("out/\(name)\(suffix).txt")] }
        if let other = others.last, chance(0.4), other.fanOut == task.fanOut, let output = other.outputs.first {
            task.inputs = [output]
        }
        task.action = action(name, suffix, others)
        if chance(0.3) { task.request.memoryBytes = .exactly(pick([500_000_000, 4_000_000_000, 3 << 30, 1_234_567])) }
        if chance(0.3) { task.request.milliCPU = .exactly(pick([500, 1000, 2000, 2750])) }
        if chance(0.1) { task.request.slots = [.init(limit: "db", units: 1)] }
        if chance(0.3) {
            task.retry = pick([
                RetryRule(limit: 2), RetryRule(limit: 1, backoff: .seconds(5), triggers: [.exitCode(7)]),
            ])
        }
        if chance(0.3) { task.timeout = pick([.seconds(90), .seconds(3600)]) }
        if chance(0.2) { task.speculation = pick([.seconds(60), .milliseconds(1500)]) }
        if chance(0.2) { task.priority = 80 }
        if chance(0.1) { task.environment = [.init(name: "MODE", value: template("fast"))] }
        if chance(0.1) { task.isCached = true }
        return task
    }

    private mutating func needs(among others: [Workflow.Task], for task: Workflow.Task) -> [Template] {
        guard let last = others.last else { return [] }
        var needed = chance(0.7) ? [last] : []
        while chance(0.25), needed.count < 3 {
            let other = pick(others)
            if !needed.contains(where: { $0.name == other.name }) { needed.append(other) }
        }
        return needed.map { other in
            let isLinked = other.fanOut != nil && other.fanOut == task.fanOut && chance(0.7)
            return template(isLinked ? "\(other.name)[${{ x }}]" : other.name)
        }
    }

    private mutating func action(
        _ name: String, _ suffix: String, _ others: [Workflow.Task]
    ) -> Workflow.Task.Action {
        if chance(0.1) { return .arguments(["cc", "-c", "it's", "a b"].map { Template(literal: $0) }) }
        var lines = chance(0.4) ? ["tool install --quiet", "mkdir -p out"] : []
        lines += pick([
            ["make \(name)\(suffix)"], ["cd src; make \(name)"], ["X=1", "echo $X > \(name)", "false || exit 3"],
        ])
        if chance(0.1), let other = others.last, other.fanOut == nil {
            lines.append("echo ${{ tasks.\(other.name).stdout }}")
        }
        return .shell(template(lines.joined(separator: "\n") + (chance(0.5) ? "\n" : "")))
    }

    private mutating func structuralEdits(_ workflow: Workflow) -> [WorkflowEdit] {
        var edits: [WorkflowEdit] = []
        let tasks = workflow.tasks
        for task in tasks {
            for before in tasks where task.needs.contains(where: { $0.source.hasPrefix(before.name) }) {
                edits.append(.fuse(tasks: [before.name, task.name]))
                for first in tasks where before.needs.contains(where: { $0.source.hasPrefix(first.name) }) {
                    edits.append(.fuse(tasks: [first.name, before.name, task.name]))
                }
            }
            for other in tasks where other.name < task.name && other.needs == task.needs {
                edits.append(.fuse(tasks: [other.name, task.name]))
            }
            if task.fanOut != nil { edits.append(.setBatch(task: task.name, size: 2)) }
            for other in tasks where other.name != task.name && other.action == task.action {
                edits.append(.merge(task: task.name, into: other.name))
            }
        }
        let prepared = tasks.filter { task in
            if case .shell(let script) = task.action { script.source.hasPrefix("tool install") } else { false }
        }
        for count in 1...2 {
            edits.append(.share(tasks: prepared.map(\.name), lines: count, name: "set-up"))
            for task in prepared { edits.append(.share(tasks: [task.name], lines: count, name: "set-up")) }
        }
        return edits.shuffled(using: &generator)
    }

    private mutating func simpleEdits(_ workflow: Workflow) -> [WorkflowEdit] {
        var edits: [WorkflowEdit] = []
        for task in workflow.tasks {
            for need in task.needs { edits.append(.removeNeed(task: task.name, need: need.source)) }
            edits.append(.addNeed(task: task.name, need: pick(workflow.tasks).name))
            edits.append(.setMemory(task: task.name, bytes: Int64.random(in: 1...20_000_000_000, using: &generator)))
            edits.append(.setCPU(task: task.name, milliCPU: Int64.random(in: 1...20_000, using: &generator)))
            edits.append(.setPriority(task: task.name, Int32.random(in: 0...100, using: &generator)))
            edits.append(.setCached(task: task.name, chance(0.5)))
            edits.append(.setWorkerKinds(task: task.name, chance(0.5) ? ["small"] : ["small", "old, but cheap"]))
            edits.append(.setTimeout(task: task.name, pick([.seconds(7200), .milliseconds(1500), .nanoseconds(1)])))
            edits.append(
                .setSpeculation(task: task.name, pick([.seconds(600), .milliseconds(2500), .nanoseconds(1)])))
            edits.append(
                .setRetries(
                    task: task.name,
                    pick([
                        RetryRule(limit: 4), .never,
                        RetryRule(
                            limit: 3, backoff: .seconds(2), backoffLimit: .seconds(60),
                            triggers: [.outOfMemory, .exitCode(3)]),
                    ])))
            edits.append(.removeSlots(task: task.name, limit: "db"))
            edits.append(.addSlot(task: task.name, limit: "db"))
        }
        edits.append(.addLimit(name: "db-pool", capacity: Int64.random(in: 1...9, using: &generator)))
        edits.append(.setLimit(name: "db", capacity: Int64.random(in: 1...9, using: &generator)))
        return edits.shuffled(using: &generator)
    }

    private func template(_ text: String) -> Template {
        guard let template = try? Template(parsing: text) else { preconditionFailure("\(text) is no template") }
        return template
    }
}
