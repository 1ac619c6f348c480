import BatonCore
import Synchronization

/// A bucket of tokens for each client: a request takes one, and they come back at a steady rate.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Instant
    }

    private let limit: ServerConfiguration.RateLimit?
    private let buckets = Mutex<[String: Bucket]>([:])
    /// More are forgotten, full ones first: a flood of addresses must not fill the memory.
    private static let bucketsMax = 10_000

    /// - Parameter limit: nil lets everything pass.
    init(_ limit: ServerConfiguration.RateLimit?) {
        self.limit = limit
    }

    /// - Throws: `Problem` 429 with the time until the next token.
    func take(for client: String, at now: Instant) throws(Problem) {
        guard let limit else { return }
        let perSecond = limit.perMinute / 60
        let wait = buckets.withLock { buckets -> Double in
            if buckets.count >= Self.bucketsMax, buckets[client] == nil {
                buckets = buckets.filter {
                    $0.value.tokens + $0.value.at.duration(to: now).seconds * perSecond < limit.burst
                }
                if buckets.count >= Self.bucketsMax { buckets.removeAll() }
            }
            var bucket = buckets[client] ?? Bucket(tokens: limit.burst, at: now)
            bucket.tokens = min(limit.burst, bucket.tokens + max(0, bucket.at.duration(to: now).seconds) * perSecond)
            bucket.at = now
            let missing = 1 - bucket.tokens
            if missing <= 0 { bucket.tokens -= 1 }
            buckets[client] = bucket
            return missing <= 0 ? 0 : missing / perSecond
        }
        if wait > 0 { throw .tooManyRequests(after: Int(wait.rounded(.up))) }
    }
}
