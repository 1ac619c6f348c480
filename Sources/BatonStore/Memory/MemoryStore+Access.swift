public import BatonCore

extension MemoryStore {
    public func remember(_ key: APIKey) throws(StoreError) {
        guard !keys.contains(where: { $0.hash == key.hash }) else {
            throw StoreError(.other, "there is such a key already", location: "memory")
        }
        keys.append(key)
    }

    public func apiKeys() -> [APIKey] { keys.sorted { ($0.created, $0.hash) < ($1.created, $1.hash) } }

    public func revokeAPIKey(_ hash: String, at now: Instant) {
        for index in keys.indices where keys[index].hash == hash && keys[index].revoked == nil {
            keys[index].revoked = now
        }
    }

    public func remember(_ entries: [AuditEntry]) {
        for var entry in entries {
            entry.id = (audit.last?.id ?? 0) + 1
            audit.append(entry)
        }
    }

    public func auditEntries(before id: Int64?, limit: Int) -> [AuditEntry] {
        audit.reversed().lazy.filter { $0.id < id ?? .max }.prefix(limit).map { $0 }
    }

    public func claim(_ request: IdempotentRequest) -> IdempotentRequest? {
        if let earlier = requests.first(where: { $0.actor == request.actor && $0.key == request.key }) {
            return earlier
        }
        requests.append(request)
        requests[requests.count - 1].answer = nil
        return nil
    }

    public func settle(_ request: IdempotentRequest) {
        guard let place = requests.firstIndex(where: { $0.actor == request.actor && $0.key == request.key }) else {
            return
        }
        if let answer = request.answer { requests[place].answer = answer } else { requests.remove(at: place) }
    }

    public func workflows() -> [WorkflowSummary] {
        var found: [WorkflowSummary] = []
        for id in order.sorted() {
            let run = runs[id]!
            let name = run.submission.workflow.name
            let place = found.firstIndex { $0.name == name }
            let summary = WorkflowSummary(
                name: name, runs: (place.map { found[$0].runs } ?? 0) + 1, lastRun: id, lastStatus: run.status,
                lastSubmitted: run.submitted)
            if let place { found[place] = summary } else { found.append(summary) }
        }
        return found.sorted { $0.name < $1.name }
    }
}
