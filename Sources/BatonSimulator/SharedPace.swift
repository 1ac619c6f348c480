import BatonCore

/// Processes that share something: all go on at one pace, which is the slower, the more of them there are.
///
/// What they have to do is counted in nanoseconds of work, one of which takes one nanosecond alone. In any span of time all of them
/// do the same work, so the order of their ends is known from their starts; only how soon the first one ends changes as others
/// come and go.
struct SharedPace: Sendable {
    struct Member: Sendable {
        var attempt: Attempt.ID
        var slot: Int32
    }

    /// Counts changes: what was said of the first end before the latest one holds no longer.
    private(set) var revision: Int32 = 0
    private let slowDown: SlowDown
    /// Of each process that was there all the time, since the beginning.
    private var work = 0.0
    private var workedUntil = Instant.zero
    private var count = 0
    /// By the work after which they end; with some that have ended in another way.
    private var ends = EventQueue<Member>()

    init(_ slowDown: SlowDown) {
        self.slowDown = slowDown
    }

    mutating func join(_ member: Member, nanoseconds: Int64, at now: Instant) {
        workOn(until: now)
        count += 1
        ends.push(member, at: Instant(nanoseconds: Int64(work) + nanoseconds))
    }

    mutating func leave(at now: Instant) {
        workOn(until: now)
        count -= 1
    }

    /// Whose work is done first.
    var first: Member? { ends.next }

    mutating func removeFirst() { _ = ends.pop() }

    /// When the first one ends if nobody comes or goes before.
    func firstEnd(at now: Instant) -> Instant? {
        guard let end = ends.nextAt else { return nil }
        let left = max(Double(end.nanoseconds) - work, 0) * slowDown.factor(Double(count))
        return now.advanced(by: .nanoseconds(Int64(left.rounded(.up))))
    }

    private mutating func workOn(until now: Instant) {
        let elapsed = Double(now.nanoseconds - workedUntil.nanoseconds)
        if count > 0 { work += elapsed / slowDown.factor(Double(count)) }
        workedUntil = now
        revision += 1
    }
}
