import Synchronization

/// How many bytes of bodies are held in memory at once, by all requests together.
final class BodyBudget: Sendable {
    private let free: Mutex<Int>

    init(bytes: Int) {
        free = Mutex(bytes)
    }

    /// Holds a part of it for as long as `body` runs.
    ///
    /// - Throws: `Problem` 429 where there is not so much left; what `body` throws.
    func with<Result>(_ bytes: Int, _ body: () async throws -> Result) async throws -> Result {
        let isTaken = free.withLock { free in
            guard bytes <= free else { return false }
            free -= bytes
            return true
        }
        guard isTaken else {
            throw Problem(
                429, "busy", "Too many large requests at once", detail: "try again in a second", retryAfter: 1)
        }
        defer { free.withLock { $0 += bytes } }
        return try await body()
    }
}
