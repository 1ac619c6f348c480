import BatonCore

/// Requests that are far from what tasks were measured to take.
enum Requests {
    /// Smaller differences are not worth a change.
    private static let factor = 1.5
    private static let leastBytes: Int64 = 64_000_000
    /// With fewer attempts nothing is said about a task.
    private static let leastSamples = 3

    /// What one task asks for and what its instances need, by the one that needs most.
    private struct Need {
        var task: Int
        var declared: Int64
        var needed: Int64
        var samples: Int
    }

    static func overRequests(_ context: Analysis.Context) -> [Finding] {
        context.families.families.compactMap { family in
            let memory = memoryNeeds(family.tasks, context).filter {
                Double($0.declared) >= factor * Double($0.needed) && $0.declared - $0.needed >= leastBytes
            }
            let cores = cpuNeeds(family.tasks, context).filter {
                Double($0.declared) >= factor * Double($0.needed) && $0.declared - $0.needed >= 500
            }
            guard !memory.isEmpty || !cores.isEmpty else { return nil }
            let tasks = family.tasks.filter { task in (memory + cores).contains { $0.task == task } }
            var evidence: [String] = []
            if let worst = memory.max(by: { $0.declared - $0.needed < $1.declared - $1.needed }) {
                let name = context.subject.workflow.tasks[worst.task].name
                evidence.append(
                    "'\(name)' asks for \(ByteCount.format(worst.declared)) of memory, where "
                        + "\(ByteCount.format(worst.needed)) would do by \(worst.samples) measured attempts.")
            }
            if let worst = cores.max(by: { $0.declared - $0.needed < $1.declared - $1.needed }) {
                let name = context.subject.workflow.tasks[worst.task].name
                evidence.append(
                    "'\(name)' asks for \(text(worst.declared)) cores and keeps no more than \(text(worst.needed)) busy."
                )
            }
            let names = context.names
            return Finding(
                kind: .overRequest, tasks: names(tasks), evidence: evidence,
                rewrite:
                    "Ask for what \(context.words(for: tasks)) \(tasks.count == 1 ? "was" : "were") measured to need.",
                edits: memory.map { .setMemory(task: names([$0.task])[0], bytes: $0.needed) }
                    + cores.map { .setCPU(task: names([$0.task])[0], milliCPU: $0.needed) },
                preserves: .order, risk: .low)
        }
    }

    static func underRequests(_ context: Analysis.Context) -> [Finding] {
        context.families.families.compactMap { family in
            let needs = memoryNeeds(family.tasks, context).filter { need in
                context.subject.members[need.task].contains { index in
                    let known = context.subject.knowledge[index]
                    // Of a hundred attempts one takes more.
                    let large = Double(known.peakMemoryBytes ?? 0) * PortableMath.exp(2.326 * known.memorySpread)
                    return large > Double(need.declared) || isKilled(known, need)
                }
            }
            guard let worst = needs.max(by: { $0.needed - $0.declared < $1.needed - $1.declared }) else { return nil }
            let tasks = needs.map(\.task)
            let names = context.names
            let kills = context.subject.members[worst.task].reduce(0) { sum, index in
                sum + (context.subject.knowledge[index].failures?.outOfMemory ?? 0)
            }
            return Finding(
                kind: .underRequest, tasks: names(tasks),
                evidence: [
                    "'\(names([worst.task])[0])' asks for \(ByteCount.format(worst.declared)) of memory, and by "
                        + "\(worst.samples) measured attempts needs \(ByteCount.format(worst.needed)): with less some "
                        + "are killed and run again\(kills == 0 ? "" : ", as \(kills) were lately")."
                ],
                rewrite: "Ask for what \(context.words(for: tasks)) \(tasks.count == 1 ? "needs" : "need").",
                edits: needs.map { .setMemory(task: names([$0.task])[0], bytes: max($0.needed, $0.declared)) },
                preserves: .order, risk: .low)
        }
    }

    /// More than once, and more would do.
    private static func isKilled(_ known: TaskKnowledge, _ need: Need) -> Bool {
        (known.failures?.outOfMemory ?? 0) >= 2 && need.needed > need.declared
    }

    private static func memoryNeeds(_ tasks: [Int], _ context: Analysis.Context) -> [Need] {
        tasks.compactMap { need(of: $0, context, declared: \.memoryBytes, suggested: \.suggestedMemoryBytes) }
    }

    private static func cpuNeeds(_ tasks: [Int], _ context: Analysis.Context) -> [Need] {
        tasks.compactMap { need(of: $0, context, declared: \.milliCPU, suggested: \.suggestedMilliCPU) }
    }

    /// Nil for a task that leaves it to Baton, or of which too little is known.
    private static func need(
        of task: Int, _ context: Analysis.Context, declared: KeyPath<TaskInstance.Request, Int64?>,
        suggested: KeyPath<TaskKnowledge, Int64?>
    ) -> Need? {
        let subject = context.subject
        var need = Need(task: task, declared: .max, needed: 0, samples: .max)
        for index in subject.members[task] {
            let (request, known) = (subject.expansion.instances[index].request, subject.knowledge[index])
            guard let declared = request[keyPath: declared], !request.isAutomatic,
                let suggested = known[keyPath: suggested], known.sampleCount >= leastSamples
            else { return nil }
            need.declared = min(need.declared, declared)
            need.needed = max(need.needed, suggested)
            need.samples = min(need.samples, known.sampleCount)
        }
        return subject.members[task].isEmpty ? nil : need
    }

    private static func text(_ milliCPU: Int64) -> String {
        milliCPU % 1000 == 0 ? "\(milliCPU / 1000)" : "\(Double(milliCPU) / 1000)"
    }
}
