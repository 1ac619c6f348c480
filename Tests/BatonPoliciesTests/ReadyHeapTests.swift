import BatonCore
import BatonTesting
import Testing

@testable import BatonPolicies

/// The heap that finds the first task that fits, against a sorted list that is searched from the front.
@Suite struct ReadyHeapTests {
    private struct Item {
        var key: Int
        var number: Int
        var need: Need
    }

    private static func item(_ number: Int, using generator: inout SeededGenerator) -> Item {
        let least = Resources(
            milliCPU: Int64(generator.next() % 8), memoryBytes: Int64(generator.next() % 8))
        let since = Instant(nanoseconds: Int64(generator.next() % 100))
        return Item(key: Int(generator.next() % 20), number: number, need: Need(least: least, since: since))
    }

    @Test("it finds what a search from the front finds, whatever comes and goes", arguments: Seed.range(0..<60))
    func agreesWithSortedList(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var heap = ReadyHeap<Int>()
        var list: [Item] = []
        var number = 0
        for _ in 0..<40 {
            for _ in 0..<Int(generator.next() % 12) {
                let item = Self.item(number, using: &generator)
                heap.insert(item.key, number: item.number, need: item.need)
                list.append(item)
                number += 1
            }
            list.sort { ($0.key, $0.number) < ($1.key, $1.number) }
            // What fits shrinks while tasks are placed; some of those found are left where they are.
            var room = Resources(milliCPU: Int64(generator.next() % 9), memoryBytes: Int64(generator.next() % 9))
            let overdue = Int64(generator.next() % 10)
            func isWorthwhile(_ need: Need) -> Bool {
                need.least.fits(in: room) || need.since.nanoseconds < overdue
            }
            var search = ReadyHeap<Int>.Search()
            var from = 0
            while let found = heap.next(&search, where: isWorthwhile) {
                let expected = list[from...].firstIndex { isWorthwhile($0.need) }
                #expect(expected.map { list[$0].number } == found.number, "\(Seed.replay(seed, "ReadyHeapTests"))")
                guard let expected else { return }
                from = expected + 1
                if generator.next() % 3 > 0 {
                    heap.take(found.place)
                    list.remove(at: expected)
                    from -= 1
                    room.milliCPU = max(0, room.milliCPU - 1)
                }
            }
            #expect(list[from...].contains { isWorthwhile($0.need) } == false, "\(Seed.replay(seed, "ReadyHeapTests"))")
            heap.tidy()
            #expect(heap.isEmpty == list.isEmpty)
        }
    }
}
