public import BatonCore

/// Something that a server does by itself, as it was written down: a schedule, a backfill, a trigger, a notification.
///
/// What is in it is its owner's business; the store only keeps it.
public struct Automation: Hashable, Sendable {
    public var kind: Kind
    /// Its own among those of its kind.
    public var name: String
    /// JSON.
    public var definition: String
    /// Everything up to here has been dealt with.
    public var seen: Instant
    public var created: Instant

    public init(kind: Kind, name: String, definition: String, seen: Instant, created: Instant) {
        self.kind = kind
        self.name = name
        self.definition = definition
        self.seen = seen
        self.created = created
    }

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case schedule, backfill, trigger, notification
    }
}

/// One occasion on which an automation starts a run, or tells of one, and what came of it.
///
/// The id of the run is written here before the run is made. So whoever dies in between finds either no such run and
/// makes it, or the run and leaves it alone; and the same key never makes a second one.
public struct Firing: Hashable, Sendable {
    public var kind: Automation.Kind
    /// Of the automation.
    public var name: String
    /// What happens once: of a schedule the time that was due.
    public var key: String
    /// Which the firing counts among; a schedule's own, or a backfill's. A cap holds for each by itself.
    public var batch: String
    /// Nil until its turn comes: ids are in the order in which runs begin. Of a notification the run that it tells of.
    public var run: Run.ID?
    /// When it was due, or was noticed.
    public var at: Instant
    public var state: State
    /// Why it was skipped or refused.
    public var reason: String?
    /// What its run is to be told, until it is made; of a notification: its owner's business.
    public var input: String?

    public init(
        kind: Automation.Kind, name: String, key: String, batch: String, run: Run.ID? = nil, at: Instant,
        state: State = .waiting, reason: String? = nil, input: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.key = key
        self.batch = batch
        self.run = run
        self.at = at
        self.state = state
        self.reason = reason
        self.input = input
    }

    public enum State: String, Hashable, Sendable, CaseIterable {
        case waiting
        /// Its run was made; of a notification: somebody was told.
        case started
        /// Left out: another one may take its place.
        case skipped
        /// The engine did not want its run, or nobody could be told: another one may take its place.
        case refused

        var mayBeReplaced: Bool {
            switch self {
            case .waiting, .started: false
            case .skipped, .refused: true
            }
        }
    }

    /// The batch of files that were seen: these are not forgotten, however old, for then they would be new.
    public static let files = "files"

    /// The key of what happens when a run ends: once for each end, for a run that is tried again ends again.
    public static func key(ofEnd run: Run.ID, at end: Instant) -> String { "\(run) \(end.nanoseconds)" }

    /// Where a firing stands in a list by time.
    public struct Place: Hashable, Sendable {
        public var at: Instant
        public var key: String

        public init(at: Instant, key: String) {
            self.at = at
            self.key = key
        }
    }

    public var place: Place { Place(at: at, key: key) }
}
