import BatonCore
import BatonFormats
import BatonServer

/// What to simulate, as the API's body says it and `baton simulate` takes it.
///
/// `{"run": "latest", "policies": ["fifo", "intelligent"], "workers": 4}`; instead of `run`, `workflow` with its text, or
/// `last` with a number of runs, which `workflow_name` and `since` choose among. An experiment names two policies,
/// which are compared until one is better beyond doubt.
struct SimulationRequest {
    private(set) var arguments = ["simulate"]
    private(set) var input: (text: String, name: String)?

    private static let keys = [
        "workflow", "run", "last", "workflow_name", "since", "policies", "baseline", "workers", "cpu_cores",
        "memory_gb", "seeds", "seed",
        "duration_cv", "estimate_error",
    ]

    /// - Throws: `Problem` about what is missing, wrong or not known.
    init(_ body: Value, comparesTwo: Bool = false) throws {
        guard case .map(let entries) = body else { throw Problem.invalid("the body must be an object") }
        if let unknown = entries.first(where: { !Self.keys.contains($0.key) }) {
            let hint = Suggestion.hint(for: unknown.key, among: Self.keys) ?? ""
            throw Problem.invalid("'\(unknown.key.prefix(60))' is not known here. \(hint)")
        }
        func member(_ key: String) -> Value? { entries.first { $0.key == key }?.value }
        func text(_ key: String) throws -> String? {
            switch member(key) {
            case nil, .null?: return nil
            case .string(let text)?: return text
            case .some: throw Problem.invalid("'\(key)' must be text")
            }
        }
        func number(_ key: String, _ range: ClosedRange<Double>) throws -> Double? {
            switch member(key) {
            case nil, .null?: return nil
            case .number(let number)? where range.contains(number): return number
            case .some:
                throw Problem.invalid("'\(key)' must be a number between \(range.lowerBound) and \(range.upperBound)")
            }
        }
        let last = try number("last", 1...Double(HistoryOptions.mostRuns))
        switch (try text("workflow"), try text("run"), last) {
        case (let workflow?, nil, nil):
            input = (workflow, "workflow.yaml")
            arguments.append("-")
        case (nil, let run?, nil): arguments.append("--run=\(run)")
        case (nil, nil, let last?): arguments.append("--last=\(Int(last))")
        default: throw Problem.invalid("what to simulate? One of 'workflow', 'run' and 'last'")
        }
        for (key, option) in [("workflow_name", "workflow"), ("since", "since")] {
            guard let value = try text(key) else { continue }
            guard last != nil else { throw Problem.invalid("'\(key)' chooses among the runs of 'last'") }
            arguments.append("--\(option)=\(value)")
        }
        var policies: [String] = []
        switch member("policies") {
        case nil, .null?: break
        case .list(let names)?:
            for name in names {
                guard case .string(let name) = name else { throw Problem.invalid("'policies' must be a list of names") }
                policies.append(name)
            }
        case .some: throw Problem.invalid("'policies' must be a list of names")
        }
        if comparesTwo {
            guard policies.count == 2 else { throw Problem.invalid("'policies' must name two") }
            arguments.append("--ab=\(policies.joined(separator: ","))")
        } else if !policies.isEmpty {
            arguments.append("--policy=\(policies.joined(separator: ","))")
        }
        if !comparesTwo, let baseline = try text("baseline") { arguments.append("--baseline=\(baseline)") }
        if let workers = try number("workers", 1...10_000) { arguments.append("--workers=\(Int(workers))") }
        if let cores = try number("cpu_cores", 0.1...4_096) { arguments.append("--cpu=\(cores)") }
        if let memory = try number("memory_gb", 0.1...1e6) { arguments.append("--memory=\(memory)GB") }
        if let seeds = try number("seeds", 1...1_000), !comparesTwo { arguments.append("--seeds=\(Int(seeds))") }
        if let seed = try number("seed", 0...1e15) { arguments.append("--seed=\(Int(seed))") }
        if let spread = try number("duration_cv", 0...10) { arguments.append("--duration-cv=\(spread)") }
        if let error = try number("estimate_error", 0.01...100) { arguments.append("--estimate-error=\(error)") }
    }
}
