import BatonCore
import BatonStore

/// How it is seen that something has happened; webhooks tell it by themselves.
extension TriggerDesk {
    /// Writes down what has happened.
    func collect(_ name: String) throws {
        guard let entry = try known()[name], entry.trigger.isEnabled else { return }
        switch entry.trigger.cause {
        case .webhook: break
        case .runEnded(let workflow, let statuses): try collectEnds(of: workflow, statuses, entry)
        case .files(let glob): try collectFiles(glob, entry)
        }
    }

    private func collectEnds(of workflow: String, _ statuses: [Run.Status], _ entry: Entry) throws {
        let (trigger, now) = (entry.trigger, now)
        let (automation, ends) = try stores.with { (store) throws(StoreError) in
            try store.newEnds(
                for: entry.automation, of: workflow, in: statuses, since: trigger.since, at: now, limit: Self.portion)
        }
        guard !ends.isEmpty || automation != entry.automation else { return }
        let firings = ends.map { run, end in
            Firing(
                kind: .trigger, name: trigger.name, key: Firing.key(ofEnd: run.id, at: end), batch: trigger.batch,
                at: end, input: run.id.description)
        }
        try stores.keep(automation, firings)
        entries?[trigger.name]?.automation = automation
        entries?[trigger.name]?.mayWait = true
    }

    private func collectFiles(_ glob: String, _ entry: Entry) throws {
        let trigger = entry.trigger
        var watch = entry.files ?? FileWatch(glob)
        let settled = watch.settled()
        let firings = settled.map { firing(for: $0, of: trigger) }
        let unknown = try stores.with { (store) throws(StoreError) in
            var unknown: [Firing] = []
            for firing in firings
            where try store.firing(of: .trigger, named: trigger.name, key: firing.key) == nil {
                unknown.append(firing)
            }
            return unknown
        }
        if !unknown.isEmpty { try stores.keep(entry.automation, unknown) }
        watch.deal(with: settled)
        entries?[trigger.name]?.files = watch
        if !unknown.isEmpty { entries?[trigger.name]?.mayWait = true }
    }

    func firing(for file: SeenFile, of trigger: Trigger) -> Firing {
        Firing(
            kind: .trigger, name: trigger.name, key: file.key, batch: trigger.batch, at: now, input: file.path)
    }
}
