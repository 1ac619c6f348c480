import BatonCore
import Glibc

/// Turns an order of the engine into a process to start: command, environment, folder.
struct LaunchBuilder {
    let folder: RunFolder
    let secrets: Secrets
    let tracer: FileTracer?

    /// - Throws: `ExpressionError` when the command mentions something that has no value.
    func launch(_ order: Effect.Order, engine: Engine) throws(ExpressionError) -> Launch {
        let reference = order.attempt.reference
        guard let task = engine.definition(of: reference), let scope = engine.scope(of: reference),
            let parts = engine.partScopes(of: reference), let submission = engine.submission(of: order.attempt.run)
        else { preconditionFailure("order for unknown attempt \(order.attempt)") }
        let instance = engine.instances(of: order.attempt.run)[Int(reference.task.index)]
        var environment = try rendered(submission.workflow.environment, in: scope)
        environment += try rendered(task.environment, in: scope)
        for name in submission.workflow.secrets + task.secrets {
            if let value = secrets.value(of: name) { environment.append("\(name)=\(value)") }
        }
        environment += ownVariables(order, instance: instance.name, submission)
        var launch = Launch(
            attempt: order.attempt,
            arguments: try Self.arguments(of: task.action, in: parts),
            environment: environment,
            directory: try Self.directory(of: task, in: scope, below: submission.directory),
            standardOutput: RunFolder.standardOutput(of: order.attempt),
            standardError: RunFolder.standardError(of: order.attempt),
            memoryLimitBytes: order.memoryLimitBytes,
            milliCPU: order.grant.milliCPU
        )
        if let tracer {
            launch.tracer = tracer.command(writingTo: folder.path + "/" + RunFolder.trace(of: order.attempt))
        }
        return launch
    }

    static func directory(
        of task: Workflow.Task, in scope: Scope, below base: String
    ) throws(ExpressionError) -> String {
        guard let template = task.workingDirectory else { return base }
        let path = try template.render(in: scope)
        return path.hasPrefix("/") ? path : base + "/" + path
    }

    /// - Parameter parts: several where it is done for several values, one after the other.
    static func arguments(of action: Workflow.Task.Action, in parts: [Scope]) throws(ExpressionError) -> [String] {
        if parts.count > 1 { return ["/bin/sh", "-c", "set -e\n" + (try action.batchScript(for: parts))] }
        let scope = parts[0]
        switch action {
        case .shell(let template):
            let script = try template.render(in: scope)
            // A later line must not hide that an earlier one failed.
            let isLong = script.utf8.dropLast().contains(UInt8(ascii: "\n"))
            return ["/bin/sh", "-c", isLong ? "set -e\n" + script : script]
        case .arguments(let templates):
            var arguments: [String] = []
            for template in templates { arguments.append(try template.render(in: scope)) }
            return arguments
        }
    }

    private func rendered(
        _ variables: [Workflow.EnvironmentVariable], in scope: Scope
    ) throws(ExpressionError) -> [String] {
        var lines: [String] = []
        for variable in variables { lines.append("\(variable.name)=\(try variable.value.render(in: scope))") }
        return lines
    }

    /// What every task is told about itself: the grant as it is now, not as it was when the workflow was written.
    private func ownVariables(
        _ order: Effect.Order, instance: String, _ submission: Run.Submission
    ) -> [String] {
        let attempt = order.attempt
        return [
            "BATON_RUN=\(attempt.run)",
            "BATON_ATTEMPT=\(attempt.run)/\(attempt.supervisorKey)",
            "BATON_ATTEMPT_NUMBER=\(attempt.number)",
            "BATON_WORKFLOW=\(submission.workflow.name)",
            "BATON_TASK=\(instance)",
            "BATON_CPUS=\(max(1, order.grant.milliCPU / 1000))",
            "BATON_MEMORY_BYTES=\(order.grant.memoryBytes)",
            "BATON_OUTPUT=\(folder.path)/\(RunFolder.outputValues(of: attempt))",
            "TRACEPARENT=\(Self.traceParent(attempt, submission.trace))",
        ]
    }

    /// W3C trace context: the submitter's trace or one for the run, one span for the attempt.
    private static func traceParent(_ attempt: Attempt.ID, _ trace: TraceParent?) -> String {
        let own = hexadecimal(SeededGenerator.mix(attempt.run.rawValue)) + hexadecimal(attempt.run.rawValue)
        return (trace ?? TraceParent(trace: own, isSampled: true)).header(span: hexadecimal(attempt.seed | 1))
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension Attempt.ID {
    /// Names the attempt within its run's supervisor.
    var supervisorKey: UInt64 {
        UInt64(UInt32(bitPattern: task.index)) << 32 | UInt64(UInt32(bitPattern: number))
    }

    init(run: Run.ID, supervisorKey key: UInt64) {
        self.init(run: run, task: TaskInstance.ID(Int(key >> 32)), number: Int32(truncatingIfNeeded: key))
    }
}
