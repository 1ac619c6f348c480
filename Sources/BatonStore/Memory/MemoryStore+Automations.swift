import BatonCore

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
        for firing in new where !firings.contains(where: { $0.isSame(as: firing) }) {
            firings.append(firing)
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
            firings[index].state = firing.state
            firings[index].reason = firing.reason
        }
    }

    public func waitingFirings(of kind: Automation.Kind) -> [Firing] {
        firings.filter { $0.kind == kind && $0.state == .waiting }
            .sorted { ($0.at, $0.name, $0.key) < ($1.at, $1.name, $1.key) }
    }

    public func firings(of kind: Automation.Kind, named name: String, batch: String?, limit: Int) -> [Firing] {
        let found = firings.filter { $0.kind == kind && $0.name == name && (batch == nil || $0.batch == batch) }
        return Array(found.sorted { ($0.at, $0.key) > ($1.at, $1.key) }.prefix(limit))
    }

    public func openFirings(of kind: Automation.Kind, named name: String, batch: String) -> Int {
        firings.count { firing in
            firing.kind == kind && firing.name == name && firing.batch == batch && firing.state == .started
                && runs[firing.run].map { $0.ended == nil } == true
        }
    }
}

extension Firing {
    fileprivate func isSame(as other: Firing) -> Bool {
        kind == other.kind && name == other.name && key == other.key
    }
}
