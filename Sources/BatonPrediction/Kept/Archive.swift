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

    /// - Parameter start: of what was written.
    init(reading bytes: [UInt8], from start: Int) {
        self.bytes = bytes
        position = start
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
        if isReading {
            let count = try readCount(of: Element.self)
            values = take(count)
        } else {
            write(values.count)
            write(MemoryLayout<Element>.stride)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// Lists of lists as their lengths and all that is in them.
    mutating func carry<Element: BitwiseCopyable>(_ lists: inout [[Element]]) throws(ModelFault) {
        var lengths = lists.map { Int32($0.count) }
        try carry(&lengths)
        guard isReading else {
            var all = Array(lists.joined())
            return try carry(&all)
        }
        let count = try readCount(of: Element.self)
        guard lengths.allSatisfy({ $0 >= 0 }), lengths.reduce(0, { $0 + Int($1) }) == count else { throw .damaged }
        lists = []
        lists.reserveCapacity(lengths.count)
        for length in lengths { lists.append(take(Int(length))) }
    }

    /// How many elements follow: never more than there are bytes for.
    private mutating func readCount<Element: BitwiseCopyable>(of type: Element.Type) throws(ModelFault) -> Int {
        let stride = MemoryLayout<Element>.stride
        let count = try readNumber()
        guard try readNumber() == stride else { throw .otherLayout }
        // Divided, for a count out of damaged bytes may overflow.
        guard count >= 0, count <= (bytes.count - position) / stride else { throw .damaged }
        return count
    }

    private mutating func take<Element: BitwiseCopyable>(_ count: Int) -> [Element] {
        let end = position + count * MemoryLayout<Element>.stride
        defer { position = end }
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
            }
            initialized = count
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

    private mutating func readNumber() throws(ModelFault) -> Int {
        guard position + 8 <= bytes.count else { throw .damaged }
        defer { position += 8 }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: Int.self) }
    }

    private mutating func write(_ number: Int) {
        withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    }

    /// Of bytes from `start` on: another one after any change that chance makes.
    static func checksum(_ bytes: [UInt8], from start: Int) -> UInt64 {
        bytes.withUnsafeBytes { bytes in
            var sum = UInt64(bytes.count - start)
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
