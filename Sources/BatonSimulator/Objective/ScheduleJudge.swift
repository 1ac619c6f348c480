/// Says how good schedules of one problem are in the sense of an objective.
///
/// Deadlines count without being asked for: unless the objective weighs tardiness itself, the schedule that is less late is
/// better, whatever else it is, and the objective decides between schedules that are equally late.
public struct ScheduleJudge: Sendable {
    private let objective: Objective
    private let jobs: [StaticProblem.Job]
    private let deadlines: [StaticProblem.Deadline]
    private let costsPerHour: [Double]
    private let begin: Int64
    /// All that counts is the last end.
    public let isMakespan: Bool
    /// Of the schedule that mixtures are measured by.
    private var incumbent: Objective.Figures?

    /// The smaller, the better.
    public struct Score: Comparable, Hashable, Sendable {
        /// How late it is, where that counts before all.
        public var late: Double
        public var value: Double
        /// Mean completion, which decides between schedules of which none is late.
        public var completion: Double

        public static func < (left: Score, right: Score) -> Bool {
            (left.late, left.value, left.completion) < (right.late, right.value, right.completion)
        }

        static let none = Score(late: .infinity, value: .infinity, completion: .infinity)
    }

    public init(_ problem: StaticProblem, _ objective: Objective) {
        self.objective = objective
        jobs = problem.jobs
        deadlines = problem.deadlines
        costsPerHour = problem.machines.map(\.costPerHour)
        begin = problem.jobs.map(\.arrival).min() ?? 0
        let terms = Set(objective.parts.map(\.term))
        isMakespan =
            problem.deadlines.isEmpty
            && (terms == [.makespan] || (problem.jobs.count == 1 && terms.isSubset(of: [.completion, .makespan])))
    }

    /// Mixtures are measured by these figures from now on.
    public mutating func setIncumbent(_ figures: Objective.Figures) { incumbent = figures }

    /// - Parameter last: the last end.
    public func score(ends: [Int64], places: [Int32], last: Int64) -> Score {
        if isMakespan { return Score(late: 0, value: Double(last), completion: 0) }
        return score(figures(ends: ends, places: places, last: last))
    }

    /// Of a schedule with these figures.
    public func score(_ figures: Objective.Figures) -> Score {
        let isWeighed = objective.weight(of: .tardiness) > 0
        return Score(
            late: isWeighed ? 0 : figures.tardiness,
            value: isMakespan
                ? Double(begin) + figures.makespan : objective.value(of: figures, over: incumbent ?? figures),
            completion: isMakespan ? 0 : figures.completion)
    }

    /// Times in nanoseconds.
    public func figures(ends: [Int64], places: [Int32], last: Int64) -> Objective.Figures {
        var completion = 0.0
        for job in jobs { completion += Double(Self.lastEnd(job.tasks, ends) - job.arrival) }
        var (late, weights) = (0.0, 0.0)
        for deadline in deadlines {
            late += deadline.weight * Double(max(Self.lastEnd(deadline.tasks, ends) - deadline.due, 0))
            weights += deadline.weight
        }
        var held = [Int64](repeating: begin, count: costsPerHour.count)
        for (end, place) in zip(ends, places) where place >= 0 { held[Int(place)] = max(held[Int(place)], end) }
        // Divided last, so that what costs the same is equal.
        let cost = zip(held, costsPerHour).reduce(0) { $0 + Double($1.0 - begin) * $1.1 } / 3.6e12
        return Objective.Figures(
            completion: completion / Double(max(jobs.count, 1)), makespan: Double(last - begin),
            tardiness: weights > 0 ? late / weights : 0, cost: cost)
    }

    private static func lastEnd(_ tasks: Range<Int>, _ ends: [Int64]) -> Int64 {
        var last: Int64 = .min
        for task in tasks { last = max(last, ends[task]) }
        return tasks.isEmpty ? 0 : last
    }

    /// Figures that no schedule can go below.
    func bounds(_ problem: StaticProblem) -> Objective.Figures {
        let bounds = LowerBounds(problem)
        let heads = problem.heads()
        let shortest = problem.shortestDurations
        let earliest = heads.indices.map { heads[$0] + shortest[$0] }
        let last = begin + bounds.makespanNanoseconds
        let path = figures(ends: earliest, places: [], last: last)
        // Of one job, the end of all is known to be as late as that.
        let completion =
            jobs.count == 1 ? Double(last - jobs[0].arrival) : max(bounds.meanCompletionSeconds * 1e9, path.completion)
        // Somewhere the last task is held for.
        let cost = (costsPerHour.min() ?? 0) * Double(bounds.makespanNanoseconds) / 3.6e12
        return Objective.Figures(
            completion: completion, makespan: Double(bounds.makespanNanoseconds), tardiness: path.tardiness, cost: cost)
    }

    /// No schedule is better.
    public func bound(_ problem: StaticProblem) -> Score { score(bounds(problem)) }
}
