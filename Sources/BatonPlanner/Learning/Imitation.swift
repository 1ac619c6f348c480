import BatonCore
import BatonNeural
import BatonSimulator

/// A problem with the list that a long search found for it, to be imitated.
struct SolvedProblem: Sendable {
    let input: GraphNetwork.Input
    let choices: ListPolicy.Choices

    /// - Parameter nanoseconds: about how long to search.
    /// - Returns: nil where no choice was to be made.
    init?(_ problem: StaticProblem, nanoseconds: Int, seed: UInt64) {
        var search = MakespanSearch(problem, seed: seed)
        search.run { $0.estimatedNanoseconds >= nanoseconds || $0.decodedCount >= 20_000 }
        // By their starts: what the schedule does first is to be chosen first, however it was found.
        var decoder = SerialDecoder(problem)
        _ = decoder.decode(search.best.list)
        var list = search.best.list
        TaskLists.sort(&list) { decoder.starts[Int($0)] < decoder.starts[Int($1)] }
        var generator = SeededGenerator(seed: seed)
        choices = ListPolicy(lists: TaskLists(graph: problem.graph)).choices(of: list, most: 64, using: &generator)
        guard choices.count > 0 else { return nil }
        input = GraphNetwork.Input(problem)
    }

    /// Minus the mean logarithm of the chance of each choice: a ranking loss over what was eligible.
    ///
    /// - Source: Cao and others 2007, doi:10.1145/1273496.1273513 (ListNet's list-wise likelihood).
    func loss(_ network: GraphNetwork) -> (loss: Double, gradient: [Double]) {
        var tape = Tape(network.parameters)
        let output = network.apply(input, on: &tape)
        let logarithms = ListPolicy.logarithms(choices, output.scores, on: &tape)
        let loss = tape.scale(tape.mean(logarithms), by: -1)
        return (tape.number(loss), tape.gradient(of: loss))
    }
}
