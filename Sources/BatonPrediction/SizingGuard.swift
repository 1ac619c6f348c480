/// Keeps requests for memory safe where what was learned may be wrong.
///
/// Sizing weighs a distribution; this is for the case that the distribution itself is wrong. Kills are kept as multiples of
/// what was expected of the task that was killed, so they also tell about siblings that are larger or smaller.
///
/// - A request is never at or below what was killed among the signature's last 50 attempts.
/// - After a kill it rises at once: to the next rung of the ladder, and to twice the kill when a second attempt under the
///   same belief is killed before any has succeeded.
/// - It falls by at most half with each success, from what was declared and from what a kill raised it to.
/// - While more than 2 % of all recent attempts were killed, or 6 % of the signature's, requests are higher: by a quarter
///   each time that the share doubles.
public struct SizingGuard: Hashable, Sendable {
    /// Attempts after which a kill is forgotten, and over which the share of kills is taken.
    static let window = 50
    static let overallWindow = 200
    static let mostKilled = 0.02
    /// Of one signature: two of 50 are luck at 2 % (1 in 4), four are not (1 in 50).
    static let mostKilledOfOne = 0.06

    private var records: [String: Record] = [:]
    private var overall = RecentKills(size: overallWindow)

    public init() {}

    private struct Record: Hashable, Sendable {
        var recent = RecentKills(size: SizingGuard.window)
        /// The largest multiple of an expectation that was too little; 0 when none was.
        var killedLevel = 0.0
        /// The most at which any was killed.
        var killedBytes = 0.0
        /// Successes since the latest kill that was news.
        var successes = 0
        /// Attempts killed under that belief while none has succeeded.
        var kills = 0
        /// The multiple of the expectation that requests are held at for now.
        var floor = 0.0
    }

    /// What to ask for instead of `wanted`: as much or more, but no more than was declared.
    ///
    /// - Parameters:
    ///   - prediction: of memory.
    ///   - declared: bytes; an upper bound where the user gave one.
    /// - Returns: bytes.
    public func request(
        _ wanted: Double, signature: String, prediction: Prediction, declared: Double?
    ) -> Double {
        var bytes = wanted
        var excess = overall.share / Self.mostKilled
        if let record = records[signature] {
            let level = max(1.1 * record.killedLevel, record.floor)
            // An expectation that was far off says nothing about a sibling whose own is not.
            let most = 2 * max(record.killedBytes, prediction.largestSeen ?? 0)
            bytes = max(bytes, min(level * prediction.p50, most))
            excess = max(excess, record.recent.share / Self.mostKilledOfOne)
        }
        if excess > 1 { bytes *= 1 + 0.25 * Logarithm.of(excess) / Logarithm.of(2) }
        guard let declared else { return bytes }
        let halvings = min(prediction.sampleCount, 60)
        return min(max(bytes, declared / Double(1 << halvings)), declared)
    }

    public mutating func observeSuccess(signature: String) {
        overall.append(isKill: false)
        guard var record = records[signature] else { return }
        record.recent.append(isKill: false)
        record.kills = 0
        record.successes += 1
        record.floor /= 2
        if record.successes >= Self.window {
            record.killedLevel = 0
            record.killedBytes = 0
        }
        records[signature] = record
    }

    /// Takes in the end of an attempt that had been granted what was asked for, not more by way of the ladder.
    ///
    /// Many attempts may have been started under one wrong belief. The first that is killed is news; the others had no
    /// more than what is known to be too little by then, confirm it, and count no further.
    ///
    /// - Parameters:
    ///   - bytes: granted or used when it was killed, whichever was more.
    ///   - wanted: bytes that `request` would say for it now.
    public mutating func observeKill(
        at bytes: Double, signature: String, prediction: Prediction, wanted: Double, declared: Double?
    ) {
        var record = records[signature] ?? Record()
        defer { records[signature] = record }
        if record.kills > 0, bytes < wanted {
            record.kills += 1
            if record.kills == 2 { record.floor = max(record.floor, 2 * bytes / prediction.p50) }
            return
        }
        overall.append(isKill: true)
        record.recent.append(isKill: true)
        record.kills = 1
        record.successes = 0
        record.killedLevel = max(record.killedLevel, bytes / prediction.p50)
        record.killedBytes = max(record.killedBytes, bytes)
        let next = Sizing.ladder(afterKillAt: bytes, prediction, declared: declared)
        record.floor = max(record.floor, next / prediction.p50)
    }
}

/// How many of the latest attempts were killed.
private struct RecentKills: Hashable, Sendable {
    private var isKill: [Bool] = []
    private var place = 0
    private var kills = 0
    private let size: Int

    init(size: Int) {
        self.size = size
    }

    /// Of a full window, also while there are fewer: one kill among few attempts is no trend.
    var share: Double { Double(kills) / Double(size) }

    mutating func append(isKill new: Bool) {
        if isKill.count < size {
            isKill.append(new)
        } else {
            kills -= isKill[place] ? 1 : 0
            isKill[place] = new
            place = (place + 1) % size
        }
        kills += new ? 1 : 0
    }
}
