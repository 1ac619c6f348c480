/// An event with its place in time, as the log keeps it.
public struct Recorded: Hashable, Sendable {
    public var event: Event
    public var at: Instant
    /// What the engine announced when it handled the event; read models are written from these.
    public var changes: [Change]

    public init(event: Event, at: Instant, changes: [Change]) {
        self.event = event
        self.at = at
        self.changes = changes
    }
}
