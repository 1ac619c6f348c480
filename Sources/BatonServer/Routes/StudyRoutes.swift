import BatonCore
import BatonFormats
import BatonStore

extension RouteTable {
    /// What is computed of workflows and runs rather than read.
    static let studies: [Route] = [
        .post(
            "\(prefix)/optimization/analyze", .optimization,
            "Find what holds a workflow back beside the open runs, and what each cure gains.",
            body: [.json("AnalyzeRequest"), .workflow], answer: .json("OptimizationAnalysis"),
            handle: StudyRoutes.analyze),
        .post(
            "\(prefix)/optimization/apply", .optimization,
            "Change a workflow's file as chosen findings say; a new revision.", body: [.json("ApplyRequest")],
            answer: .json("Revision"), isIdempotent: true, handle: StudyRoutes.apply),
        .post(
            "\(prefix)/resources/predict", .resources, "What a task is expected to take.",
            body: [.json("PredictRequest")], answer: .json("ResourcePrediction"), handle: StudyRoutes.predict),
        .get(
            "\(prefix)/forecasts", .resources, "The load of the next hours, and the capacity for it.",
            query: [
                .init(
                    name: "horizon_seconds", summary: "How far to look; an hour by default.",
                    schema: #"{"type":"integer","minimum":60,"maximum":2592000,"default":3600}"#)
            ],
            answer: .json("Forecast"),
            handle: { call in
                let horizon = try call.integer("horizon_seconds", in: 60...2_592_000, default: 3_600)
                return .json(try await call.core.answers.forecast(.seconds(horizon)))
            }),
        .post(
            "\(prefix)/simulations", .resources, "Play runs on a virtual cluster.", body: [.json("SimulationRequest")],
            answer: .json("Any"), handle: { call in .json(try await call.core.answers.simulate(try call.json())) }),
        .post(
            "\(prefix)/experiments", .resources, "Compare policies on the same runs.",
            body: [.json("SimulationRequest")],
            answer: .json("Any"), handle: { call in .json(try await call.core.answers.experiment(try call.json())) }),
    ]
}

enum StudyRoutes {
    @Sendable static func analyze(_ call: Call) async throws -> Reply {
        let (file, findings, isAlone) = try await Computation.run { try workflow(call) }
        let start = call.core.clock()
        let answer = try await call.core.answers.analyze(file, findings, isAlone)
        call.core.metrics.observe(start.duration(to: call.core.clock()).seconds, in: .analysisSeconds)
        return .json(answer)
    }

    /// YAML; JSON that is a workflow; or JSON with `workflow`, which is YAML text or a workflow, findings to be tried, and
    /// whether it is looked at alone.
    private static func workflow(_ call: Call) throws -> (file: WorkflowFile, findings: [String], isAlone: Bool) {
        let folder = call.core.configuration.workingDirectory ?? "/"
        guard call.contentType == "application/json" else {
            return (try RunRequest.decode(try call.text(), isJSON: false, in: folder), [], false)
        }
        let value = try call.json()
        guard value["workflow"] != nil else {
            return (try RunRequest.decode(try call.text(), isJSON: true, in: folder), [], false)
        }
        var fields = try Fields(value)
        let workflow = fields.take("workflow") ?? .null
        let findings = try fields.strings("optimizations") ?? []
        let isAlone = try fields.boolean("alone") ?? false
        try fields.finish()
        if case .string(let text) = workflow {
            return (try RunRequest.decode(text, isJSON: false, in: folder), findings, isAlone)
        }
        return (try RunRequest.decode(workflow.json, isJSON: true, in: folder), findings, isAlone)
    }

    @Sendable static func apply(_ call: Call) async throws -> Reply {
        var fields = try Fields(try call.json())
        let workflow = try fields.require("workflow_id", try fields.string("workflow_id"))
        let findings = try fields.require("optimizations", try fields.strings("optimizations"))
        try fields.finish()
        guard !findings.isEmpty else { throw Problem.invalid("'optimizations' names none") }
        let path = try WorkflowRoutes.filePath(of: workflow, call) ?? workflow
        let answer = try await call.core.answers.apply(path, findings, call.principal.name)
        call.core.metrics.add(to: .optimizationsApplied)
        noteImprovement(of: workflow, call)
        try call.audit("optimization.applied", workflow, detail: findings.joined(separator: ", "))
        return .json(answer)
    }

    /// What the revision promises, as it was put on record.
    private static func noteImprovement(of workflow: String, _ call: Call) {
        let revisions = try? call.read { (store) throws(StoreError) in try store.optimizations(of: workflow) }
        guard let promise = revisions?.first?.promise else { return }
        call.core.metrics.set(.improvementRatio, to: promise.completionTime.mean)
    }

    @Sendable static func predict(_ call: Call) async throws -> Reply {
        var body = try Fields(try call.json())
        var specification = try body.require("task_spec", try body.object("task_spec"))
        var context = try body.object("context")
        let workflow = try context?.string("workflow")
        try context?.finish()
        try body.finish()
        let task = try TaskSpecification.read(&specification, needsCommand: false).0
        let start = call.core.clock()
        let answer = try await call.core.answers.predict(task, workflow)
        call.core.metrics.observe(start.duration(to: call.core.clock()).seconds, in: .predictionSeconds)
        return .json(answer)
    }
}
