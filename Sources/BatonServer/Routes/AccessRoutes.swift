import BatonCore
import BatonFormats
import BatonStore
import HTTPTypes
import Hummingbird
import HummingbirdCore

extension RouteTable {
    static let access: [Route] = [
        .post(
            "\(prefix)/auth/token", .access, "A token for an API key, good for a day.", access: .everybody,
            body: [.json("TokenRequest")], answer: .json("Token"), handle: AccessRoutes.token),
        .get(
            "\(prefix)/auth/me", .access, "Who the server takes you for.", answer: .json("Principal"),
            handle: { call in
                .json(
                    .object([
                        "id": .string(call.principal.id), "name": .string(call.principal.name),
                        "role": .string(call.principal.role.rawValue),
                    ]))
            }),
        .get(
            "\(prefix)/keys", .access, "All API keys, revoked ones too; never the keys themselves.",
            access: .role(.admin), answer: .json("Keys"),
            handle: { call in
                let keys = try call.read { (store) throws(StoreError) in try store.apiKeys() }
                return .json(.object(["keys": .list(keys.map { AccessRoutes.json($0) })]))
            }),
        .post(
            "\(prefix)/keys", .access, "Make an API key. It is shown this once.", access: .role(.admin),
            body: [.json("KeyRequest")], status: 201, answer: .json("NewKey"), handle: AccessRoutes.makeKey),
        Route(
            path: "\(prefix)/keys/{key_id}", method: .delete, group: .access, summary: "Revoke an API key.",
            access: .role(.admin), answer: .json("Key"), handle: AccessRoutes.revokeKey),
        .get(
            "\(prefix)/secrets", .access, "Names of the secrets that tasks may ask for; never their values.",
            access: .role(.admin), answer: .json("Secrets"),
            handle: { call in .json(.object(["secrets": .strings(call.core.vault.names())])) }),
        Route(
            path: "\(prefix)/secrets/{name}", method: .put, group: .access,
            summary: "Add a secret, or give it another value. It is encrypted, and never shown.", access: .role(.admin),
            body: [.json("SecretRequest")], answer: .json("Secret"), handle: AccessRoutes.setSecret),
        Route(
            path: "\(prefix)/secrets/{name}", method: .delete, group: .access, summary: "Remove a secret.",
            access: .role(.admin), answer: .json("Secret"), handle: AccessRoutes.removeSecret),
        .get(
            "\(prefix)/audit", .access, "Who did what, newest first.", access: .role(.admin),
            query: [.limit(100, max: 1_000), .cursor], answer: .json("AuditPage"), handle: AccessRoutes.audit),
    ]
}

enum AccessRoutes {
    @Sendable static func token(_ call: Call) throws -> Reply {
        guard call.core.configuration.requiresAuthentication else {
            throw Problem.conflict("this server asks nobody who they are: no token is needed")
        }
        var given = call.request.headers[.apiKey]
        if !call.body.isEmpty {
            var fields = try Fields(try call.json())
            let named = try fields.string("api_key")
            try fields.finish()
            given = given ?? named
        }
        guard let key = given else { throw Problem.unauthorized("send an API key as X-API-Key, or as 'api_key'") }
        guard let principal = try call.core.keys.holder(of: key, at: call.now) else {
            call.core.metrics.add(to: .authenticationFailures)
            try call.auditRefusal()
            throw Problem.unauthorized("the API key is unknown or was revoked")
        }
        let entry = AuditEntry(
            at: call.now, actor: principal.id, action: "auth.token", subject: principal.name,
            detail: call.context.remoteAddress)
        try call.core.audit.write(entry)
        return .json(
            .object([
                "access_token": .string(call.core.tokens.token(for: principal, at: call.now)),
                "token_type": .string("Bearer"), "expires_in": .seconds(call.core.tokens.lifetime),
                "role": .string(principal.role.rawValue), "name": .string(principal.name),
            ]))
    }

    static func json(_ key: APIKey) -> Value {
        .object([
            "id": .string(key.id), "name": .string(key.name), "role": .string(key.role), "created": .time(key.created),
            "revoked": key.revoked.map { .time($0) },
        ])
    }

    @Sendable static func makeKey(_ call: Call) throws -> Reply {
        var fields = try Fields(try call.json())
        let name = try fields.require("name", try fields.string("name"))
        let word = try fields.require("role", try fields.string("role"))
        try fields.finish()
        guard let role = Role(rawValue: word) else {
            throw Problem.invalid("'role' is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard (1...100).contains(name.count), !name.unicodeScalars.contains(where: \.properties.isControl) else {
            throw Problem.invalid("'name' must be 1 to 100 printable characters")
        }
        let (text, key) = try call.core.keys.make(name: name, role: role, at: call.now)
        try call.audit("key.created", key.id, detail: "\(name), \(role.rawValue)")
        guard case .map(let entries) = json(key) else { preconditionFailure("a key is an object") }
        return .json(.map(entries + [Value.Entry(key: "api_key", value: .string(text))]), status: .created)
    }

    @Sendable static func revokeKey(_ call: Call) throws -> Reply {
        let id = try call.parameter("key_id")
        // So there is always an administrator left.
        guard id != call.principal.id else {
            throw Problem.conflict("a key can't revoke itself; make another one, and revoke this one with that")
        }
        guard let key = try call.core.keys.revoke(id, at: call.now) else {
            throw Problem.notFound("there is no key '\(id.prefix(40))' that is good")
        }
        try call.audit("key.revoked", key.id, detail: key.name)
        return .json(json(key))
    }

    @Sendable static func setSecret(_ call: Call) throws -> Reply {
        let name = try call.parameter("name")
        var fields = try Fields(try call.json())
        let value = try fields.require("value", try fields.string("value"))
        try fields.finish()
        try call.core.vault.set(name, to: value)
        try call.audit("secret.set", name)
        return .json(.object(["name": .string(name)]))
    }

    @Sendable static func removeSecret(_ call: Call) throws -> Reply {
        let name = try call.parameter("name")
        guard call.core.vault.remove(name) else {
            throw Problem.notFound("there is no secret '\(name.prefix(60))'")
        }
        try call.audit("secret.removed", name)
        return .json(.object(["name": .string(name)]))
    }

    @Sendable static func audit(_ call: Call) throws -> Reply {
        let limit = Int(try call.integer("limit", in: 1...1_000, default: 100))
        let before = try call.query("cursor") == nil ? nil : try call.integer("cursor", in: 1...Int64.max, default: 1)
        try call.core.audit.flush()
        let (entries, keys) = try call.read { (store) throws(StoreError) in
            (try store.auditEntries(before: before, limit: limit + 1), try store.apiKeys())
        }
        let names = Dictionary(keys.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
        let page = entries.prefix(limit)
        return .json(
            .object([
                "entries": .list(
                    page.map { entry in
                        .object([
                            "id": .number(entry.id), "at": .time(entry.at), "actor": .string(entry.actor),
                            "actor_name": names[entry.actor].map { .string($0) },
                            "action": .string(entry.action), "subject": entry.subject.map { .string($0) },
                            "detail": entry.detail.map { .string($0) },
                        ])
                    }),
                "next_cursor": entries.count > limit ? .string(String(page.last!.id)) : .null,
            ]))
    }
}

extension Call {
    /// Remembers that somebody tried a wrong key; of many tries from one address a few a minute.
    fileprivate func auditRefusal() throws(StoreError) {
        let address = context.remoteAddress ?? "unknown"
        do throws(Problem) {
            try core.refusals.take(for: address, at: now)
        } catch {
            return
        }
        try audit("auth.refused", address)
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}
