import BatonCore
import BatonFormats
import BatonOptimizer
import BatonSimulator

/// What holds a workflow back and what would help, for people and for programs.
struct OptimizationView: TextAndJSON {
    let optimization: Optimization

    private var analysis: Analysis { optimization.analysis }
    private var proposals: [PricedFinding] { optimization.priced.proposals }

    // MARK: Text

    func text(for terminal: Terminal) -> String {
        var parts = [headline, pace]
        if let load, !load.lines.isEmpty { parts.append(load.lines.joined(separator: "\n")) }
        if !analysis.bottlenecks.isEmpty { parts.append(bottlenecks(terminal)) }
        parts += proposals.map { text(of: $0, terminal) }
        parts.append(([conclusion] + notes).joined(separator: "\n"))
        return parts.joined(separator: "\n\n")
    }

    /// What sets the pace and what all of it together would save, in sentences.
    var summary: [String] { [headline, pace.replacing("\n", with: " ")] + (load?.lines ?? []) + [conclusion] }

    private var load: LoadView? {
        optimization.load.map { LoadView(load: $0, effect: optimization.priced.loadEffect) }
    }

    private var headline: String {
        let seconds = Sample.mean(optimization.priced.before.map(\.makespan.seconds))
        let count = analysis.subject.members.reduce(0) { $0 + $1.count }
        return "\(optimization.workflow.name): \(Sentence.count(count, "task")), about "
            + "\(DurationText.format(.seconds(seconds))) with \(optimization.policyName) on "
            + "\(Self.words(analysis.subject.machines))."
    }

    private static func words(_ machines: [Machine]) -> String {
        guard machines.count > 1 else { return Sentence.resources(machines[0].capacity) }
        return "\(machines.count) workers"
    }

    private var pace: String {
        guard let first = analysis.paces.first else { return "" }
        let others = analysis.paces.dropFirst().map { "\(Self.name($0.kind)) \(Self.time($0))" }
        let rest = others.isEmpty ? "" : " (\(others.joined(separator: ", ")))"
        return "What sets the pace: \(Self.name(first.kind)), \(Self.time(first))\(rest)." + speedUp
    }

    private var speedUp: String {
        let speedUp = optimization.speedUp
        guard let knee = speedUp.knee, let first = speedUp.points.first, speedUp.points.count > 1 else { return "" }
        let (unit, point) = (speedUp.isOfCores ? "core" : "worker", speedUp.points[knee])
        guard point.count > first.count else {
            return "\nMore than \(Sentence.count(point.count, unit)) would hardly make it faster."
        }
        let times = Double(first.nanoseconds) / Double(max(point.nanoseconds, 1))
        return
            "\nUp to \(Sentence.count(point.count, unit)) pay off: \(Figures.decimals(times, 1)) times as fast as with "
            + "\(first.count); \(Figures.percent(speedUp.serialShare * 100)) of that time has to go one after the other."
    }

    private static func time(_ pace: Pace) -> String { DurationText.format(.nanoseconds(pace.nanoseconds)) }

    static func name(_ kind: Pace.Kind) -> String {
        switch kind {
        case .path: "the longest path"
        case .cores: "the cores"
        case .memory: "memory"
        case .gpus: "GPUs"
        case .disk: "disk"
        case .limit(let name): "the limit '\(name)'"
        case .kinds(let kinds): "workers of kind \(Sentence.alternatives(kinds.map { "'\($0)'" }))"
        }
    }

    private func bottlenecks(_ terminal: Terminal) -> String {
        var table = Table([
            .init(title: "BOTTLENECK"), .init(title: "ON THE LONGEST PATH", isNumeric: true),
            .init(title: "SHARE OF IT", isNumeric: true),
        ])
        for bottleneck in analysis.bottlenecks.prefix(8) {
            table.append([
                StyledLine(Self.names(bottleneck.tasks)), StyledLine(Figures.percent(bottleneck.criticality * 100)),
                StyledLine(Figures.percent(bottleneck.share * 100)),
            ])
        }
        return table.rendered(for: terminal)
    }

    static func names(_ tasks: [String]) -> String {
        tasks.count > 1 ? "\(tasks[0]) and \(tasks.count - 1) like it" : tasks.first ?? ""
    }

    private func text(of proposal: PricedFinding, _ terminal: Terminal) -> String {
        let finding = proposal.finding
        var title = StyledLine(finding.id, .strong)
        title.append("  " + verdict(proposal), proposal.verdict == .worthIt ? .good : .faint)
        var lines = [title.rendered(hasColor: terminal.hasColor)]
        lines += finding.evidence.map { "  \($0)" }
        lines.append("  \(finding.rewrite)\(Self.terms(of: finding))")
        if let promise = proposal.promise, !gains(promise).isEmpty { lines.append("  \(gains(promise))") }
        if let permission = finding.permission { lines.append("  Needs --allow \(permission.rawValue).") }
        return lines.joined(separator: "\n")
    }

    /// What stays as it is, and what may not; nothing of what only a person can do.
    static func terms(of finding: Finding) -> String {
        guard !finding.edits.isEmpty else { return "" }
        let risk = finding.risk == .high ? " Risky: it rests on what was not seen to happen." : ""
        return " It keeps \(finding.preserves.rawValue).\(risk)"
    }

    func verdict(_ proposal: PricedFinding) -> String {
        switch proposal.verdict {
        case .needed: "needed"
        case .worthIt: "worth it"
        case .neutral: "no difference in time or memory"
        case .refused(let reason): "not worth it: \(reason)"
        case .advice: "advice"
        }
    }

    private func gains(_ promise: Promise) -> String {
        let parts = [("time", promise.completionTime), ("memory-hours", promise.memoryHours), ("cost", promise.cost)]
            .filter { !$0.1.isNothing }
        return parts.map { "\($0.0) \(Self.change($0.1))" }.joined(separator: ", ")
    }

    static func change(_ gain: Gain) -> String {
        func signed(_ value: Double) -> String {
            let text = Figures.percent(abs(value) * 100)
            return (value > 0 ? "-" : "+") + text
        }
        return "\(signed(gain.mean)) [\(signed(gain.interval.low)), \(signed(gain.interval.high))]"
    }

    private var conclusion: String {
        guard let together = optimization.priced.together else {
            return proposals.isEmpty
                ? "Nothing was found that holds it back." : "Nothing of it is worth a change that needs no permission."
        }
        let gains = gains(together.promise)
        return "Together, what is worth it (\(Sentence.list(together.ids, limit: 6))): \(gains).\n"
            + "'baton optimize FILE --apply' makes these changes in the file."
    }

    private var notes: [String] {
        let analysed = Figures.decimals(optimization.analysisMilliseconds, 0)
        let priced = Figures.decimals(optimization.pricingMilliseconds, 0)
        return ["Analysed in \(analysed) ms, priced in \(priced) ms."] + optimization.assumptions
    }

    // MARK: JSON

    var json: Value {
        let subject = analysis.subject
        let instances = subject.expansion.instances
        let count = subject.members.reduce(0) { $0 + $1.count }
        let path = analysis.criticality.path.map { instances[$0].name }
        return .object([
            "workflow": .string(optimization.workflow.name),
            "tasks": .number(count),
            "policy": .string(optimization.policyName),
            "analysis_milliseconds": .number(optimization.analysisMilliseconds),
            "pricing_milliseconds": .number(optimization.pricingMilliseconds),
            "critical_path": .strings(path),
            "critical_path_seconds": Self.seconds(analysis.criticality.lengthNanoseconds),
            "pace": .list(analysis.paces.map(Self.json)),
            "load": load?.json ?? .null,
            "bottlenecks": .list(analysis.bottlenecks.map(Self.json) + (load?.bottlenecks ?? [])),
            "speed_up": Self.json(optimization.speedUp),
            "tasks_by_criticality": .list(byCriticality),
            "findings": .list(proposals.map(Self.json)),
            "together": optimization.priced.together.map(Self.json),
            "assumptions": .strings(optimization.assumptions),
        ])
    }

    /// The same, with what people read, and the text before and after what was chosen.
    func json(with revision: WorkflowRevision?) -> Value {
        guard case .map(var entries) = json else { preconditionFailure("an object is a map") }
        let lines = text(for: .file).split(separator: "\n", omittingEmptySubsequences: false)
        entries.append(Value.Entry(key: "text", value: .strings(lines.map(String.init))))
        if let revision {
            let texts = Value.object(["text_before": .string(revision.before), "text_after": .string(revision.after)])
            entries.append(Value.Entry(key: "revision", value: texts))
        }
        return .map(entries)
    }

    private static func seconds(_ nanoseconds: Int64) -> Value { .number(Double(nanoseconds) / 1e9) }

    private static func json(_ pace: Pace) -> Value {
        .object(["of": .string(key(pace.kind)), "seconds": seconds(pace.nanoseconds)])
    }

    private static func json(_ bottleneck: Bottleneck) -> Value {
        .object([
            "tasks": .strings(bottleneck.tasks), "cause": .string(key(.path)),
            "criticality": .number(bottleneck.criticality),
            "share_of_critical_path": .number(bottleneck.share),
        ])
    }

    private static func json(_ speedUp: SpeedUp) -> Value {
        let points = speedUp.points.map { point -> Value in
            .object(["count": .number(point.count), "seconds": seconds(point.nanoseconds)])
        }
        return .object([
            "of": .string(speedUp.isOfCores ? "cores" : "workers"),
            "knee": speedUp.knee.map { .number(speedUp.points[$0].count) },
            "serial_share": .number(speedUp.serialShare),
            "points": .list(points),
        ])
    }

    private static func json(_ together: PricedAnalysis.Together) -> Value {
        .object(["ids": .strings(together.ids), "expected": json(together.promise)])
    }

    /// Instances that are ever on the longest path, the most critical first.
    private var byCriticality: [Value] {
        let criticality = analysis.criticality
        let instances = analysis.subject.expansion.instances
        return instances.indices.filter { instances[$0].kind == .command && criticality.share[$0] > 0 }
            .sorted { (-criticality.share[$0], $0) < (-criticality.share[$1], $1) }
            .map { index in
                .object([
                    "task": .string(instances[index].name), "criticality": .number(criticality.share[index]),
                    "slack_seconds": .number(Double(criticality.slackNanoseconds[index]) / 1e9),
                ])
            }
    }

    static func key(_ kind: Pace.Kind) -> String {
        switch kind {
        case .path: "critical_path"
        case .cores: "cores"
        case .memory: "memory"
        case .gpus: "gpus"
        case .disk: "disk"
        case .limit(let name): "limit:\(name)"
        case .kinds(let kinds): "kind:\(kinds.joined(separator: ","))"
        }
    }

    private static func json(_ proposal: PricedFinding) -> Value {
        let finding = proposal.finding
        let verdict: (String, String?) =
            switch proposal.verdict {
            case .needed: ("needed", nil)
            case .worthIt: ("worth_it", nil)
            case .neutral: ("neutral", nil)
            case .refused(let reason): ("refused", reason)
            case .advice: ("advice", nil)
            }
        return .object([
            "id": .string(finding.id), "kind": .string(finding.kind.rawValue), "tasks": .strings(finding.tasks),
            "evidence": .strings(finding.evidence), "rewrite": .string(finding.rewrite),
            "expected": proposal.promise.map(json), "verdict": .string(verdict.0),
            "reason": verdict.1.map { .string($0) },
            "risk": .string(finding.risk.rawValue), "preserves": .string(finding.preserves.rawValue),
            "permission": finding.permission.map { .string($0.rawValue) },
        ])
    }

    private static func json(_ promise: Promise) -> Value {
        func json(_ gain: Gain) -> Value {
            .object([
                "mean": .number(gain.mean), "ci95": .list([.number(gain.interval.low), .number(gain.interval.high)]),
            ])
        }
        return .object([
            "completion_time_reduction": json(promise.completionTime),
            "resource_usage_reduction": json(promise.memoryHours), "cost_reduction": json(promise.cost),
        ])
    }
}
