extension DocumentNode.Scalar {
    /// What a scalar stands for by the core schema of YAML 1.2, of which JSON's is a part.
    enum Resolved: Hashable {
        case null
        case boolean(Bool)
        case number(Double)
        case string(String)
    }

    /// Only plain text can be something other than a string; `yes` and `on` are strings, as in YAML 1.2.
    var value: Resolved {
        guard style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        default: return Self.number(text).map(Resolved.number) ?? .string(text)
        }
    }

    /// A decimal number, or an integer after `0x` or `0o`; nothing that Swift alone would accept (`1_0`, `nan`, `0x1p3`).
    static func number(_ text: String) -> Double? {
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16).map(Double.init) }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8).map(Double.init) }
        var hasDigit = false
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): break
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                if !hasDigit || index == 0 { return nil }
            default: return nil
            }
        }
        guard hasDigit, let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
