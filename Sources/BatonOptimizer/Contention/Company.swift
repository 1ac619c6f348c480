/// What ran beside an attempt of an earlier run.
public struct Company: Hashable, Sendable {
    /// Others of its sort: how many, on average over its time.
    public var siblings: Double
    /// Likewise of other sorts.
    public var others: Double
    /// It began before any of its sort had ended in that run: what they share had to be fetched first.
    public var isFirst: Bool

    public init(siblings: Double, others: Double = 0, isFirst: Bool = false) {
        self.siblings = siblings
        self.others = others
        self.isFirst = isFirst
    }

    /// From when to when an attempt ran, in nanoseconds on one clock.
    public struct Span: Hashable, Sendable {
        /// Of the definition.
        public var task: String
        public var start: Int64
        public var end: Int64

        public init(task: String, start: Int64, end: Int64) {
            self.task = task
            self.start = start
            self.end = end
        }
    }

    /// Of each attempt of one run, `[A]`.
    ///
    /// - Parameter spans: all that ran, however they ended, `[A]` in any order.
    /// - Complexity: O(A log A)
    public static func all(in spans: [Span]) -> [Company] {
        var places: [String: Int] = [:]
        let sorts = spans.map { span in
            let sort = TaskFamilies.sort(of: span.task)
            if let place = places[sort] { return place }
            places[sort] = places.count
            return places.count - 1
        }
        let starts = spans.indices.map { Moment(at: spans[$0].start, isStart: true, span: $0) }
        let ends = spans.indices.map { Moment(at: max(spans[$0].end, spans[$0].start + 1), isStart: false, span: $0) }
        var own = [Presence](repeating: Presence(), count: places.count)
        var all = Presence()
        var before = [(own: Double, all: Double)](repeating: (0, 0), count: spans.count)
        var companies = spans.map { _ in Company(siblings: 0) }
        for moment in (starts + ends).sorted() {
            let (span, sort) = (moment.span, sorts[moment.span])
            let since = (own: own[sort].total(at: moment.at), all: all.total(at: moment.at))
            if moment.isStart {
                before[span] = since
                companies[span].isFirst = !own[sort].hasEnded
            } else {
                let time = Double(moment.at - spans[span].start)
                let (siblings, everyone) = (
                    (since.own - before[span].own) / time, (since.all - before[span].all) / time
                )
                companies[span].siblings = max(siblings - 1, 0)
                companies[span].others = max(everyone - siblings, 0)
            }
            own[sort].change(by: moment.isStart ? 1 : -1, at: moment.at)
            all.change(by: moment.isStart ? 1 : -1, at: moment.at)
        }
        return companies
    }

    private struct Moment: Comparable {
        var at: Int64
        var isStart: Bool
        var span: Int

        /// At one instant ends come first.
        static func < (left: Moment, right: Moment) -> Bool {
            if left.at != right.at { return left.at < right.at }
            return left.isStart != right.isStart ? right.isStart : left.span < right.span
        }
    }

    /// How many were there, summed up over time.
    private struct Presence {
        private var count = 0.0
        private var sum = 0.0
        private var since: Int64 = 0
        private(set) var hasEnded = false

        func total(at now: Int64) -> Double { sum + count * Double(now - since) }

        mutating func change(by change: Double, at now: Int64) {
            sum = total(at: now)
            since = now
            count += change
            if change < 0 { hasEnded = true }
        }
    }
}
