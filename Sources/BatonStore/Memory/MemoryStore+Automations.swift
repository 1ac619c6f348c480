public import BatonCore

extension MemoryStore {
    public func automations(of kind: Automation.Kind) -> [Automation] {
        automations.filter { $0.kind == kind }.sorted { $0.name < $1.name }
    }

    public func keep(_ automation: Automation, firings new: [Firing]) -> Int {
        if let place = automations.firstIndex(where: { $0.kind == automation.kind && $0.name == automation.name }) {
            automations[place].definition = automation.definition
            automations[place].seen = automation.seen
        } else {
            automations.append(automation)
        }
        var added = 0
        for firing in new {
            if let place = firings.firstIndex(where: { $0.isSame(as: firing) }) {
                guard firings[place].state.mayBeReplaced else { continue }
                firings[place] = firing
            } else {
                firings.append(firing)
            }
            added += 1
        }
        return added
    }

    public func forget(_ kind: Automation.Kind, named name: String) -> Bool {
        guard let place = automations.firstIndex(where: { $0.kind == kind && $0.name == name }) else { return false }
        automations.remove(at: place)
        firings.removeAll { $0.kind == kind && $0.name == name }
        return true
    }

    public func settle(_ firing: Firing) {
        for index in firings.indices where firings[index].isSame(as: firing) {
            firings[index].run = firing.run
            firings[index].state = firing.state
            firings[index].reason = firing.reason
            firings[index].input = firing.input
        }
    }

    public func firing(of kind: Automation.Kind, named name: String, key: String) -> Firing? {
        firings.first { $0.kind == kind && $0.name == name && $0.key == key }
    }

    public func endedRuns(
        of workflow: String?, in statuses: [Run.Status], after: Instant, withoutFiringOf kind: Automation.Kind,
        named name: String, limit: Int
    ) throws(StoreError) -> [RunSummary] {
        var found: [(RunSummary, end: Instant)] = []
        for run in runs(matching: RunFilter(statuses: statuses, workflow: workflow, limit: .max)) {
            guard let end = run.ended, end > after else { continue }
            if firing(of: kind, named: name, key: Firing.key(ofEnd: run.id, at: end)) == nil {
                found.append((run, end))
            }
        }
        return found.sorted { ($0.end, $0.0.id) < ($1.end, $1.0.id) }.prefix(limit).map(\.0)
    }

    public func skipFirings(of kind: Automation.Kind, named name: String, batch: String, because reason: String) {
        for index in firings.indices where firings[index].belongs(to: kind, name, batch) {
            guard firings[index].state == .waiting else { continue }
            firings[index].state = .skipped
            firings[index].reason = reason
        }
    }

    public func waitingFirings(
        of kind: Automation.Kind, named name: String, batch: String, limit: Int
    ) -> [Firing] {
        let found = firings.filter { $0.belongs(to: kind, name, batch) && $0.state == .waiting }
        return Array(found.sorted { ($0.at, $0.key) < ($1.at, $1.key) }.prefix(limit))
    }

    public func firings(
        of kind: Automation.Kind, named name: String, batch: String?, before place: Firing.Place?, limit: Int
    ) -> [Firing] {
        let found = firings.filter { firing in
            firing.belongs(to: kind, name, batch)
                && place.map { (firing.at, firing.key) < ($0.at, $0.key) } ?? true
        }
        return Array(found.sorted { ($0.at, $0.key) > ($1.at, $1.key) }.prefix(limit))
    }

    public func firingCounts(of kind: Automation.Kind, named name: String, batch: String) -> [Firing.State: Int] {
        firings.lazy.filter { $0.belongs(to: kind, name, batch) }.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    public func openFirings(of kind: Automation.Kind, named name: String, batch: String) -> Int {
        firings.count { firing in
            guard firing.belongs(to: kind, name, batch), firing.state == .started, let run = firing.run else {
                return false
            }
            return runs[run].map { $0.ended == nil } == true
        }
    }
}

extension Firing {
    /// - Parameter batch: nil for any.
    fileprivate func belongs(to kind: Automation.Kind, _ name: String, _ batch: String?) -> Bool {
        self.kind == kind && self.name == name && (batch == nil || self.batch == batch)
    }

    fileprivate func isSame(as other: Firing) -> Bool {
        kind == other.kind && name == other.name && key == other.key
    }
}
