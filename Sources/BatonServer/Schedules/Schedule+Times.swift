import BatonCore
import BatonFormats
import BatonStore
import Foundation

/// The times of a schedule, and what is to be done about each that has come.
extension Schedule {
    /// What firings count among; those of a backfill among its id.
    static let regular = "schedule"
    static let manual = "manual"

    /// Later than this it is started because it was missed; before, it was only not looked at yet.
    private static let lateness = Duration.seconds(60)

    /// In their order; to the second.
    ///
    /// - Parameter end: the last that counts; nil for as far as it takes.
    func times(after start: Instant, through end: Instant? = nil, limit: Int) -> [Instant] {
        let second: Int64 = 1_000_000_000
        let found = cron.times(
            after: start.nanoseconds.flooredQuotient(by: second),
            through: end?.nanoseconds.flooredQuotient(by: second), limit: limit
        ) { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) }
        return found.map { Instant(nanoseconds: $0 * second) }
    }

    func firing(for time: Instant, in batch: String) -> Firing {
        Firing(kind: .schedule, name: name, key: time.rfc3339, batch: batch, at: time)
    }

    /// Which of the times that have come are to be started, and why not the others.
    ///
    /// - Parameters:
    ///   - due: in their order.
    ///   - isLast: the last of them is the last that has come.
    ///   - room: how many more runs may go on.
    func firings(for due: [Instant], isLast: Bool, at now: Instant, room: Int) -> [Firing] {
        var room = room
        return due.enumerated().map { index, time in
            var firing = firing(for: time, in: Self.regular)
            let isLatest = isLast && index == due.count - 1
            firing.reason = reasonToSkip(time, isLatest: isLatest, at: now, room: room)
            if firing.reason == nil { room -= 1 } else { firing.state = .skipped }
            return firing
        }
    }

    private func reasonToSkip(_ time: Instant, isLatest: Bool, at now: Instant, room: Int) -> String? {
        if time.duration(to: now) > Self.lateness {
            switch catchUp {
            case .all: return nil
            case .latest where isLatest: return nil
            case .latest, .none: return "the server did not run at that time; a backfill makes up for it"
            }
        }
        if room > 0 || catchUp == .all { return nil }
        return "as many of its runs went on as 'max_active_runs' allows: \(template.activeRunsMax)"
    }
}
