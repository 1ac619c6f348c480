import BatonCore
import BatonFormats
import Glibc

/// JSON for programs that people also read: each entry of the outermost object, and each element of a list of objects in
/// it, stands on a line of its own; what is further inside is compact.
///
/// Written as bytes: a plan of 10,000 tasks took 110 ms through strings.
enum JSONPrinter {
    static func print(_ value: Value) {
        var bytes = bytes(of: value)
        bytes.append(UInt8(ascii: "\n"))
        bytes.withUnsafeBytes { Output.write($0, to: STDOUT_FILENO) }
    }

    static func text(of value: Value) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    private static func bytes(of value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        write(value, depth: 0, to: &bytes)
        return bytes
    }

    private static func write(_ value: Value, depth: Int, to bytes: inout [UInt8]) {
        switch value {
        case .map(let entries):
            let isOpen = depth == 0 && !entries.isEmpty
            bytes.append(UInt8(ascii: "{"))
            for (index, entry) in entries.enumerated() {
                separate(index, isOpen, depth, &bytes)
                write(entry.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                bytes.append(UInt8(ascii: " "))
                write(entry.value, depth: depth + 1, to: &bytes)
            }
            if isOpen { bytes.append(UInt8(ascii: "\n")) }
            bytes.append(UInt8(ascii: "}"))
        case .list(let elements):
            let isOpen = depth < 2 && elements.contains(where: \.isObject)
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                separate(index, isOpen, depth, &bytes)
                write(element, depth: 2, to: &bytes)
            }
            if isOpen { append(depth == 0 ? "\n" : "\n  ", to: &bytes) }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): write(text, to: &bytes)
        case .number(let number) where number.rounded(.towardZero) == number && number.magnitude < 0x1p53:
            append(String(Int64(number)), to: &bytes)
        case .null, .boolean, .number: append(value.json, to: &bytes)
        }
    }

    private static func separate(_ index: Int, _ isOpen: Bool, _ depth: Int, _ bytes: inout [UInt8]) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        if isOpen {
            append(depth == 0 ? "\n  " : "\n    ", to: &bytes)
        } else if index > 0 {
            bytes.append(UInt8(ascii: " "))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        let isPlain = text.withUTF8 { characters in
            characters.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        }
        guard isPlain else { return append(Value.string(text).json, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
        append(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string's own storage is copied at once, its `utf8` one by one.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }
}

extension Value {
    fileprivate var isObject: Bool {
        if case .map = self { true } else { false }
    }
}
