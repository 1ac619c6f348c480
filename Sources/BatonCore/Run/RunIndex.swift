/// Where each run stands in an array: a hash table for the one look-up that every event needs.
///
/// The standard dictionary hashes against hostile keys, at ten times the price; ids of runs are minted by Baton.
public struct RunIndex: Sendable {
    /// Open addressing with linear probing; a power of two that is at most half full. -1 marks a vacant entry.
    private var places: [Int32] = []
    private var runs: [Run.ID] = []
    private var count = 0

    public init() {}

    /// Setting a place that is there already replaces it; places are never taken out.
    public subscript(run: Run.ID) -> Int? {
        get {
            guard count > 0 else { return nil }
            let slot = slot(of: run)
            return places[slot] < 0 ? nil : Int(places[slot])
        }
        set {
            guard let newValue else { preconditionFailure("a run can't be taken out of the index") }
            if count * 2 >= places.count { grow() }
            let slot = slot(of: run)
            if places[slot] < 0 { count += 1 }
            places[slot] = Int32(newValue)
            runs[slot] = run
        }
    }

    /// Where the run is, or the vacant entry where it would be.
    private func slot(of run: Run.ID) -> Int {
        let mask = places.count - 1
        var slot = Int(truncatingIfNeeded: SeededGenerator.mix(run.rawValue)) & mask
        while places[slot] >= 0 && runs[slot] != run { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let old = self
        places = Array(repeating: -1, count: max(old.places.count * 2, 8))
        runs = Array(repeating: Run.ID(rawValue: 0), count: places.count)
        count = 0
        for (slot, place) in old.places.enumerated() where place >= 0 { self[old.runs[slot]] = Int(place) }
    }
}
