import BatonCore
import BatonServer
import Crypto
import Foundation
import HTTPTypes
import Testing

@Suite("Keys, tokens, roles and limits")
struct SecurityTests {
    @Test("without a key nothing is told but that the server is alive")
    func anonymous() async throws {
        try await Stage.with(authentication: true) { stage in
            let none = ["X-API-Key": "baton_wrong"]
            for path in ["/api/v1/runs", "/metrics", "/api/v1/events", "/api/v1/auth/me"] {
                let answer = try await stage.get(path, none)
                #expect(answer.status == 401 && answer.header("WWW-Authenticate") != nil, "\(path)")
            }
            for path in ["/healthz", "/openapi.json"] { #expect(try await stage.get(path, none).status == 200) }
            #expect(try await stage.get("/api/v1/auth/me", ["Authorization": "Basic YTpi"]).status == 401)
        }
    }

    @Test("the first key is shown once, and is an administrator's")
    func firstKey() async throws {
        try await Stage.with(authentication: true) { stage in
            #expect(stage.key.hasPrefix("baton_") && stage.key.utf8.count == 49)
            #expect(try stage.server.makeFirstKey() == nil)
            let me = try await stage.get("/api/v1/auth/me")
            #expect(me["role"] == .string("admin"))
            let keys = try await stage.get("/api/v1/keys")
            #expect(!keys.text.contains(stage.key))
            let database = try Data(contentsOf: URL(filePath: stage.folder + "/baton.db"))
            let log = try Data(contentsOf: URL(filePath: stage.folder + "/baton.db-wal"))
            for file in [database, log] { #expect(file.firstRange(of: Data(stage.key.utf8)) == nil) }
        }
    }

    @Test("a key opens what its role may do until it is revoked; so does a token that was made for it")
    func roles() async throws {
        try await Stage.with(authentication: true) { stage in
            let made = try await stage.post("/api/v1/keys", #"{"name": "ci", "role": "viewer"}"#)
            guard case .string(let key)? = made["api_key"], case .string(let id)? = made["id"] else {
                Issue.record("no key: \(made.text)")
                return
            }
            let token = try await stage.post("/api/v1/auth/token", #"{"api_key": "\#(key)"}"#, ["X-API-Key": key])
            guard case .string(let bearer)? = token["access_token"] else { return }
            #expect(token["expires_in"] == .number(86_400))
            let wrong = try await stage.post("/api/v1/auth/token", #"{"api_key": 7}"#, ["X-API-Key": key])
            #expect(wrong.status == 422 && wrong.text.contains("'api_key' must be text"), "\(wrong.text)")
            for headers in [
                ["X-API-Key": key], ["Authorization": "Bearer \(bearer)"], ["Authorization": "bearer \(key)"],
            ] {
                #expect(try await stage.get("/api/v1/runs", headers).status == 200)
                #expect(try await stage.post("/api/v1/runs", "{}", headers).status == 403)
                #expect(try await stage.get("/api/v1/keys", headers).status == 403)
                #expect(try await stage.get("/api/v1/audit", headers).status == 403)
            }
            #expect(try await stage.send(.delete, "/api/v1/keys/\(id)").status == 200)
            #expect(try await stage.get("/api/v1/runs", ["X-API-Key": key]).status == 401)
            #expect(try await stage.get("/api/v1/runs", ["Authorization": "Bearer \(bearer)"]).status == 401)
            #expect(try await stage.send(.delete, "/api/v1/keys/\(id)").status == 404)
        }
    }

    @Test("an administrator can't lock everybody out by revoking the key that is used for it")
    func lockout() async throws {
        try await Stage.with(authentication: true) { stage in
            guard case .string(let id)? = try await stage.get("/api/v1/auth/me")["id"] else { return }
            #expect(try await stage.send(.delete, "/api/v1/keys/\(id)").status == 409)
            #expect(try await stage.get("/api/v1/keys").status == 200)
        }
    }

    @Test("a token ends after a day")
    func expiry() async throws {
        try await Stage.with(authentication: true) { stage in
            let bearer = try await token(stage)
            stage.time.advance(by: .seconds(86_399))
            #expect(try await stage.get("/api/v1/runs", ["Authorization": "Bearer \(bearer)"]).status == 200)
            stage.time.advance(by: .seconds(2))
            let answer = try await stage.get("/api/v1/runs", ["Authorization": "Bearer \(bearer)"])
            #expect(answer.status == 401 && answer.text.contains("expired"))
        }
    }

    @Test("a forged token is refused: without an algorithm, with another one, with other claims, with another secret")
    func forgery() async throws {
        try await Stage.with(authentication: true) { stage in
            let parts = try await token(stage).split(separator: ".").map(String.init)
            let secret = try Data(contentsOf: URL(filePath: stage.folder + "/token.key"))
            let claims = try #require(Self.decoded(parts[1]))
            let none = Self.encoded(#"{"alg":"none","typ":"JWT"}"#)
            let other = Self.encoded(#"{"alg":"HS512","typ":"JWT"}"#)
            let forever = Self.encoded(claims.replacing(#/"exp":\d+/#, with: #""exp":99999999999"#))
            let forged = [
                "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])",
                Self.signed("\(none).\(parts[1])", with: secret), Self.signed("\(other).\(parts[1])", with: secret),
                "\(parts[0]).\(forever).\(parts[2])", Self.signed("\(parts[0]).\(forever)", with: Data(count: 32)),
                "\(parts[0]).\(parts[1]).\(parts[2])=", "\(parts[0]).\(parts[1])", "\(parts[0])..\(parts[2])", "..", "",
                Self.signed("\(parts[0]).\(Self.encoded("{}"))", with: secret),
                Self.signed("\(parts[0]).\(Self.encoded(String(repeating: "[", count: 3_000)))", with: secret),
            ]
            for token in forged {
                #expect(
                    try await stage.get("/api/v1/runs", ["Authorization": "Bearer \(token)"]).status == 401, "\(token)")
            }
            // The same signature over what was signed, to show that the forger knows how.
            let good = Self.signed("\(parts[0]).\(parts[1])", with: secret)
            #expect(try await stage.get("/api/v1/runs", ["Authorization": "Bearer \(good)"]).status == 200)
        }
    }

    private func token(_ stage: Stage) async throws -> String {
        let answer = try await stage.post("/api/v1/auth/token")
        guard case .string(let token)? = answer["access_token"] else { throw CancellationError() }
        return token
    }

    private static func encoded(_ bytes: some DataProtocol) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func encoded(_ text: String) -> String { encoded(Data(text.utf8)) }

    private static func decoded(_ part: String) -> String? {
        let standard = part.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func signed(_ text: String, with secret: Data) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: secret))
        return "\(text).\(encoded(Data(code)))"
    }

    @Test("the server's secrets are its owner's alone")
    func privateFiles() async throws {
        try await Stage.with(authentication: true) { stage in
            for name in ["token.key", "secrets.key"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(stage.folder)/\(name)")
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644], ofItemAtPath: stage.folder + "/secrets.key")
            #expect(throws: (any Error).self) { try SecretVault(dataDirectory: stage.folder) }
        }
    }

    @Test("a key makes a hundred requests at once and then as many as come back, and says when")
    func rateLimit() async throws {
        try await Stage.with(authentication: true, { $0.rateLimit = .init() }) { stage in
            for _ in 0..<100 { #expect(try await stage.get("/api/v1/auth/me").status == 200) }
            let refused = try await stage.get("/api/v1/auth/me")
            #expect(refused.status == 429 && refused.header("Retry-After") == "1")
            stage.time.advance(by: .milliseconds(60))  // 1,000 a minute: one more
            #expect(try await stage.get("/api/v1/auth/me").status == 200)
            #expect(try await stage.get("/api/v1/auth/me").status == 429)
        }
    }

    @Test("guessing keys is limited, too")
    func guessing() async throws {
        try await Stage.with(authentication: true, { $0.rateLimit = .init(perMinute: 60, burst: 2) }) { stage in
            var statuses: [Int] = []
            for number in 0..<3 {
                statuses.append(try await stage.get("/metrics", ["X-API-Key": "baton_\(number)"]).status)
            }
            #expect(statuses == [401, 401, 429])
            #expect(try await stage.get("/metrics").status == 200, "others are not disturbed")
        }
    }

    @Test("secrets are encrypted on the disk and never shown")
    func secrets() async throws {
        try await Stage.with { stage in
            let value = "correct horse battery staple"
            let json = ["Content-Type": "application/json"]
            let set = try await stage.send(.put, "/api/v1/secrets/TOKEN", json, #"{"value": "\#(value)"}"#)
            #expect(set.status == 200 && !set.text.contains(value))
            #expect(try await stage.get("/api/v1/secrets")["secrets"] == .list([.string("TOKEN")]))
            #expect(try stage.server.vault.value(of: "TOKEN") == value)
            let file = URL(filePath: stage.folder + "/secrets/TOKEN")
            let sealed = try Data(contentsOf: file)
            #expect(sealed.firstRange(of: Data(value.utf8)) == nil)
            #expect(!stage.log.text.contains(value))
            #expect(try await !stage.get("/api/v1/audit").text.contains(value))
            // Neither another one's place nor a changed bit is believed.
            try FileManager.default.copyItem(at: file, to: URL(filePath: stage.folder + "/secrets/OTHER"))
            #expect(throws: (any Error).self) { try stage.server.vault.value(of: "OTHER") }
            for name in ["..%2Ftoken.key", "a%2Fb", "1X", "A-B", "%00"] {
                let answer = try await stage.send(.put, "/api/v1/secrets/\(name)", json, #"{"value": "x"}"#)
                #expect([400, 422].contains(answer.status), "\(name) \(answer.text)")
            }
            #expect(try await stage.send(.delete, "/api/v1/secrets/TOKEN").status == 200)
            #expect(try stage.server.vault.value(of: "TOKEN") == nil)
        }
    }

    @Test("who did what can be read")
    func audit() async throws {
        try await Stage.with(authentication: true) { stage in
            let run = try await stage.submitTwoTasks()
            _ = try await stage.post("/api/v1/runs/\(run)/cancel")
            _ = try await stage.post("/api/v1/auth/token", "{}", ["X-API-Key": "baton_x"])
            _ = try await stage.post("/api/v1/scheduling", #"{"task": {"command": "x"}}"#)
            let audit = try await stage.get("/api/v1/audit?limit=10")
            for action in ["run.submitted", "run.cancel", "auth.refused", "task.scheduled"] {
                #expect(audit.text.contains("\"action\":\"\(action)\""), "\(audit.text)")
            }
            #expect(!audit.text.contains("baton_"))
        }
    }

    @Test("without authentication the server listens on this machine only")
    func loopback() {
        var configuration = ServerConfiguration()
        configuration.requiresAuthentication = false
        for host in ["127.0.0.1", "localhost", "::1", "127.8.9.1"] {
            configuration.host = host
            #expect(configuration.refusal == nil, "\(host)")
        }
        for host in ["0.0.0.0", "::", "192.168.1.4", "example.org", "127.0.0.1.example.org", "127.0.0", ""] {
            configuration.host = host
            #expect(throws: ServerConfigurationError.self, "\(host)") { try configuration.validate() }
        }
        configuration.requiresAuthentication = true
        configuration.host = "0.0.0.0"
        #expect(configuration.refusal == nil)
        configuration.allowedOrigins = ["example.org"]
        #expect(configuration.refusal != nil)
    }
}
