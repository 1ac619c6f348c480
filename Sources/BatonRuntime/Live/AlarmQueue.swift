import BatonCore

/// Alarms by due time; those due at the same instant ring in the order in which they were set.
struct AlarmQueue {
    /// Latest first, so that the next one is the last.
    private var alarms: [(at: Instant, alarm: Alarm)] = []

    var next: Instant? { alarms.last?.at }

    mutating func set(_ alarm: Alarm, at instant: Instant) {
        var low = 0
        var high = alarms.count
        while low < high {
            let middle = (low + high) / 2
            if alarms[middle].at > instant { low = middle + 1 } else { high = middle }
        }
        alarms.insert((instant, alarm), at: low)
    }

    mutating func popDue(at now: Instant) -> Alarm? {
        guard let last = alarms.last, last.at <= now else { return nil }
        return alarms.removeLast().alarm
    }
}
