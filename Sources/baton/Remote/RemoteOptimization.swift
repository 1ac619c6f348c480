import BatonCore
import BatonFormats

extension OptimizeCommand {
    /// Has the server look for what holds a workflow back, with what it knows of its tasks: a file that is here, or the file
    /// of a workflow that ran there.
    func run(on client: RemoteClient) throws {
        if let option = localOption {
            throw CommandFailure(
                "\(option) can't be asked of a server, which only tells what it finds. Leave it out", exit: .usage)
        }
        let workflow: Value
        if OptimizedWorkflow.isFile(subject) {
            workflow = try WorkflowFile.read(subject).remoteText
        } else {
            workflow = try client.value("/api/v1/workflows/\(subject.percentEncoded)/file")[entry: "text"] ?? .null
        }
        let answer = try client.post(
            "/api/v1/optimization/analyze",
            .object(["workflow": workflow, "alone": alone ? .boolean(true) : nil]))
        RemoteText.show(answer, isJSON: state.json)
    }

    /// What was asked for that only this machine can do.
    private var localOption: String? {
        let options = [
            (apply, "--apply"), (history, "--history"), (revert, "--revert"), (html != nil, "--html"),
            (!allow.isEmpty, "--allow"), (!assignments.isEmpty, "--set"), (cluster != nil, "--cluster"),
            (overhead != nil, "--overhead"), (sizing.rightSize, "--right-size"),
        ]
        return options.first(where: \.0)?.1 ?? machine.localOption
    }
}

extension WorkflowFile {
    /// As it stands, with its comments; what is made of several files becomes one.
    var remoteText: Value {
        get throws {
            if path.hasSuffix(".json") { return try JSONInput.read(source) }
            let alone = try? YAMLFormat.decode(source, file: "/workflow.yaml")
            return .string(alone?.workflow == workflow ? source : YAMLFormat.encode(workflow))
        }
    }
}

extension MachineOptions {
    /// What was said of this machine, which goes for no other.
    var localOption: String? {
        let options = [
            (givenJobs != nil, "--jobs"), (givenMemory != nil, "--memory"), (givenKind != nil, "--kind"),
            (policy.name != Settings.current.policy.name, "--policy"), (planning.span != nil, "--plan-budget"),
            (planning.objective != Settings.current.objective, "--objective"),
        ]
        return options.first(where: \.0)?.1
    }
}

/// An answer that brings its own words.
enum RemoteText {
    /// - Parameter answer: the sentences are its `text`.
    static func show(_ answer: Value, isJSON: Bool) {
        guard !isJSON, let text = answer[entry: "text"] else {
            guard case .map(let entries) = answer else { return JSONPrinter.print(answer) }
            return JSONPrinter.print(.map(entries.filter { $0.key != "text" }))
        }
        for line in text.elements { Output.data(line.string ?? "") }
    }
}
