import Crypto
import Foundation
import Synchronization

/// Values that tasks may read and nobody else may see, each in a file of its own, encrypted with AES-256-GCM.
///
/// The key stands beside them in a file that only its owner can read. The name of a secret is part of what is
/// authenticated, so one can't be put in the place of another.
public final class SecretVault: Sendable {
    private let folder: String
    private let key: SymmetricKey
    /// One change at a time.
    private let lock = Mutex(())

    /// - Parameter dataDirectory: exists; the vault makes what is missing in it.
    /// - Throws: when the key can't be read or made, or others may read it.
    public init(dataDirectory: String) throws {
        folder = dataDirectory + "/secrets"
        mkdir(folder, 0o700)
        let bytes = try PrivateFile.bytes(at: dataDirectory + "/secrets.key") { Secure.randomBytes(32) }
        guard bytes.count == 32 else {
            throw PrivateFileError(path: dataDirectory + "/secrets.key", reason: "it is not a key of 32 bytes")
        }
        key = SymmetricKey(data: bytes)
    }

    /// The longest value, in bytes.
    static let valueBytesMax = 64 << 10

    /// True for what a secret can be called: a name of an environment variable.
    public static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }

    /// Sorted.
    public func names() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter(Self.isName).sorted()
    }

    /// - Returns: nil when there is none of this name.
    /// - Throws: when it can't be read, or was tampered with.
    public func value(of name: String) throws -> String? {
        guard Self.isName(name), let sealed = try PrivateFile.read(path(of: name)) else { return nil }
        let box = try AES.GCM.SealedBox(combined: sealed)
        let opened = try AES.GCM.open(box, using: key, authenticating: Data(name.utf8))
        return String(decoding: opened, as: UTF8.self)
    }

    /// Adds a secret, or gives one another value.
    ///
    /// - Throws: `Problem` for a wrong name or a value that is too long; what the file system says.
    public func set(_ name: String, to value: String) throws {
        guard Self.isName(name) else {
            throw Problem.invalid("a secret's name is that of an environment variable: letters, digits and '_'")
        }
        guard value.utf8.count <= Self.valueBytesMax, !value.utf8.contains(0) else {
            throw Problem.invalid("a secret is text of at most \(Self.valueBytesMax) bytes without NUL")
        }
        let box = try AES.GCM.seal(Data(value.utf8), using: key, authenticating: Data(name.utf8))
        guard let combined = box.combined else { preconditionFailure("a standard nonce has a combined form") }
        try lock.withLock { _ in try PrivateFile.write(Array(combined), to: path(of: name)) }
    }

    /// - Returns: false when there was none.
    public func remove(_ name: String) -> Bool {
        guard Self.isName(name) else { return false }
        return lock.withLock { _ in unlink(path(of: name)) == 0 }
    }

    private func path(of name: String) -> String { "\(folder)/\(name)" }
}
