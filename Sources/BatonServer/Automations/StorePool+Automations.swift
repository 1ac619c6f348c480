import BatonStore
import Logging

// What all that a server does by itself does with the record.

extension StorePool {
    /// Writes an automation down, with firings; it is on the disk when this returns.
    func keep(_ automation: Automation, _ firings: [Firing] = []) throws(StoreError) {
        try with { (store) throws(StoreError) in
            _ = try store.keep(automation, firings: firings)
            try store.flush()
        }
    }

    /// Forgets automations with what came of them.
    func forget(_ automations: [Automation]) throws(StoreError) {
        try with { (store) throws(StoreError) in
            for automation in automations { _ = try store.forget(automation.kind, named: automation.name) }
            try store.flush()
        }
    }

    /// All of a kind, by name.
    ///
    /// - Parameter read: one that it can't read is logged and left out: the others go on, and whoever writes it down anew
    ///   mends it.
    func entries<Entry>(
        of kind: Automation.Kind, _ logger: Logger, _ read: (Automation) throws -> Entry
    ) throws(StoreError) -> [String: Entry] {
        let automations = try with { (store) throws(StoreError) in try store.automations(of: kind) }
        var found: [String: Entry] = [:]
        for automation in automations {
            do {
                found[automation.name] = try read(automation)
            } catch {
                logger.error(
                    "\(kind.rawValue)",
                    metadata: [kind.rawValue: .string(automation.name), "error": .string("\(error)")])
            }
        }
        return found
    }
}

extension Automation.Kind {
    func missing(_ name: String) -> Problem {
        .notFound("there is no \(rawValue) '\(name.prefix(100))'; PUT makes it")
    }

    /// - Parameter most: as many as there are.
    func full(_ most: Int) -> Problem {
        .conflict("there are \(most) \(rawValue)s, and no more may be; remove one first")
    }
}
