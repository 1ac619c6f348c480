import BatonCore
public import BatonSimulator

/// Looks for the best schedule in the sense of an objective, mostly that with the least makespan: lists of tasks that are
/// crossed, changed a little, decoded, and straightened from both ends.
///
/// ```
/// var search = MakespanSearch(problem, seed: 1)
/// search.run { search in search.decodedCount > 5_000 }
/// search.best.makespanNanoseconds
/// ```
/// It can go on at any time, and holds a schedule that can be carried out from the beginning.
/// - Source: genetic search over lists, Hartmann 1998; double justification of Valls, Ballestín, Quintanilla 2005,
///   doi:10.1016/j.ejor.2004.04.008.
public struct MakespanSearch: Sendable {
    /// The best schedule so far.
    public private(set) var best: Plan
    /// Of the rule from which the search began: the longest path first.
    public private(set) var first: Plan
    /// Lists that were decoded so far.
    public private(set) var decodedCount = 0
    /// About how long decoding took, the same everywhere and every time.
    public var estimatedNanoseconds: Int { decoder.estimatedNanoseconds + proposalNanoseconds }

    public struct Plan: Sendable {
        public var score: ScheduleJudge.Score
        /// Of the last end, since the problem began.
        public var makespanNanoseconds: Int64
        /// Each task after those it waits for, `[V]`.
        public var list: [Int32]
    }

    private struct Individual: Sendable {
        var list: [Int32]
        var score: ScheduleJudge.Score
    }

    /// Individuals at first; each new beginning doubles them.
    private static let leastSize = 32
    private static let mostSize = 256

    private let lists: TaskLists
    private let urgency: Urgency
    private var judge: ScheduleJudge
    /// No schedule is better.
    private let bound: ScheduleJudge.Score
    /// What must be placed first where priorities differ, `[V]`; empty where they don't.
    private let precedence: [Int32]
    /// What runs already, and is placed before all others, in order and as a look-up, `[V]`.
    private let underway: (tasks: [Int32], contains: [Bool])
    /// To end all as early as possible is all that counts.
    public let isMakespan: Bool
    public let hasDeadlines: Bool
    private var decoder: SerialDecoder
    private var rollout: Rollout
    private var generator: SeededGenerator
    private var population: [Individual] = []
    private var size = MakespanSearch.leastSize
    /// Children since the last improvement.
    private var idle = 0
    /// The network's scores, from which lists are drawn as well; nil without one.
    private let scores: [Double]?
    private let proposalNanoseconds: Int
    /// Each task's place in one topological order: tasks that start and end at once stay in it.
    private let places: [Int32]

    /// - Parameters:
    ///   - problem: with at least one machine for each task. Where priorities differ, tasks are placed in their order, and
    ///     what an urgent one waits for is as urgent.
    ///   - objective: what is to be small.
    ///   - seed: of all chance in the search.
    ///   - network: proposes lists, which are tried like all others.
    ///   - earlier: of a plan made before, the higher the earlier a task was to start, `[V]`; tried before all others.
    ///   - underway: tasks that run already and wait for no other. The problem says how long they take from now on.
    public init(
        _ problem: StaticProblem, _ objective: Objective = Objective(.makespan), seed: UInt64,
        network: SchedulingNetwork? = nil, earlier: [Double]? = nil, underway: [Int32] = []
    ) {
        lists = TaskLists(graph: problem.graph)
        urgency = Urgency(problem)
        precedence = problem.precedence
        var runsAlready = [Bool](repeating: false, count: problem.count)
        for task in underway { runsAlready[Int(task)] = true }
        self.underway = (underway, runsAlready)
        decoder = SerialDecoder(problem)
        rollout = Rollout(problem)
        generator = SeededGenerator(seed: seed)
        var urgent = lists.byKey(urgency.paths)
        var places = [Int32](repeating: 0, count: urgent.count)
        for (place, task) in urgent.enumerated() { places[Int(task)] = Int32(place) }
        self.places = places
        scores = network?.network.answer(problem).scores
        proposalNanoseconds = scores == nil ? 0 : GraphNetwork.estimatedNanoseconds(tasks: problem.count)
        TaskLists.sort(&urgent, by: precedence)
        Self.putFirst(self.underway, &urgent)
        let last = decoder.decode(urgent)
        var judge = ScheduleJudge(problem, objective)
        judge.setIncumbent(judge.figures(ends: decoder.ends, places: decoder.places, last: last))
        let score = judge.score(ends: decoder.ends, places: decoder.places, last: last)
        first = Plan(score: score, makespanNanoseconds: last, list: urgent)
        best = first
        bound = judge.bound(problem)
        isMakespan = judge.isMakespan && precedence.isEmpty
        hasDeadlines = !problem.deadlines.isEmpty
        self.judge = judge
        population.append(improved(urgent))
        if let earlier { population.append(improved(lists.byKey(earlier))) }
        if let scores { population.append(improved(lists.byKey(scores))) }
    }

    /// The network's list as it is, or without one that of the longest path first.
    var unsearched: [Int32] { lists.byKey(scores ?? urgency.paths) }

    /// Nothing better exists.
    public var isOptimal: Bool { best.score <= bound }

    /// Searches until told to stop or until nothing better can exist.
    public mutating func run(isOver: (MakespanSearch) -> Bool) {
        while !isOptimal, !isOver(self) { step() }
    }

    /// One more individual.
    private mutating func step() {
        if population.count < size {
            population.append(improved(sampled()))
            return
        }
        guard idle <= 12 * size else { return beginAnew() }
        idle += 1
        let child = improved(
            lists.mutated(lists.crossed(parent(), parent(), using: &generator), using: &generator))
        let rival = population.indices.max { population[$0].score < population[$1].score }!
        if child.score <= population[rival].score, !population.contains(where: { $0.list == child.list }) {
            population[rival] = child
        }
    }

    /// All have become alike: twice as many others take their place.
    private mutating func beginAnew() {
        size = min(2 * size, Self.mostSize)
        idle = 0
        population = []
    }

    /// The better of two.
    private mutating func parent() -> [Int32] {
        let pair = (generator.int(below: population.count), generator.int(below: population.count))
        return population[population[pair.0].score <= population[pair.1].score ? pair.0 : pair.1].list
    }

    /// Half are lists by blurred paths, half what a random blend of rules would dispatch: the first are better for
    /// projects of many scarce resources, the others for many jobs on one. With a network, every third is drawn from it.
    ///
    /// Where runs or deadlines compete, every other one is by what should start first, or run by run.
    private mutating func sampled() -> [Int32] {
        if let scores, generator.int(below: 3) == 0 {
            return lists.byKey(scores.map { $0 + generator.gumbel() })
        }
        if !isMakespan, generator.int(below: 2) == 0 { return lists.byKey(urgency.competition(using: &generator)) }
        if generator.int(below: 2) == 0 { return lists.byKey(urgency.blurredPaths(using: &generator)) }
        let keys = urgency.blend(using: &generator)
        let order = (0..<Int32(keys.count)).sorted { keys[Int($0)] > keys[Int($1)] }
        _ = rollout.run(order: order)
        return order.sorted { left, right in
            let (left, right) = (Int(left), Int(right))
            return (rollout.starts[left], places[left]) < (rollout.starts[right], places[right])
        }
    }

    /// Decodes the list, then straightens its schedule from the end and again from the beginning.
    private mutating func improved(_ list: [Int32]) -> Individual {
        guard precedence.isEmpty else { return ordered(list) }
        var list = list
        Self.putFirst(underway, &list)
        let given = keep(list, decoder.decode(list))
        // Turned round first, so that of tasks that end together those come first that others no longer wait for.
        let original = list
        list.reverse()
        TaskLists.sort(&list) { decoder.ends[Int($0)] > decoder.ends[Int($1)] }
        _ = decoder.decode(list, .backward)
        list.reverse()
        TaskLists.sort(&list) { decoder.ends[Int($0)] > decoder.ends[Int($1)] }
        Self.putFirst(underway, &list)
        let score = keep(list, decoder.decode(list))
        decodedCount += 3
        // To be straight is good for the last end only.
        if !isMakespan, given < score { return Individual(list: original, score: given) }
        // What starts first comes first, so that equal schedules are equal lists.
        TaskLists.sort(&list) { left, right in
            let (left, right) = (Int(left), Int(right))
            return (decoder.starts[left], places[left]) < (decoder.starts[right], places[right])
        }
        return Individual(list: list, score: score)
    }

    /// Decodes the list with urgent tasks moved to the front; nothing is straightened, which would mix them.
    private mutating func ordered(_ list: [Int32]) -> Individual {
        var list = list
        TaskLists.sort(&list, by: precedence)
        Self.putFirst(underway, &list)
        decodedCount += 1
        return Individual(list: list, score: keep(list, decoder.decode(list)))
    }

    private static func putFirst(_ underway: (tasks: [Int32], contains: [Bool]), _ list: inout [Int32]) {
        guard !underway.tasks.isEmpty else { return }
        list = underway.tasks + list.filter { !underway.contains[Int($0)] }
    }

    private mutating func keep(_ list: [Int32], _ last: Int64) -> ScheduleJudge.Score {
        let score = judge.score(ends: decoder.ends, places: decoder.places, last: last)
        guard score < best.score else { return score }
        idle = 0
        best = Plan(score: score, makespanNanoseconds: last, list: list)
        return score
    }
}
