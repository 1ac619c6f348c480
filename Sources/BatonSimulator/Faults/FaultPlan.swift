public import BatonCore

/// What goes wrong in a simulation, as data: the same plan gives the same disaster.
public struct FaultPlan: Hashable, Sendable {
    /// Keys the draws of `rates`.
    public var seed: UInt64
    public var incidents: [Incident]
    public var crashes: [Crash]
    public var rates: Rates
    /// Each order and each report takes this long.
    public var networkDelay: Duration
    /// Nothing goes wrong with attempts that start at or after this instant.
    public var endsAt: Instant

    public init(
        seed: UInt64 = 0, incidents: [Incident] = [], crashes: [Crash] = [], rates: Rates = Rates(),
        networkDelay: Duration = .zero, endsAt: Instant = .zero
    ) {
        self.seed = seed
        self.incidents = incidents
        self.crashes = crashes
        self.rates = rates
        self.networkDelay = networkDelay
        self.endsAt = endsAt
    }

    /// Something that happens at a given time.
    public struct Incident: Hashable, Sendable {
        public var at: Instant
        public var kind: Kind

        public init(at: Instant, _ kind: Kind) {
            self.at = at
            self.kind = kind
        }

        public enum Kind: Hashable, Sendable {
            /// All running attempts die with it; a new one is there after this time.
            case supervisorDies(back: Duration)
            /// The worker and all that runs there are gone for good.
            case workerLost(Worker.ID)
            /// A new machine, or a lost one that comes back under another number.
            case workerJoins(Machine)
            /// Appending to the log fails for this long.
            case storeFull(Duration)
            /// Others take all of a worker but this, for a while.
            case workerShared(Worker.ID, remaining: Resources, Duration)
            /// The user asks for something; a refusal is shrugged off.
            case wish(Command)
        }
    }

    /// A death of the orchestrator: memory is gone, log and attempts stay.
    public struct Crash: Hashable, Sendable {
        /// The turn of its loop in which it dies, counted over the whole simulation.
        public var turn: Int
        public var point: Point
        public var downtime: Duration

        public init(turn: Int, point: Point, downtime: Duration) {
            self.turn = turn
            self.point = point
            self.downtime = downtime
        }

        public enum Point: Hashable, Sendable {
            case beforeAppend
            /// After this many of the turn's orders have been carried out: none, some or all.
            case afterOrders(Int)
        }
    }

    /// How many of a thousand attempts something happens to.
    public struct Rates: Hashable, Sendable {
        /// Ten times as slow.
        public var straggler: UInt64
        /// Fails without any fault of the task.
        public var spuriousFailure: UInt64
        /// Nobody hears of its end until the connection is made again.
        public var lostReport: UInt64
        public var lateReport: UInt64
        public var duplicateReport: UInt64
        /// Seen to hold more memory than its grant, some time before its end.
        public var growth: UInt64
        /// Takes up to a minute before it begins.
        public var slowStart: UInt64

        public init(
            straggler: UInt64 = 0, spuriousFailure: UInt64 = 0, lostReport: UInt64 = 0, lateReport: UInt64 = 0,
            duplicateReport: UInt64 = 0, growth: UInt64 = 0, slowStart: UInt64 = 0
        ) {
            self.straggler = straggler
            self.spuriousFailure = spuriousFailure
            self.lostReport = lostReport
            self.lateReport = lateReport
            self.duplicateReport = duplicateReport
            self.growth = growth
            self.slowStart = slowStart
        }
    }

    var isEmpty: Bool { incidents.isEmpty && crashes.isEmpty && rates == Rates() && networkDelay == .zero }
}
