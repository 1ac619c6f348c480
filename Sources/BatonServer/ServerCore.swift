import BatonCore
import BatonRuntime
import BatonStore
import Logging

/// What the routes work with.
struct ServerCore: Sendable {
    let configuration: ServerConfiguration
    let stores: StorePool
    let cached: AnswerCache
    let control: any RunControl
    let answers: ServerAnswers
    /// Where runs keep their files.
    let dataDirectory: String
    let keys: KeyRing
    let tokens: TokenIssuer
    let vault: SecretVault
    let limiter: RateLimiter
    /// Of wrong keys in the audit log.
    let refusals = RateLimiter(.init(perMinute: 5, burst: 5))
    let audit: AuditLog
    let idempotency: Idempotency
    let bodies: BodyBudget
    let events: EventBus
    let schedules: Scheduler
    let triggers: TriggerDesk
    let notifications: NotificationDesk
    let metrics: Metrics
    let clock: @Sendable () -> Instant
    let logger: Logger
}
