import BatonSimulator
import Dispatch
import Synchronization

/// Several threads, each of which takes the next thing to do.
struct Threads: Workforce {
    var count: Int

    func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(self.count, count)) { _ in
            while true {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < count else { return }
                let result = body(place)
                results.withLock { $0[place] = result }
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
