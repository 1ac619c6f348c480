import BatonCore
import HeapModule

/// Tasks that wait for units of a limit, out of the way of all others.
struct LimitParking<Entry: Comparable & Sendable>: Sendable {
    private struct Lot: Sendable {
        var limit: Observation.Limit
        var entries: Heap<Entry>
    }

    private var lots: [Lot] = []

    var isEmpty: Bool { lots.isEmpty }

    mutating func park(_ entry: Entry, _ limit: Observation.Limit) {
        if let index = lots.firstIndex(where: { $0.limit == limit }) {
            lots[index].entries.insert(entry)
        } else {
            lots.append(Lot(limit: limit, entries: [entry]))
        }
    }

    /// Lets out as many tasks as there may be units for, smallest first.
    ///
    /// - Parameter number: of an entry, as in `Observation.ready`; what is not ready any more is forgotten.
    mutating func release(_ observation: Observation, number: (Entry) -> Int) -> [Entry] {
        var released: [Entry] = []
        for index in lots.indices.reversed() {
            var units = observation.free(lots[index].limit)
            while units > 0, let entry = lots[index].entries.popMin() {
                guard observation.ready(number(entry)) != nil else { continue }
                released.append(entry)
                units -= 1
            }
            if lots[index].entries.isEmpty { lots.remove(at: index) }
        }
        return released
    }
}
