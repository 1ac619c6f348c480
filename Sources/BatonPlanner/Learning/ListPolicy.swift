import BatonCore
import BatonNeural
import BatonSimulator

/// The network's scores as chances: of the tasks whose dependencies are all listed, each comes next with its share in the
/// exponentials of their scores.
///
/// - Source: Plackett 1975, doi:10.2307/2346567, with what may not come yet left out.
struct ListPolicy {
    let lists: TaskLists

    /// Some of the choices that make a list, with all that could have been chosen.
    struct Choices: Sendable {
        /// What could be chosen, choice after choice, and in which choice.
        var rows: [Int32] = []
        var segments: [Int32] = []
        /// Of each choice, where in `rows` is what was chosen.
        var chosen: [Int32] = []
        var count: Int { chosen.count }
    }

    /// A list drawn by chance.
    func sampled(_ scores: [Double], using generator: inout SeededGenerator) -> [Int32] {
        let most = scores.max() ?? 0
        let weights = scores.map { PortableMath.exp($0 - most) }
        return list { eligible in
            var left = generator.unit() * eligible.reduce(0.0) { $0 + weights[Int($1)] }
            for (place, task) in eligible.enumerated() {
                left -= weights[Int(task)]
                if left < 0 { return place }
            }
            return eligible.count - 1
        }
    }

    private func list(_ choose: ([Int32]) -> Int) -> [Int32] {
        let graph = lists.graph
        var waiting = (0..<graph.count).map { graph.dependencies(of: $0).count }
        var eligible = (0..<Int32(graph.count)).filter { waiting[Int($0)] == 0 }
        var list: [Int32] = []
        while !eligible.isEmpty {
            let place = choose(eligible)
            let task = eligible[place]
            eligible.swapAt(place, eligible.count - 1)
            eligible.removeLast()
            list.append(task)
            for successor in graph.successors(of: Int(task)) {
                waiting[Int(successor)] -= 1
                if waiting[Int(successor)] == 0 { eligible.append(successor) }
            }
        }
        return list
    }

    /// The choices that make the list; of a long one so many, drawn by chance.
    func choices(of list: [Int32], most: Int, using generator: inout SeededGenerator) -> Choices {
        var choices = Choices()
        var step = 0
        _ = self.list { eligible in
            let place = eligible.firstIndex(of: list[step])!
            step += 1
            let isTaken = list.count <= most || generator.int(below: list.count) < most
            if isTaken, eligible.count > 1 {
                choices.chosen.append(Int32(choices.rows.count + place))
                choices.segments += Array(repeating: Int32(choices.count - 1), count: eligible.count)
                choices.rows += eligible
            }
            return place
        }
        return choices
    }

    /// Logarithms of the chances of all choices, `[choices x 1]`.
    static func logarithms(_ choices: Choices, _ scores: Tensor, on tape: inout Tape) -> Tensor {
        let all = tape.logSoftmax(
            tape.gather(scores, rows: choices.rows), segments: choices.segments, count: choices.count)
        return tape.gather(all, rows: choices.chosen)
    }
}
