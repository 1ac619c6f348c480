import BatonCore

/// What must be true for a task to be worth a look: room for so little, or so long a wait.
struct Need: Sendable, Hashable {
    /// Component by component.
    var least: Resources
    var since: Instant

    static let none = Need(least: .unlimited, since: Instant(nanoseconds: .max))

    func lesser(_ other: Need) -> Need {
        Need(least: least.lesser(other.least), since: min(since, other.since))
    }
}

/// Ready tasks as a binary heap in which each place knows the least that it and those below it ask for.
///
/// So the first task *in order that fits* is found without looking at those in front of it that do not: whole subtrees
/// are left out. O(log n) to insert, to take out, and for each task looked at. A task taken out from the middle
/// leaves an empty place behind, so places keep their numbers while a search goes on.
struct ReadyHeap<Key: Comparable & Sendable>: Sendable {
    private struct Node: Sendable {
        var key: Key
        /// As in `Observation.ready`.
        var number: Int32
        var isEmpty = false
        var need: Need
        /// Of this place and all below it.
        var needBelow: Need

        static func < (left: Node, right: Node) -> Bool {
            left.key != right.key ? left.key < right.key : left.number < right.number
        }
    }

    private var nodes: [Node] = []
    private var emptyCount = 0

    var isEmpty: Bool { nodes.count == emptyCount }

    mutating func insert(_ key: Key, number: Int, need: Need) {
        nodes.append(Node(key: key, number: Int32(number), need: need, needBelow: need))
        siftUp(nodes.count - 1)
        refresh(from: nodes.count - 1)
    }

    // MARK: In order, while the heap stands still

    /// Goes through a heap in order; start it again after an insertion or after `tidy`.
    struct Search: Sendable {
        /// Places whose parents have been seen, the first in order last: mostly they are few.
        fileprivate var frontier: [Int32] = []
        fileprivate var hasBegun = false

        /// Begins at the front; keeps its memory.
        mutating func restart() {
            frontier.removeAll(keepingCapacity: true)
            hasBegun = false
        }
    }

    /// The next task in order that may be worth a look.
    ///
    /// - Parameter isWorthwhile: must never turn from false to true while a search goes on.
    mutating func next(
        _ search: inout Search, where isWorthwhile: (Need) -> Bool
    ) -> (place: Int, key: Key, number: Int, need: Need)? {
        if !search.hasBegun {
            search.hasBegun = true
            push(0, &search, where: isWorthwhile)
        }
        while let place = search.frontier.popLast().map(Int.init) {
            guard isWorthwhile(nodes[place].needBelow) else { continue }
            push(2 * place + 1, &search, where: isWorthwhile)
            push(2 * place + 2, &search, where: isWorthwhile)
            if !nodes[place].isEmpty, isWorthwhile(nodes[place].need) {
                return (place, nodes[place].key, Int(nodes[place].number), nodes[place].need)
            }
        }
        return nil
    }

    private func push(_ index: Int, _ search: inout Search, where isWorthwhile: (Need) -> Bool) {
        guard index < nodes.count, isWorthwhile(nodes[index].needBelow) else { return }
        var low = 0
        var high = search.frontier.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[index] < nodes[Int(search.frontier[middle])] { low = middle + 1 } else { high = middle }
        }
        search.frontier.insert(Int32(index), at: low)
    }

    /// Leaves the place empty.
    mutating func take(_ place: Int) {
        nodes[place].isEmpty = true
        nodes[place].need = .none
        emptyCount += 1
        refresh(from: place)
    }

    /// Gives empty places back: those on top, and all once they are the majority.
    mutating func tidy() {
        if emptyCount > 32, emptyCount * 2 > nodes.count { return rebuild() }
        while let top = nodes.first, top.isEmpty { removeTop() }
    }

    // MARK: The heap

    private mutating func rebuild() {
        nodes.removeAll(where: \.isEmpty)
        emptyCount = 0
        nodes.sort(by: <)
        for index in nodes.indices.reversed() { refreshOne(index) }
    }

    private mutating func removeTop() {
        emptyCount -= 1
        let last = nodes.removeLast()
        if nodes.isEmpty { return }
        refresh(from: (nodes.count - 1) / 2)
        var index = 0
        while 2 * index + 1 < nodes.count {
            var child = 2 * index + 1
            if child + 1 < nodes.count, nodes[child + 1] < nodes[child] { child += 1 }
            if last < nodes[child] { break }
            nodes[index] = nodes[child]
            index = child
        }
        nodes[index] = last
        refresh(from: index)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, nodes[index] < nodes[(index - 1) / 2] {
            nodes.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func refresh(from start: Int) {
        var index = start
        refreshOne(index)
        while index > 0 {
            index = (index - 1) / 2
            refreshOne(index)
        }
    }

    private mutating func refreshOne(_ index: Int) {
        var need = nodes[index].need
        if 2 * index + 1 < nodes.count { need = need.lesser(nodes[2 * index + 1].needBelow) }
        if 2 * index + 2 < nodes.count { need = need.lesser(nodes[2 * index + 2].needBelow) }
        nodes[index].needBelow = need
    }
}
