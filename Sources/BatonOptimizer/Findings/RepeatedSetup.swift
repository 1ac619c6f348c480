import BatonCore

extension Analysis {
    /// Programs that fetch, unpack or install something, by which several tasks prepare the same.
    private static let setUpPrograms: Set<String> = [
        "git", "hg", "svn", "curl", "wget", "aws", "gsutil", "rsync", "scp", "tar", "unzip", "gunzip", "pip", "pip3",
        "uv", "conda",
        "mamba", "npm", "yarn", "cargo", "go", "mvn", "gradle", "apt-get", "docker", "singularity", "apptainer",
    ]
    private static let leastTasks = 3
    private static let mostLines = 8

    /// Scripts that begin with the same lines, of which one fetches, unpacks or installs something.
    static func repeatedSetup(_ context: Context) -> [Finding] {
        let subject = context.subject
        var groups: [String: [Int]] = [:]
        var order: [String] = []
        for (index, task) in subject.workflow.tasks.enumerated() {
            guard let lines = lines(of: task), lines.count > 1 else { continue }
            if groups[lines[0]] == nil { order.append(lines[0]) }
            groups[lines[0], default: []].append(index)
        }
        return order.compactMap { first -> Finding? in
            let tasks = groups[first]!
            let runs = tasks.reduce(0) { $0 + subject.members[$1].count }
            guard runs >= leastTasks else { return nil }
            let scripts = tasks.compactMap { lines(of: subject.workflow.tasks[$0]) }
            var shared = 1
            while shared < mostLines, scripts.allSatisfy({ $0.count > shared + 1 && $0[shared] == scripts[0][shared] })
            {
                shared += 1
            }
            let names = context.names(tasks)
            // The most lines that can be taken out; the rest may depend on a variable that they set.
            for count in stride(from: shared, to: 0, by: -1) where scripts[0].prefix(count).contains(where: isSetUp) {
                let edits = [WorkflowEdit.share(tasks: names, lines: count, name: freeName(subject.workflow))]
                guard (try? subject.workflow.applying(edits, parameters: subject.parameters)) != nil else { continue }
                let words = count == 1 ? "the same line" : "the same \(count) lines"
                return Finding(
                    kind: .repeatedSetup, tasks: names,
                    evidence: [
                        "\(context.words(for: tasks)) begin with \(words), such as '\(scripts[0].first(where: isSetUp)!)': "
                            + "that is done \(runs) times. How long it takes was not measured, so nothing is promised."
                    ],
                    rewrite: "Do it once, in a task of its own.", edits: edits, preserves: .results, risk: .low)
            }
            return nil
        }
    }

    /// Nil for what is no script.
    private static func lines(of task: Workflow.Task) -> [String]? {
        guard case .shell(let script) = task.action, !task.isFinally else { return nil }
        return script.source.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    }

    private static func isSetUp(_ line: String) -> Bool {
        line.split(separator: " ").first.map { setUpPrograms.contains(String($0)) } ?? false
    }

    private static func freeName(_ workflow: Workflow) -> String {
        let names = Set(workflow.tasks.map(\.name))
        return (["setup"] + (2...).lazy.prefix(1_000).map { "setup\($0)" }).first { !names.contains($0) } ?? "setup"
    }
}
