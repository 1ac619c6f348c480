/// Things by the time at which they are due; those due at the same instant come in the order of insertion.
///
/// For the few that wait at once in a run: insertion is a binary search and a move, taking is O(1).
public struct TimedQueue<Element> {
    /// Latest first, so that the next one is the last.
    private var items: [(at: Instant, element: Element)] = []

    public init() {}

    /// When the next one is due.
    public var next: Instant? { items.last?.at }

    /// What is due next.
    public var first: Element? { items.last?.element }

    public mutating func insert(_ element: Element, at instant: Instant) {
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].at > instant { low = middle + 1 } else { high = middle }
        }
        items.insert((instant, element), at: low)
    }

    public mutating func popDue(at now: Instant) -> Element? {
        guard let last = items.last, last.at <= now else { return nil }
        return items.removeLast().element
    }
}
