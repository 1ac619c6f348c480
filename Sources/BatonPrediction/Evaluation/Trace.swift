/// What a real system recorded of its tasks, in the order of their completion.
public struct Trace: Sendable {
    public var name: String
    public var rows: [Row]
    public var flaws: Flaws
    /// Its stamps count from 1970, so that what happened in several traces can be put in order.
    public var isDated = false

    public init(name: String, rows: [Row] = [], flaws: Flaws = Flaws()) {
        self.name = name
        self.rows = rows
        self.flaws = flaws
    }

    /// What one user had run who ran all of them: dated ones by the time, others one after the other.
    public static func joined(_ traces: [Trace]) -> Trace {
        var history = Trace(name: "", flaws: traces.reduce(Flaws()) { $0 + $1.flaws })
        history.rows = traces.filter(\.isDated).flatMap(\.rows)
        history.sortByCompletion()
        for trace in traces where !trace.isDated {
            let end = history.rows.lazy.compactMap(\.completedAt).max() ?? 0
            for var row in trace.rows {
                row.submittedAt = row.submittedAt.map { $0 + end }
                row.completedAt = row.completedAt.map { $0 + end }
                history.rows.append(row)
            }
        }
        return history
    }

    /// An attempt that succeeded.
    public struct Row: Sendable {
        public var profile: TaskProfile
        public var measurement: Measurement
        /// Seconds since any one moment; nil where the trace has no stamps.
        public var submittedAt: Double?
        public var completedAt: Double?
        /// Bytes that it really read: known only afterwards.
        public var readBytes: Double?

        public init(
            profile: TaskProfile, measurement: Measurement, submittedAt: Double? = nil, completedAt: Double? = nil,
            readBytes: Double? = nil
        ) {
            self.profile = profile
            self.measurement = measurement
            self.submittedAt = submittedAt
            self.completedAt = completedAt
            self.readBytes = readBytes
        }
    }

    /// Rows that taught nothing, by reason.
    public struct Flaws: Hashable, Sendable {
        /// Did not succeed: what they took is not what the task takes.
        public var unsuccessful = 0
        /// Cut off, or with text where a number belongs.
        public var damaged = 0
        /// Stamps that go backwards.
        public var clockSteps = 0

        public init() {}

        public static func + (left: Flaws, right: Flaws) -> Flaws {
            var sum = left
            sum.unsuccessful += right.unsuccessful
            sum.damaged += right.damaged
            sum.clockSteps += right.clockSteps
            return sum
        }
    }

    /// By completion; rows without a stamp keep their places among those beside them.
    public mutating func sortByCompletion() {
        var last = -Double.infinity
        var keyed: [(at: Double, place: Int)] = []
        for (place, row) in rows.enumerated() {
            last = row.completedAt ?? last
            keyed.append((last, place))
        }
        keyed.sort { ($0.at, $0.place) < ($1.at, $1.place) }
        rows = keyed.map { rows[$0.place] }
    }
}
