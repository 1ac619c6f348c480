/// Bytes that a model is written to or read from: one description of a type serves both ways, so they can't differ.
///
/// Numbers stand as they do in memory. What is read back on a machine or by a version with another layout is refused.
struct Archive {
    private(set) var bytes: [UInt8]
    private var position = 0
    let isReading: Bool

    /// For writing.
    init() {
        bytes = []
        isReading = false
    }

    init(reading bytes: [UInt8]) {
        self.bytes = bytes
        isReading = true
    }

    /// True when everything was read.
    var isAtEnd: Bool { position == bytes.count }

    mutating func carry<Element: BitwiseCopyable>(_ value: inout Element) throws(ModelFault) {
        var one = [value]
        try carry(&one)
        guard one.count == 1 else { throw .damaged }
        value = one[0]
    }

    mutating func carry<Element: BitwiseCopyable>(_ values: inout [Element]) throws(ModelFault) {
        let stride = MemoryLayout<Element>.stride
        if isReading {
            let count = Int(try readWord())
            guard try readWord() == UInt64(stride) else { throw .otherLayout }
            // Divided, for a count out of damaged bytes may overflow.
            guard count >= 0, count <= (bytes.count - position) / stride else { throw .damaged }
            let start = position
            values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
                bytes.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(buffer).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count * stride]))
                }
                initialized = count
            }
            position += count * stride
        } else {
            write(UInt64(values.count))
            write(UInt64(stride))
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// Lists of lists as their lengths and all that is in them.
    mutating func carry<Element: BitwiseCopyable>(_ lists: inout [[Element]]) throws(ModelFault) {
        var lengths = lists.map { Int32($0.count) }
        var all = isReading ? [] : Array(lists.joined())
        try carry(&lengths)
        try carry(&all)
        guard isReading else { return }
        guard lengths.allSatisfy({ $0 >= 0 }), lengths.reduce(0, { $0 + Int($1) }) == all.count else { throw .damaged }
        var start = 0
        lists = lengths.map { length in
            defer { start += Int(length) }
            return Array(all[start..<start + Int(length)])
        }
    }

    /// Names with their numbers, which count from 0 without a gap.
    mutating func carry(_ numbers: inout [String: Int32]) throws(ModelFault) {
        var names = Array(repeating: "", count: numbers.count)
        for (name, number) in numbers { names[Int(number)] = name }
        var lengths = names.map { Int32($0.utf8.count) }
        var text = names.flatMap(\.utf8)
        try carry(&lengths)
        try carry(&text)
        guard isReading else { return }
        guard lengths.allSatisfy({ $0 >= 0 }), lengths.reduce(0, { $0 + Int($1) }) == text.count else { throw .damaged }
        numbers = Dictionary(minimumCapacity: lengths.count)
        var start = 0
        for (number, length) in lengths.enumerated() {
            numbers[String(decoding: text[start..<start + Int(length)], as: UTF8.self)] = Int32(number)
            start += Int(length)
        }
        guard numbers.count == lengths.count else { throw .damaged }
    }

    private mutating func readWord() throws(ModelFault) -> UInt64 {
        guard position + 8 <= bytes.count else { throw .damaged }
        let word = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: UInt64.self) }
        position += 8
        return word
    }

    private mutating func write(_ word: UInt64) {
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }

    /// Of bytes from `start` on: another one after any change that chance makes.
    static func checksum(_ bytes: [UInt8], from start: Int) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var sum = UInt64(bytes.count)
            var place = start
            while place + 8 <= bytes.count {
                sum = (sum ^ bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
                sum ^= sum >> 29
                place += 8
            }
            for byte in bytes[place...] { sum = (sum ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 }
            return sum ^ sum >> 32
        }
    }
}

/// Why a kept model can't be used; another is fitted then.
public struct ModelFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    static let foreign = ModelFault(description: "it is no model of Baton's")
    static let damaged = ModelFault(description: "it is damaged: its checksum or its lengths do not match")
    static let otherLayout = ModelFault(description: "it was written on another kind of machine")

    static func otherVersion(_ version: String) -> ModelFault {
        ModelFault(description: "it is of the version \(version), and this Baton predicts with \(Predictor.version)")
    }
}
