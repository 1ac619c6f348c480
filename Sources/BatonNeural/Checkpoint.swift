/// Weights as bytes: `BNET`, a version, each parameter's name, shape and numbers, and a checksum; little-endian.
extension ParameterSet {
    private static let mark = Array("BNET".utf8)
    private static let version: UInt16 = 1
    /// 2^24 weights are more than any network here has: a damaged shape asks for no memory.
    private static let mostWeights = 1 << 24

    public var checkpoint: [UInt8] {
        var bytes = Self.mark
        bytes.append(integer: Self.version)
        bytes.append(integer: UInt32(entries.count))
        for entry in entries {
            let name = Array(entry.name.utf8)
            bytes.append(integer: UInt16(name.count))
            bytes += name
            bytes.append(integer: UInt32(entry.rows))
            bytes.append(integer: UInt32(entry.columns))
            for index in entry.start..<entry.start + entry.rows * entry.columns {
                bytes.append(integer: values[index].bitPattern)
            }
        }
        bytes.append(integer: Self.checksum(bytes[...]))
        return bytes
    }

    /// - Throws: what is wrong with the bytes, and where.
    public init(checkpoint bytes: [UInt8]) throws(CheckpointError) {
        var reader = Reader(bytes: bytes[...])
        guard bytes.starts(with: Self.mark) else {
            throw CheckpointError("not a checkpoint: it does not begin with 'BNET'")
        }
        _ = try reader.take(Self.mark.count, "the mark")
        let version = try reader.integer(UInt16.self, "the version")
        guard version == Self.version else {
            throw CheckpointError("a checkpoint of version \(version); this program reads version \(Self.version)")
        }
        guard bytes.count > 14 else { throw CheckpointError("cut off in the number of parameters") }
        var sum = Reader(bytes: bytes.suffix(8))
        guard try sum.integer(UInt64.self, "the checksum") == Self.checksum(bytes.dropLast(8)) else {
            throw CheckpointError("damaged or cut off: the checksum does not match")
        }
        reader.bytes = reader.bytes.dropLast(8)
        for index in 0..<(try reader.integer(UInt32.self, "the number of parameters")) {
            try read(&reader, "parameter \(index + 1)")
        }
        guard reader.bytes.isEmpty else {
            throw CheckpointError("\(reader.bytes.count) bytes too many after the last parameter")
        }
    }

    private mutating func read(_ reader: inout Reader, _ what: String) throws(CheckpointError) {
        let length = try reader.integer(UInt16.self, what)
        let name = String(decoding: try reader.take(Int(length), what), as: UTF8.self)
        let rows = Int(try reader.integer(UInt32.self, what))
        let columns = Int(try reader.integer(UInt32.self, what))
        guard rows.multipliedReportingOverflow(by: columns).partialValue <= Self.mostWeights - values.count,
            rows <= Self.mostWeights, columns <= Self.mostWeights
        else {
            throw CheckpointError("'\(name)' claims \(rows) x \(columns) weights, more than any network has")
        }
        guard tensor(named: name) == nil else { throw CheckpointError("two parameters named '\(name)'") }
        var numbers: [Double] = []
        numbers.reserveCapacity(rows * columns)
        for _ in 0..<rows * columns {
            let number = Double(bitPattern: try reader.integer(UInt64.self, what))
            guard number.isFinite else { throw CheckpointError("a weight of '\(name)' is not a number") }
            numbers.append(number)
        }
        _ = add(name, rows: rows, columns: columns, numbers)
    }

    /// Takes the weights of a checkpoint of the same network.
    ///
    /// - Throws: what is wrong with the bytes, or which parameter differs in name or shape. Then nothing has changed.
    public mutating func load(checkpoint bytes: [UInt8]) throws(CheckpointError) {
        let other = try ParameterSet(checkpoint: bytes)
        for (own, found) in zip(entries, other.entries) where own != found {
            throw CheckpointError(
                "another network: expected '\(own.name)' of \(own.rows) x \(own.columns), "
                    + "found '\(found.name)' of \(found.rows) x \(found.columns)")
        }
        guard entries.count == other.entries.count else {
            throw CheckpointError(
                "another network: expected \(entries.count) parameters, found \(other.entries.count)")
        }
        values = other.values
    }

    /// FNV-1a of 64 bits.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }
}

/// Why bytes are no weights.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

private struct Reader {
    var bytes: ArraySlice<UInt8>

    mutating func take(_ count: Int, _ what: String) throws(CheckpointError) -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw CheckpointError("cut off in \(what)") }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func integer<I: FixedWidthInteger>(_ type: I.Type, _ what: String) throws(CheckpointError) -> I {
        var number: I = 0
        for (place, byte) in try take(I.bitWidth / 8, what).enumerated() { number |= I(byte) << (8 * place) }
        return number
    }
}

extension [UInt8] {
    fileprivate mutating func append<I: FixedWidthInteger>(integer: I) {
        for place in 0..<I.bitWidth / 8 { append(UInt8(truncatingIfNeeded: integer >> (8 * place))) }
    }
}
