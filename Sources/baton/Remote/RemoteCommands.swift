import ArgumentParser
import BatonCore
import BatonFormats
import BatonRuntime
import BatonSimulator
import BatonStore
import Foundation

// What the commands do when they are asked of a server.

extension RunCommand {
    /// Checks the file here, where its path means something, and hands it to the server.
    func run(on client: RemoteClient) throws {
        try refuseWhatIsLocal()
        let file = try WorkflowFile.read(file)
        for warning in file.warnings { Output.messages(warning.text) }
        do throws(WorkflowError) {
            _ = try file.workflow.resolveParameters(assignments.map(\.binding))
        } catch {
            throw file.locate(error)
        }
        var body = [Value.Entry(key: "workflow", value: try file.remoteText)]
        let parameters = assignments.map { Value.Entry(key: $0.binding.name, value: $0.binding.value) }
        if !parameters.isEmpty { body.append(Value.Entry(key: "parameters", value: .map(parameters))) }
        if let directory { body.append(Value.Entry(key: "directory", value: .string(directory))) }
        let answer = try client.post("/api/v1/runs", .map(body))
        guard let id = answer[entry: "run"]?.string.flatMap({ Run.ID($0) }) else {
            throw CommandFailure("\(client.address) answers with something that is no run: is it a Baton server?")
        }
        try RemoteRun(id: id, client: client).drive(isJSON: state.json, isNew: true)
    }

    private func refuseWhatIsLocal() throws {
        let refused = [
            (resume, "--resume"), (shadow.policy != nil, "--shadow"), (sizing.rightSize, "--right-size"),
            (tracing.traceFiles, "--trace-files"),
        ]
        guard let option = refused.first(where: \.0)?.1 ?? machine.localOption else { return }
        throw CommandFailure(
            "\(option) can't be asked of a server: how it runs tasks is said where it is started. Leave it out",
            exit: .usage)
    }
}

extension PsCommand {
    func run(on client: RemoteClient) throws {
        var runs: [RunSummary] = []
        var cursor: String?
        repeat {
            var path = "/api/v1/runs?limit=\(min(200, number - runs.count))"
            if !status.isEmpty { path += "&status=\(status.map(\.status.rawValue).joined(separator: ","))" }
            if let workflow { path += "&workflow=\(workflow.percentEncoded)" }
            if let cursor { path += "&cursor=\(cursor)" }
            let page = try client.value(path)
            runs += (page[entry: "runs"]?.elements ?? []).compactMap(RunSummary.init)
            cursor = page[entry: "next_cursor"]?.string
        } while cursor != nil && runs.count < number
        let view = RunList(runs: runs.map { ($0, RunStanding($0.status, isDriven: true)) })
        show(view, options: client.commandOptions, advice: "Nothing has run yet on \(client.address).")
    }
}

extension RunSummary {
    /// Reads a run as the server writes it.
    init?(_ value: Value) {
        guard let id = value[entry: "run"]?.string.flatMap({ Run.ID($0) }),
            let status = value[entry: "status"]?.string.flatMap({ Run.Status(rawValue: $0) }),
            let submitted = value[entry: "submitted"]?.string.flatMap({ Self.instant($0) })
        else { return nil }
        var counts = TaskCounts()
        var parameters: [Workflow.Binding] = []
        for label in TaskState.Label.allCases {
            if case .number(let count)? = value[entry: "counts"]?[entry: label.rawValue] { counts[label] = Int(count) }
        }
        if case .map(let entries)? = value[entry: "parameters"] {
            parameters = entries.map { Workflow.Binding(name: $0.key, value: $0.value) }
        }
        self.init(
            id: id, workflow: value[entry: "workflow"]?.string ?? "", source: value[entry: "source"]?.string,
            directory: value[entry: "directory"]?.string ?? "", parameters: parameters, status: status,
            submitted: submitted, ended: value[entry: "ended"]?.string.flatMap { Self.instant($0) }, counts: counts)
    }
}

extension RunSummary {
    /// To the millisecond.
    private static func instant(_ text: String) -> Instant? {
        guard let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) else {
            return nil
        }
        return Instant(nanoseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()) * 1_000_000)
    }
}

extension GetCommand {
    func run(on client: RemoteClient) throws {
        if files {
            throw CommandFailure("--files can't be asked of a server: it traces no files. Leave it out", exit: .usage)
        }
        let run = try RemoteRun(argument.name, client: client)
        try show(run.id, try run.record().store, options: client.commandOptions, isDriven: true)
    }
}

extension LogsCommand {
    func run(on client: RemoteClient) throws {
        let run = try RemoteRun(argument.name, client: client)
        let record = try run.record()
        try print(run.id, record.store, RemoteLogs(client: client)) {
            // Each look asks for the logs of all running tasks: rarer than on this machine, where it costs nothing.
            Pause.sleep(.milliseconds(500))
            try record.advance(within: .zero)
            return record.store
        }
    }
}

extension ExplainCommand {
    func run(on client: RemoteClient) throws {
        if whyRun { throw CommandFailure("--why-run can't be asked of a server. Leave it out", exit: .usage) }
        let run = try RemoteRun(argument.name, client: client)
        let path: String
        if let task {
            path = "\(run.path)/tasks/\(task.percentEncoded)/explanation"
        } else if let decision {
            return RemoteText.show(try explanation(of: decision, in: run), isJSON: state.json)
        } else {
            path = "\(run.path)/explanation"
        }
        RemoteText.show(try client.value(path), isJSON: state.json)
    }

    private func explanation(of decision: Int64, in run: RemoteRun) throws -> Value {
        let all = try run.client.value("\(run.path)/decisions")[entry: "decisions"]?.elements ?? []
        let made = all.first { $0[entry: "number"] == .number(decision) }
        guard let id = made?[entry: "decision_id"]?.string else {
            throw CommandFailure("run \(run.id) has no decision \(decision)", exit: .usage)
        }
        let answer = try run.client.value("/api/v1/scheduling/decisions/\(id)")
        return answer[entry: "explanation"] ?? answer
    }
}

extension WaitCommand {
    func run(on client: RemoteClient) throws {
        let run = try RemoteRun(argument.name, client: client)
        let end = timeout.map { LiveClock().now.advanced(by: $0.duration) }
        let status = try run.follow(nil, until: end)
        guard status.isTerminal else {
            Output.messages("Run \(run.id) is still \(status.rawValue).")
            throw ExitCode(ExitStatus.timeout.rawValue)
        }
        guard let summary = RunSummary(try client.value(run.path)) else { return }
        try finish(summary)
    }
}
