/// A system call as strace writes it down, its arguments decoded.
struct TracedCall: Hashable {
    var process: Int32
    var name: String
    var arguments: [Argument]
    var result: Result

    enum Argument: Hashable {
        case text(String)
        /// A descriptor with the path behind it, where there is one.
        case descriptor(String, path: String?)
        /// Flags, modes and structures, as written.
        case other(String)
    }

    enum Result: Hashable {
        /// The path is that of the descriptor that came back.
        case value(Int, path: String?)
        /// The error's name.
        case failure(String)
        /// The process ended within the call.
        case none
    }

    /// Reads `name(argument, ...) = result`.
    ///
    /// - Returns: nil when it is no such thing.
    init?(process: Int32, _ bytes: ArraySlice<UInt8>) {
        var scanner = TraceScanner(bytes)
        guard let name = scanner.takeName() else { return nil }
        self.process = process
        self.name = name
        arguments = []
        while true {
            scanner.skipSpaces()
            if scanner.take(UInt8(ascii: ")")) { break }
            guard let argument = scanner.takeArgument() else { return nil }
            arguments.append(argument)
            _ = scanner.take(UInt8(ascii: ","))
        }
        scanner.skipSpaces()
        guard scanner.take(UInt8(ascii: "=")), let result = scanner.takeResult() else { return nil }
        self.result = result
    }

    func text(_ index: Int) -> String? {
        guard arguments.indices.contains(index), case .text(let text) = arguments[index] else { return nil }
        return text
    }

    /// An argument as it was written, when it is neither a string nor a descriptor with a path.
    func words(_ index: Int) -> String {
        guard arguments.indices.contains(index), case .other(let words) = arguments[index] else { return "" }
        return words
    }
}

/// Takes a line of strace apart, byte by byte.
private struct TraceScanner {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    private var next: UInt8? { at < bytes.endIndex ? bytes[at] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    mutating func skipSpaces() {
        while next == UInt8(ascii: " ") { at += 1 }
    }

    mutating func takeName() -> String? {
        guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "(")), end > at else { return nil }
        defer { at = end + 1 }
        return String(decoding: bytes[at..<end], as: UTF8.self)
    }

    mutating func takeArgument() -> TracedCall.Argument? {
        if next == UInt8(ascii: "\"") {
            guard let text = takeString() else { return nil }
            while next == UInt8(ascii: ".") { at += 1 }  // it was cut off
            return .text(text)
        }
        let start = at
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard takeString() != nil else { return nil }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ")") where depth > 0: depth -= 1
            case UInt8(ascii: ",") where depth == 0, UInt8(ascii: ")"):
                return at > start ? .other(String(decoding: bytes[start..<at], as: UTF8.self)) : nil
            case UInt8(ascii: "<") where depth == 0:
                let name = String(decoding: bytes[start..<at], as: UTF8.self)
                guard let path = takeAnnotation() else { return nil }
                return .descriptor(name, path: path.isEmpty ? nil : path)
            default: break
            }
            at += 1
        }
        return nil
    }

    mutating func takeResult() -> TracedCall.Result? {
        skipSpaces()
        if next == UInt8(ascii: "?") { return TracedCall.Result.none }
        let start = at
        while let byte = next, byte != UInt8(ascii: " "), byte != UInt8(ascii: "<") { at += 1 }
        guard let value = Int(String(decoding: bytes[start..<at], as: UTF8.self)) else {
            return at > start ? .value(0, path: nil) : nil  // an address, or a set of flags
        }
        if value == -1 {
            skipSpaces()
            let name = bytes[at...].prefix { $0 != UInt8(ascii: " ") }
            return .failure(String(decoding: name, as: UTF8.self))
        }
        let path = next == UInt8(ascii: "<") ? takeAnnotation() : nil
        return .value(value, path: path?.isEmpty == true ? nil : path)
    }

    /// `<path>`; empty when the file is not there any more. Angle brackets within are escaped.
    private mutating func takeAnnotation() -> String? {
        at += 1
        guard let path = decode(until: UInt8(ascii: ">")) else { return nil }
        if next == UInt8(ascii: "(") {
            while let byte = next, byte != UInt8(ascii: ")") { at += 1 }
            _ = take(UInt8(ascii: ")"))
            return ""
        }
        return path
    }

    private mutating func takeString() -> String? {
        at += 1
        return decode(until: UInt8(ascii: "\""))
    }

    private mutating func decode(until end: UInt8) -> String? {
        let start = at
        while let byte = next, byte != end, byte != UInt8(ascii: "\\") { at += 1 }
        if next == end {  // nearly always
            defer { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        var decoded = Array(bytes[start..<at])
        while let byte = next {
            at += 1
            if byte == end { return String(decoding: decoded, as: UTF8.self) }
            decoded.append(byte == UInt8(ascii: "\\") ? takeEscape() : byte)
        }
        return nil
    }

    private mutating func takeEscape() -> UInt8 {
        guard let byte = next else { return UInt8(ascii: "\\") }
        at += 1
        switch byte {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "v"): return 11
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "x"): return takeNumber(radix: 16, digits: 2, from: 0)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            return takeNumber(radix: 8, digits: 2, from: byte - UInt8(ascii: "0"))
        default: return byte
        }
    }

    private mutating func takeNumber(radix: UInt8, digits: Int, from first: UInt8) -> UInt8 {
        var value = first
        for _ in 0..<digits {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue, digit < radix else {
                break
            }
            value = value &* radix &+ UInt8(digit)
            at += 1
        }
        return value
    }
}
