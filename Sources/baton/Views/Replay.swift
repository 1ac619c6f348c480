import BatonCore
import BatonStore

/// A run as its log tells it: the engine that the log leads to, and what was announced on the way.
struct Replay {
    let run: Run.ID
    private(set) var engine = Engine()
    private(set) var sequence: Int64 = 0
    /// What other runs on the machine held when this one last looked.
    private(set) var heldByOthers = Resources.zero

    init(run: Run.ID) {
        self.run = run
    }

    /// Takes in what the log has since the last time.
    mutating func advance(_ store: any Store) throws(StoreError) -> [Recorded] {
        try store.replay(run, after: sequence).map { entry in
            sequence = entry.sequence
            if case .workerResized(let worker, let available) = entry.event {
                heldByOthers = engine.capacity(of: worker) - available
            }
            var changes: [Change] = []
            for effect in engine.handle(entry.event, at: entry.at) {
                if case .announce(let change) = effect { changes.append(change) }
            }
            return Recorded(event: entry.event, at: entry.at, changes: changes)
        }
    }
}
