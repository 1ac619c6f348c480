import BatonCore
import BatonFormats
import BatonStore

/// What one decision of a run started, and why.
struct DecisionExplanation {
    let story: RunStory
    let decision: LoggedDecision

    private static let shown = 20

    /// - Throws: for a number that no decision of the run has, naming those there are.
    init(_ number: Int64, of story: RunStory) throws(CommandFailure) {
        self.story = story
        guard let decision = story.logged.last(where: { $0.decision.number == number }) else {
            let numbers = story.logged.map(\.decision.number)
            let known = numbers.max().map { "Its decisions are numbered from \(numbers.min() ?? $0) to \($0)" }
            throw CommandFailure(
                "run \(story.run) has no decision \(number). \(known ?? "Nothing has been decided in it yet")",
                exit: .usage)
        }
        self.decision = decision
    }

    private var placements: [Placement] { decision.decision.placements.filter { $0.task.run == story.run } }

    private func name(_ placement: Placement) -> String { story.instances[Int(placement.task.task.index)].name }

    var lines: [StyledLine] {
        var heading = StyledLine("Decision \(decision.decision.number)", .strong)
        let after = DurationText.format(story.summary.submitted.duration(to: decision.at))
        heading.append(
            " of run \(story.run), by \(decision.decision.policy) \(after) after submission, "
                + (placements.isEmpty ? "started nothing." : "started \(Sentence.count(placements.count, "task")):"))
        var lines = [heading]
        lines += placements.prefix(Self.shown).map { placement in
            let had = Resources(milliCPU: placement.grant.milliCPU, memoryBytes: placement.grant.memoryBytes)
            let reason = placement.reason.isEmpty ? "" : ": \(placement.reason)"
            return StyledLine("  \(name(placement)) on \(worker(placement)) with \(Sentence.resources(had))\(reason)")
        }
        if placements.count > Self.shown { lines.append("  and \(placements.count - Self.shown) more.") }
        return lines + plan + secondOpinion
    }

    private var plan: [StyledLine] {
        guard let (number, rationale) = story.planned(by: decision) else {
            return ["It followed no plan that was made ahead."]
        }
        let sentences = rationale.sentences.map { StyledLine($0) }
        guard number != decision.decision.number else { return sentences }
        return ["It followed the plan of decision \(number), laid out anew around what ran."] + sentences
    }

    private var secondOpinion: [StyledLine] {
        guard let opinion = decision.decision.secondOpinion else { return [] }
        guard let instead = opinion.instead else { return ["\(opinion.policy) would have decided the same."] }
        let names = instead.map { "\(name($0)) on \(worker($0))" }
        let what = names.isEmpty ? "nothing" : Sentence.list(names, limit: Self.shown)
        return ["\(opinion.policy) would have started \(what) instead."]
    }

    private func worker(_ placement: Placement) -> String {
        story.workers[placement.worker] ?? "worker \(placement.worker.index)"
    }

    var json: Value {
        let plan = story.planned(by: decision)
        return .object([
            "run": .string(story.run.description), "decision": .number(decision.decision.number),
            "at": .time(decision.at), "policy": .string(decision.decision.policy),
            "placements": .list(
                placements.map { placement in
                    .object([
                        "task": .string(name(placement)), "index": .number(placement.task.task.index),
                        "worker": .string(worker(placement)), "grant": .resources(placement.grant),
                        "reason": .string(placement.reason),
                    ])
                }),
            "plan": plan?.rationale.json(madeBy: plan?.number ?? 0),
            "second_opinion": decision.decision.secondOpinion.map { opinion in
                .object([
                    "policy": .string(opinion.policy), "same": .boolean(opinion.instead == nil),
                    "instead": opinion.instead.map { instead in
                        .list(
                            instead.map { .object(["task": .string(name($0)), "worker": .string(worker($0))]) })
                    },
                ])
            },
        ])
    }
}

extension Rationale {
    /// Who proposed the plan, what the others promised, and why it won.
    var sentences: [String] {
        let promise = DurationText.format(chosen.makespan)
        var sentences = [
            "The plan is that of \(chosen.proposer), which promised a makespan of \(promise) with every duration as expected."
        ]
        sentences += alternatives.map { other in
            let more = other.makespan - chosen.makespan
            let difference = more > .zero ? ", \(DurationText.format(more)) more" : " too"
            return "By \(other.proposer) it would have been \(DurationText.format(other.makespan))\(difference)."
        }
        sentences.append(verdict)
        return sentences
    }

    private var verdict: String {
        if isOptimal { return "It won because none can promise less: it meets the lower bound." }
        let compared = considered == 1 ? "the only plan laid out" : "the best of \(considered) plans laid out"
        let isTied = alternatives.contains { $0.makespan == chosen.makespan }
        return isTied ? "It was kept because nothing better was found: it is \(compared)." : "It won as \(compared)."
    }

    /// In a few words, to stand behind a task.
    var summary: String {
        let others = alternatives.map { "\(DurationText.format($0.makespan)) by \($0.proposer)" }
        return "\(chosen.proposer) promised a makespan of \(DurationText.format(chosen.makespan)), "
            + "against \(Sentence.list(others))"
    }

    /// - Parameter number: of the decision with which it was new.
    func json(madeBy number: Int64) -> Value {
        .object([
            "decision": .number(number), "proposer": .string(chosen.proposer), "objective": .string("makespan"),
            "expected_seconds": .seconds(chosen.makespan), "considered": .number(considered),
            "optimal": .boolean(isOptimal),
            "alternatives": .list(
                alternatives.map { other in
                    .object([
                        "name": .string(other.proposer), "expected_seconds": .seconds(other.makespan),
                        "difference_seconds": .seconds(other.makespan - chosen.makespan),
                    ])
                }),
        ])
    }
}
