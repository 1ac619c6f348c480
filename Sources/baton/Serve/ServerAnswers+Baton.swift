import BatonCore
import BatonFormats
import BatonPrediction
import BatonRuntime
import BatonServer
import BatonStore

extension ServerAnswers {
    /// Everything that a server is asked and only the command knows how to answer.
    ///
    /// - Parameter machine: as far as it may be used.
    init(data: DataDirectory, engine: LiveEngine, machine: MachineOptions, queue: QueueOutlook) {
        self.init()
        let capacity = machine.capacity(directory: data.path)
        let optimize = ["optimize", "--in-server"] + machine.arguments
        let study = Study(data)
        explainRun = { run in
            let explanation = RunExplanation(story: try await Self.story(of: run, data, engine))
            return Self.json(explanation.json, explanation.lines)
        }
        explainTask = { task in
            let story = try await Self.story(of: task.run, data, engine)
            let explanation = TaskExplanation(story: story, task: Int(task.task.index))
            return Self.json(explanation.json, explanation.lines)
        }
        explainDecision = { attempt in
            let story = try await Self.story(of: attempt.run, data, engine)
            guard let number = story.decisions.first(where: { $0.attempt == attempt })?.number else { return nil }
            let explanation = try DecisionExplanation(number, of: story)
            return Self.json(explanation.json, explanation.lines)
        }
        outlook = { task, load in try queue.outlook(of: task, load, at: LiveClock().now) }
        analyze = { file, findings, isAlone in
            let options = (isAlone ? ["--alone"] : []) + (findings.isEmpty ? [] : ["--apply", "--dry-run"])
            return try await study.run(
                optimize + options + ["--", "-"] + findings, input: (file.source, "workflow.yaml"))
        }
        apply = { workflow, findings, _ in
            try await study.run(optimize + ["--apply", "--", workflow] + findings)
        }
        predict = { task, workflow in
            try Self.prediction(of: task, workflow, data, isAvailable: { $0.fits(in: capacity) })
        }
        simulate = { body in
            let request = try SimulationRequest(body)
            return try await study.run(request.arguments, input: request.input)
        }
        experiment = { body in
            let request = try SimulationRequest(body, comparesTwo: true)
            return try await study.run(request.arguments, input: request.input)
        }
        forecast = { horizon in
            try await study.run(["forecast", "--horizon", "\(Int(horizon.seconds))s"])
        }
        policies = {
            .init(
                Value.object([
                    "policies": .list(Wiring.policyNames.map { .object(["name": .string($0)]) })
                ]).json.utf8)
        }
        models = {
            let store = try data.store()
            let list = ModelList(models: try store.models(of: TaskModel.kind), now: LiveClock().now)
            return .init(Value.object(["models": list.json]).json.utf8)
        }
        sendWebhook = WebhookSender.send
        checks = [
            Check(name: "models") {
                let task = Workflow.Task(name: "probe", action: .arguments([Template(literal: "true")]))
                _ = try Self.prediction(of: task, nil, data, isAvailable: { _ in true })
            }
        ]
    }

    private static func story(of run: Run.ID, _ data: DataDirectory, _ engine: LiveEngine) async throws -> RunStory {
        let live = await engine.snapshot()
        return try RunStory(run: run, store: data.store(), data: data, now: LiveClock().now, live: live)
    }

    /// What a command prints as JSON, and the same in sentences.
    private static func json(_ value: Value, _ lines: [StyledLine]) -> JSON {
        let text = Value.list(lines.map { .string($0.rendered(hasColor: false)) })
        guard case .map(let entries) = value else { preconditionFailure("an explanation is an object") }
        return Array(Value.map(entries + [Value.Entry(key: "text", value: text)]).json.utf8)
    }

    /// What a task that belongs to no workflow's file takes.
    static func estimate(ofScheduled task: Workflow.Task, _ data: DataDirectory) throws -> Estimate? {
        try taken(by: task, in: Workflow(name: Orchestrator.queueName, tasks: [task]), data).estimate
    }

    private static func taken(
        by task: Workflow.Task, in workflow: Workflow, _ data: DataDirectory
    ) throws -> (request: TaskInstance.Request, estimate: Estimate?) {
        let instance = try workflow.expand(parameters: []).instances[0]
        let estimate = try Wiring.estimator(for: workflow, store: data.store()).estimate(
            workflow: workflow.name, task: task.name, instance: instance.name, request: instance.request)
        return (instance.request, estimate)
    }

    private static func prediction(
        of task: Workflow.Task, _ workflow: String?, _ data: DataDirectory, isAvailable: (Resources) -> Bool
    ) throws -> JSON {
        let workflow = Workflow(name: workflow ?? task.name, tasks: [task])
        let (request, estimate) = try taken(by: task, in: workflow, data)
        let basis = RequestBasis(request: request, estimate: estimate)
        let wanted = Resources(milliCPU: basis.milliCPU, memoryBytes: basis.memoryBytes ?? 0)
        let seconds = estimate.map { Double($0.durationP50Nanoseconds) / 1e9 }
        let confidence = estimate.map { estimate in
            estimate.durationP90Nanoseconds > 0
                ? Double(estimate.durationP50Nanoseconds) / Double(estimate.durationP90Nanoseconds) : 0
        }
        return .init(
            Value.object([
                "cpu_cores": .number(Double(basis.milliCPU) / 1000),
                "memory_gb": basis.memoryBytes.map { .number(Double($0) / 1e9) } ?? .null,
                "duration_seconds": seconds.map { .number($0) } ?? .null,
                "confidence": .number(confidence ?? 0),
                "capacity_available": .boolean(isAvailable(wanted)),
                "basis": .object(["cpu": .string(basis.cpu.rawValue), "memory": .string(basis.memory.rawValue)]),
                "prediction": estimate.map(Value.estimate) ?? .null,
            ]).json.utf8)
    }
}
