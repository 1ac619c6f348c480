import BatonCore
import BatonStore
import Foundation
import Synchronization

/// The keys that are good, kept at hand: a key is looked up with every request.
final class KeyRing: Sendable {
    private struct Contents {
        var keys: [(hash: [UInt8], key: APIKey)] = []
        /// When to look whether another process has changed them.
        var isFreshUntil = Instant(nanoseconds: .min)
    }

    private let stores: StorePool
    private let contents = Mutex(Contents())
    private static let freshness = Duration.seconds(2)

    init(stores: StorePool) {
        self.stores = stores
    }

    /// Makes a key and shows it for the only time.
    func make(name: String, role: Role, at now: Instant) throws(StoreError) -> (text: String, key: APIKey) {
        let text = "\(Self.prefix)\(Base64URL.text(of: Secure.randomBytes(32)))"
        let key = APIKey(hash: Secure.sha256(text), name: name, role: role.rawValue, created: now)
        try stores.with { (store) throws(StoreError) in
            try store.remember(key)
            try store.flush()
        }
        forget()
        return (text, key)
    }

    /// What each key begins with, so that scanners for leaked secrets find it.
    static let prefix = "baton_"

    /// Who holds this key; nil where it is none, or was revoked.
    func holder(of text: String, at now: Instant) throws(StoreError) -> Principal? {
        let hash = Array(Secure.sha256(text).utf8)
        var found: APIKey?
        // Every key is compared, and each in the same time.
        for (known, key) in try current(at: now) where Secure.areEqual(known, hash) { found = key }
        return found.flatMap(Self.principal)
    }

    /// Who holds the key of this id, if it is still good.
    func holder(ofID id: String, at now: Instant) throws(StoreError) -> Principal? {
        try current(at: now).first { $0.key.id == id }.flatMap { Self.principal($0.key) }
    }

    /// - Returns: the key, revoked; nil when there is none of this id that is good.
    func revoke(_ id: String, at now: Instant) throws(StoreError) -> APIKey? {
        guard var key = try current(at: now).first(where: { $0.key.id == id })?.key else { return nil }
        try stores.with { (store) throws(StoreError) in
            try store.revokeAPIKey(key.hash, at: now)
            try store.flush()
        }
        forget()
        key.revoked = now
        return key
    }

    private static func principal(_ key: APIKey) -> Principal? {
        Role(rawValue: key.role).map { Principal(id: key.id, name: key.name, role: $0) }
    }

    private func forget() { contents.withLock { $0.isFreshUntil = Instant(nanoseconds: .min) } }

    private func current(at now: Instant) throws(StoreError) -> [(hash: [UInt8], key: APIKey)] {
        let known = contents.withLock { $0.isFreshUntil > now ? $0.keys : nil }
        if let known { return known }
        let keys = try stores.with { (store) throws(StoreError) in try store.apiKeys() }
        let good = keys.filter { $0.revoked == nil }.map { (Array($0.hash.utf8), $0) }
        contents.withLock {
            $0.keys = good
            $0.isFreshUntil = now.advanced(by: Self.freshness)
        }
        return good
    }
}

extension APIKey {
    /// By which it is spoken of: the beginning of its hash, from which nobody finds the key.
    var id: String { String(hash.prefix(16)) }
}
