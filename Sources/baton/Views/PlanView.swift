import BatonCore
import BatonFormats
import BatonStore

/// A plan for people and for programs.
struct PlanView: TextAndJSON {
    let plan: Plan
    let assumptions: [String]
    let outlook: PlanOutlook
    /// Nil where the workflow is planned as if nothing else went on.
    let load: LoadView?

    init(plan: Plan, assumptions: [String], load: LoadView? = nil) {
        self.plan = plan
        self.assumptions = assumptions
        self.load = load
        outlook = PlanOutlook(plan)
    }

    func text(for terminal: Terminal) -> String {
        let chain = plan.forecast.criticalChain
        var parts = [headline()]
        if !plan.forecast.entries.isEmpty { parts.append(table(critical: Set(chain)).rendered(for: terminal)) }
        parts.append(PlanGantt(plan: plan, outlook: outlook).lines(for: terminal).joined(separator: "\n"))
        if let load { parts.append(load.linesOfPlan.joined(separator: "\n")) }
        parts.append(
            (bounds(chain: chain) + runnerUp() + omissions() + requests() + skipped() + assumptions).joined(
                separator: "\n"))
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private func headline() -> String {
        let count = plan.forecast.entries.count
        guard count > 0 else { return "\(plan.workflow.name): nothing would run." }
        let room = Sentence.resources(
            Resources(milliCPU: plan.worker.capacity.milliCPU, memoryBytes: plan.worker.capacity.memoryBytes))
        var text = "\(plan.workflow.name): \(Sentence.count(count, "task")) on \(room), policy \(plan.policyName)"
        if plan.knownCount == 0 {
            return text + ".\nNothing is known yet about durations: every task counts as \(length(plan.typical))."
        }
        text += ", about \(length(plan.makespan))"
        if let makespan = outlook.sampled?.makespan {
            text += ", at most \(length(makespan.p90)) in nine of ten futures"
        }
        text += "."
        let fresh = plan.upToDateCount
        if fresh > 0 {
            text += "\n\(Sentence.count(fresh, "task")) \(fresh == 1 ? "is" : "are") up to date and would not run."
        }
        let unknown = plan.commandCount - plan.knownCount
        if unknown > 0 {
            text += "\n\(Sentence.count(unknown, "task")) of unknown duration \(unknown == 1 ? "counts" : "count")"
            text += " as \(length(plan.typical)) (~)."
        }
        return text
    }

    private func table(critical: Set<Int>) -> Table {
        var columns: [Table.Column] = [
            .init(title: "START", isNumeric: true), .init(title: "END", isNumeric: true),
        ]
        if outlook.sampled != nil { columns.append(.init(title: "END P90", isNumeric: true)) }
        columns += [
            .init(title: "SLACK", isNumeric: true), .init(title: "TASK"),
            .init(title: "CPU", isNumeric: true), .init(title: "MEMORY", isNumeric: true), .init(title: "STARTS"),
        ]
        var table = Table(columns)
        let instances = plan.instances
        for (place, entry) in plan.forecast.entries.enumerated() {
            let isCritical = critical.contains(place)
            let mark = entry.isKnown ? "" : "~"
            var row = [
                StyledLine(length(Instant.zero.duration(to: entry.start))),
                StyledLine(mark + length(Instant.zero.duration(to: entry.end))),
            ]
            if let sampled = outlook.sampled { row.append(StyledLine(length(sampled.ends[place].p90), .faint)) }
            row += [
                StyledLine(length(outlook.slack[place])),
                StyledLine(instances[entry.task].name, isCritical ? .strong : .plain),
                StyledLine(Sentence.cores(entry.grant.milliCPU)), StyledLine(ByteCount.format(entry.grant.memoryBytes)),
                StyledLine(why(entry, instances), .faint),
            ]
            table.append(row)
        }
        return table
    }

    private func why(_ entry: Forecast.Entry, _ instances: [TaskInstance]) -> String {
        let gate =
            switch entry.gate {
            case .nothing, .started: "at once"
            case .dependency(let task): "after \(instances[task].name)"
            case .room(let task): "when \(instances[task].name) leaves room"
            case .rest(let task): "after all others, last of them \(instances[task].name)"
            case .backoff: "after its back-off"
            }
        let words = [entry.freshness.map(words), entry.reason].compactMap { $0 }.filter { !$0.isEmpty }
        return words.isEmpty ? gate : "\(gate): \(words.joined(separator: "; "))"
    }

    /// What the cache has to do with it.
    private func words(_ freshness: Freshness) -> String {
        switch freshness {
        case .upToDate(let run, _): "up to date since run \(run)"
        case .stale(.noResult): "no result is known for its command and inputs"
        case .stale(.missingOutput(let path, _)): "its output \(path) is gone"
        case .stale(.changedOutput(let path, _)): "its output \(path) was changed"
        case .open(let input?): "unless \(input) comes out as it was"
        case .open(nil): "unless what it reads comes out as it was"
        }
    }

    private func bounds(chain: [Int]) -> [String] {
        guard chain.count > 1, plan.knownCount > 0 else { return [] }
        let instances = plan.instances
        var names = chain.map { instances[plan.forecast.entries[$0].task].name }
        if names.count > 12 { names = names.prefix(6) + ["\(names.count - 11) more"] + names.suffix(5) }
        return [
            "Its length is that of \(names.joined(separator: " > ")).",
            "The longest path takes \(length(plan.longestPath)); all work spread over the cores takes "
                + "\(length(plan.workOverCores)).",
        ]
    }

    /// What was not looked at.
    private func omissions() -> [String] {
        if plan.commandCount > PlanOutlook.mostTasks {
            return ["With so many tasks no futures were drawn, and no other policies tried."]
        }
        return outlook.hasLimits
            ? ["No futures were drawn, since they know nothing of limits: how late it may get is not said."] : []
    }

    /// What other policies would have taken.
    private func runnerUp() -> [String] {
        guard let best = plan.others.first, plan.knownCount > 0 else {
            return []
        }
        let more = best.makespan - plan.makespan
        if more == .zero { return ["By \(best.policy), the runner-up, it would take as long."] }
        let difference = length(more > .zero ? more : .zero - more)
        return [
            more > .zero
                ? "By \(best.policy), the runner-up, it would take \(length(best.makespan)), \(difference) more."
                : "By \(best.policy) it would take only \(length(best.makespan)), \(difference) less."
        ]
    }

    private func basis(_ entry: Forecast.Entry) -> RequestBasis {
        RequestBasis(
            request: plan.instances[entry.task].request,
            estimate: plan.forecast.engine.estimate(
                of: TaskReference(run: plan.run, task: TaskInstance.ID(entry.task))))
    }

    /// How many tasks ask for what was learned of them, and how much that leaves of what was declared.
    private func requests() -> [String] {
        let sized = plan.forecast.entries.filter { basis($0).memory == .learned }
        guard !sized.isEmpty else { return [] }
        var text = "\(Sentence.count(sized.count, "task")) \(sized.count == 1 ? "asks" : "ask") for the memory "
        text += "that earlier attempts took"
        let bounded = sized.filter { basis($0).request.memoryBytes != nil }
        if !bounded.isEmpty {
            let declared = bounded.reduce(0.0) { $0 + Double(basis($1).request.memoryBytes ?? 0) }
            let granted = bounded.reduce(0.0) { $0 + Double($1.grant.memoryBytes) }
            let share = Int((100 * granted / max(declared, 1)).rounded())
            text += "; where memory is declared, for \(share) % of that"
        }
        return [text + "."]
    }

    /// Tasks that would not run, and why.
    private func skipped() -> [String] {
        var names: [String] = []
        for (index, instance) in plan.instances.enumerated() where instance.kind == .command {
            let reference = TaskReference(run: plan.run, task: TaskInstance.ID(index))
            if case .skipped? = plan.forecast.engine.state(of: reference) { names.append(instance.name) }
        }
        return names.isEmpty ? [] : ["Would be skipped by 'when': \(Sentence.list(names))."]
    }

    private func length(_ duration: Duration) -> String {
        duration == .zero ? "0s" : DurationText.format(duration)
    }

    private func json(_ freshness: Freshness) -> Value {
        let (state, run): (String, Run.ID?) =
            switch freshness {
            case .upToDate(let run, _): ("up_to_date", run)
            case .stale: ("stale", nil)
            case .open: ("open", nil)
            }
        return .object([
            "state": .string(state), "run": run.map { .string($0.description) }, "reason": .string(words(freshness)),
        ])
    }

    var json: Value {
        let instances = plan.instances
        let critical = Set(plan.forecast.criticalChain)
        let graph = plan.forecast.engine.graph(of: plan.run)
        let tasks = plan.forecast.entries.enumerated().map { place, entry in
            Value.object([
                "task": .string(instances[entry.task].name), "index": .number(entry.task),
                "start_seconds": .seconds(Instant.zero.duration(to: entry.start)),
                "end_seconds": .seconds(Instant.zero.duration(to: entry.end)),
                "start_p50_seconds": outlook.sampled.map { .seconds($0.starts[place].p50) },
                "start_p90_seconds": outlook.sampled.map { .seconds($0.starts[place].p90) },
                "end_p50_seconds": outlook.sampled.map { .seconds($0.ends[place].p50) },
                "end_p90_seconds": outlook.sampled.map { .seconds($0.ends[place].p90) },
                "slack_seconds": .seconds(outlook.slack[place]),
                "duration_known": .boolean(entry.isKnown), "critical": .boolean(critical.contains(place)),
                "worker": .string(plan.worker.name), "grant": .resources(entry.grant),
                "request": basis(entry).json,
                "needs": graph.map { .strings($0.dependencies(of: entry.task).map { instances[Int($0)].name }) },
                "starts": .string(why(entry, instances)), "cache": entry.freshness.map(json),
            ])
        }
        return .object([
            "workflow": .string(plan.workflow.name), "policy": .string(plan.policyName),
            "capacity": .resources(plan.worker.capacity), "makespan_seconds": .seconds(plan.makespan),
            "makespan_p50_seconds": outlook.sampled.map { .seconds($0.makespan.p50) },
            "makespan_p90_seconds": outlook.sampled.map { .seconds($0.makespan.p90) },
            "futures": .number(outlook.sampled == nil ? 0 : PlanFutures.count),
            "alternatives": .list(
                plan.others.map { other in
                    .object([
                        "policy": .string(other.policy), "makespan_seconds": .seconds(other.makespan),
                        "difference_seconds": .seconds(other.makespan - plan.makespan),
                    ])
                }),
            "longest_path_seconds": .seconds(plan.longestPath),
            "work_over_cores_seconds": .seconds(plan.workOverCores), "up_to_date": .number(plan.upToDateCount),
            "load": load?.json ?? .null, "bottlenecks": load.map { .list($0.bottlenecks) },
            "assumptions": .strings(assumptions),
            "tasks": .list(tasks),
        ])
    }
}
