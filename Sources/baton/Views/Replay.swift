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
        try store.replay(run, after: sequence).map { take($0.event, at: $0.at, sequence: $0.sequence) }
    }

    /// Takes in the next event of the log.
    mutating func take(_ event: Event, at: Instant, sequence: Int64) -> Recorded {
        self.sequence = sequence
        if case .workerResized(let worker, let available) = event {
            heldByOthers = engine.capacity(of: worker) - available
        }
        var changes: [Change] = []
        for effect in engine.handle(event, at: at) {
            if case .announce(let change) = effect { changes.append(change) }
        }
        return Recorded(event: event, at: at, changes: changes)
    }
}
