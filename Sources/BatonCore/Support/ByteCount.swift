/// Amounts of memory and disk as people write them.
public enum ByteCount {
    /// Bytes meant by text such as `4GB`, `512MiB`, `1.5G` or `1000`; nil when it is none of these.
    ///
    /// K, M, G, T and P are powers of 1000; with an `i` (Ki, Mi, …) of 1024. `B` and letter case mean nothing.
    /// A fraction of a byte is rounded up.
    public static func parse(_ text: String) -> Int64? {
        let letters = Text.trimmed(text).lowercased()
        let number = letters.utf8.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        var unit = Text.trimmed(String(Substring(letters.utf8[number.endIndex...])))
        if unit.hasSuffix("b") { unit.removeLast() }
        let base: Double = unit.hasSuffix("i") ? 1024 : 1000
        if unit.hasSuffix("i") { unit.removeLast() }
        var factor = 1.0
        if let prefix = unit.first {
            guard unit.count == 1, let power = prefixes.firstIndex(of: prefix) else { return nil }
            for _ in 0...power { factor *= base }
        } else if base == 1024 {
            return nil
        }
        guard let amount = Double(String(Substring(number))) else { return nil }
        return Int64(exactly: (amount * factor).rounded(.up))
    }

    /// The amount with two or three digits that count: `3.2 GB`, `512 MB`, `980 B`.
    public static func format(_ bytes: Int64) -> String {
        var amount = Double(bytes.magnitude)
        var unit = "B"
        for prefix in prefixes where amount >= 999.5 {
            amount /= 1000
            unit = prefix.uppercased() + "B"
        }
        let tenths = (amount * 10).rounded()
        let isWhole = unit == "B" || tenths >= 100 || tenths.truncatingRemainder(dividingBy: 10) == 0
        let digits = isWhole ? String(Int64(amount.rounded())) : String(tenths / 10)
        return (bytes < 0 ? "-" : "") + digits + " " + unit
    }

    private static let prefixes: [Character] = ["k", "m", "g", "t", "p"]
}
