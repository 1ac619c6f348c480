import BatonCore

/// Makes lists of tasks in which each comes after all that it waits for, and new ones from such lists.
struct TaskLists: Sendable {
    let graph: Graph

    /// Of the tasks whose dependencies are all listed, the one with the largest key comes next.
    func byKey(_ keys: [Double]) -> [Int32] {
        var waiting = (0..<graph.count).map { graph.dependencies(of: $0).count }
        var eligible = (0..<Int32(graph.count)).filter { waiting[Int($0)] == 0 }
        var list: [Int32] = []
        list.reserveCapacity(graph.count)
        while !eligible.isEmpty {
            var place = 0
            for other in eligible.indices where keys[Int(eligible[other])] > keys[Int(eligible[place])] {
                place = other
            }
            let task = eligible[place]
            eligible[place] = eligible[eligible.count - 1]
            eligible.removeLast()
            list.append(task)
            for successor in graph.successors(of: Int(task)) {
                waiting[Int(successor)] -= 1
                if waiting[Int(successor)] == 0 { eligible.append(successor) }
            }
        }
        return list
    }

    /// The mother's beginning and end, with the father's order between them: a window of a quarter to three quarters, since
    /// of short ones little is new.
    ///
    /// - Source: two-point crossover of Hartmann 1998,
    ///   doi:10.1002/(SICI)1520-6750(199810)45:7<733::AID-NAV5>3.0.CO;2-C.
    func crossed(_ mother: [Int32], _ father: [Int32], using generator: inout SeededGenerator) -> [Int32] {
        let count = mother.count
        guard count > 2 else { return mother }
        let length = count / 4 + generator.int(below: count / 2 + 1)
        let first = generator.int(below: count - length + 1)
        let second = first + length
        var isTaken = [Bool](repeating: false, count: count)
        var child: [Int32] = []
        child.reserveCapacity(count)
        func take(_ task: Int32) {
            isTaken[Int(task)] = true
            child.append(task)
        }
        for task in mother[..<first] { take(task) }
        for task in father where child.count < second && !isTaken[Int(task)] { take(task) }
        for task in mother where !isTaken[Int(task)] { take(task) }
        return child
    }

    /// One pair of neighbours changes places, and one in twenty of the others, unless one waits for the other: most children
    /// of parents that are much alike would be just like them.
    func mutated(_ list: [Int32], using generator: inout SeededGenerator) -> [Int32] {
        guard list.count > 1 else { return list }
        var list = list
        let one = 1 + generator.int(below: list.count - 1)
        for place in 1..<list.count where place == one || generator.int(below: 20) == 0 {
            if !graph.dependencies(of: Int(list[place])).contains(list[place - 1]) { list.swapAt(place - 1, place) }
        }
        return list
    }

    /// By what must come first, the smallest number first; the order of a list stays where nothing is said.
    static func sort(_ list: inout [Int32], by precedence: [Int32]) {
        guard !precedence.isEmpty else { return }
        sort(&list) { precedence[Int($0)] < precedence[Int($1)] }
    }

    /// Stable, so that tasks without a duration stay behind what they wait for; fast on lists that are nearly in order.
    static func sort(_ list: inout [Int32], _ precedes: (Int32, Int32) -> Bool) {
        list.withUnsafeMutableBufferPointer { list in
            for place in 1..<max(list.count, 1) {
                let task = list[place]
                var hole = place
                while hole > 0, precedes(task, list[hole - 1]) {
                    list[hole] = list[hole - 1]
                    hole -= 1
                }
                list[hole] = task
            }
        }
    }
}

extension SeededGenerator {
    mutating func int(below limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// Added to logarithms of chances, the largest sum is each one's with its chance.
    ///
    /// - Source: Gumbel 1954; Kool, van Hoof, Welling 2019, arXiv:1903.06059.
    mutating func gumbel() -> Double { -PortableMath.log(-PortableMath.log(0x1p-41 + unit() * (1 - 0x1p-40))) }
}
