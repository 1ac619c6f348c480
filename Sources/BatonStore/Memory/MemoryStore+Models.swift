public import BatonCore

extension MemoryStore {
    public func keep(_ model: ModelSummary, bytes: [UInt8]) throws(StoreError) -> Int64 {
        var model = model
        model.id = (models.last?.summary.id ?? 0) + 1
        models.append((model, bytes))
        try setModel(model.id, to: model.state, because: model.reason)
        return model.id
    }

    public func models(of kind: String) -> [ModelSummary] {
        models.map(\.summary).filter { $0.kind == kind }.reversed()
    }

    public func currentModel(of kind: String) -> ModelSummary? {
        models(of: kind).first { $0.state == .current }
    }

    public func bytes(ofModel id: Int64) -> [UInt8] {
        models.first { $0.summary.id == id }?.bytes ?? []
    }

    public func setModel(_ id: Int64, to state: ModelSummary.State, because reason: String?) throws(StoreError) {
        guard let place = models.firstIndex(where: { $0.summary.id == id }) else {
            throw StoreError(.other, "there is no model \(id)", location: "memory")
        }
        if state == .current {
            let kind = models[place].summary.kind
            for other in models.indices where models[other].summary.kind == kind {
                guard models[other].summary.state == .current else { continue }
                models[other].summary.state = .previous
                models[other].summary.reason = nil
            }
        }
        models[place].summary.state = state
        models[place].summary.reason = reason
    }

    public func history(after: Instant?, limit: Int) -> AttemptHistory {
        var history = AttemptHistory()
        var left = limit
        for run in order.sorted(by: >) {
            let known = runs[run]!
            for attempt in known.attempts.joined().reversed() where left > 0 {
                guard let ended = attempt.ended, after.map({ ended > $0 }) ?? true else { continue }
                guard attempt.status == .succeeded || attempt.status == .failed else { continue }
                left -= 1
                let isKill = attempt.failure == .outOfMemory && attempt.id.number == 1
                if attempt.status != .succeeded {
                    history.unsuccessful += 1
                    if !isKill { continue }
                }
                guard let usage = attempt.usage else {
                    history.damaged += 1
                    continue
                }
                let task = known.tasks[Int(attempt.id.task.index)]
                history.add(
                    MeasuredAttempt(
                        run: run, workflow: known.submission.workflow.name, task: task.template, instance: task.name,
                        submitted: task.created, completed: ended, usage: usage,
                        killedAtBytes: isKill ? attempt.grant.memoryBytes : nil), started: attempt.started)
            }
        }
        history.sortByCompletion()
        return history
    }
}
