// Tasks that ask a person before they start.

extension Engine {
    /// Puts the question of a task that could start now.
    mutating func ask(
        _ question: Template, before task: Int, in run: Int, at now: Instant, _ settled: inout Worklist,
        into effects: inout [Effect]
    ) {
        do throws(ExpressionError) {
            let text = try question.render(in: runs[run].scope(of: task))
            enter(.awaitingApproval(question: text, since: now), task, in: run, at: now, into: &effects)
        } catch {
            settled.push(task, .failed(.invalid("approval: \(error.message)")))
            return
        }
        if runs[run].task(task).isCached { effects.append(.recall(reference(task, in: run))) }
    }

    /// Lets a task that asked for approval go, or fail.
    mutating func settle(_ review: Review, of task: TaskReference, at now: Instant, into effects: inout [Effect]) {
        guard let (run, place) = awaiting(task) else { return }  // answered twice
        runs[run].reviews[task.task.index] = review
        if review.isApproved {
            makeReady(place, in: run, at: now, into: &effects)
        } else {
            var settled = Worklist()
            settled.push(place, .failed(.rejected(review)))
            propagate(&settled, in: run, at: now, into: &effects)
        }
        effects.append(.decide)
    }

    /// What an earlier result gives is not done again, so nobody need approve of it.
    mutating func recall(
        _ values: TaskValues?, of task: TaskReference, at now: Instant, into effects: inout [Effect]
    ) {
        guard let (run, place) = awaiting(task) else { return }  // somebody was quicker
        runs[run].values[task.task.index] = values
        var settled = Worklist()
        settled.push(place, .succeeded(attempt: 0))
        propagate(&settled, in: run, at: now, into: &effects)
        effects.append(.decide)
    }

    /// The answer that a task got last; nil when nobody was asked or has answered yet.
    public func review(of task: TaskReference) -> Review? {
        runIndex[task.run].flatMap { runs[$0].reviews[task.task.index] }
    }

    private func awaiting(_ task: TaskReference) -> (run: Int, task: Int)? {
        guard let run = runIndex[task.run], case .awaitingApproval? = state(of: task) else { return nil }
        return (run, Int(task.task.index))
    }
}
