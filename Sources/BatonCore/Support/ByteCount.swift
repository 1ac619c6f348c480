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

    /// The least amount, not below this one, that people would write: two digits that count, or a half more.
    ///
    /// At most a twentieth more than what was asked for, from 20 MB on; below that whole megabytes: 1050 MB for 1,003,000,000; 440 MB for
    /// 437,000,000. Rounding it again changes nothing.
    public static func rounded(_ bytes: Int64) -> Int64 {
        let megabytes = max(1, (bytes + megabyte - 1) / megabyte)
        var step: Int64 = 1
        while megabytes >= step * 100 { step *= 10 }
        if step > 1, megabytes <= step * 20 { step /= 2 }
        return (megabytes + step - 1) / step * step * megabyte
    }

    /// A rounded amount as it stands in a file: `440MB`, `1050MB`, `64GB`.
    ///
    /// - Parameter bytes: as `rounded` returns it; `parse` reads the very same amount back, which it would not of 8.3GB.
    public static func written(_ bytes: Int64) -> String {
        let megabytes = bytes / megabyte
        return megabytes % 1000 == 0 ? "\(megabytes / 1000)GB" : "\(megabytes)MB"
    }

    private static let megabyte: Int64 = 1_000_000
    private static let prefixes: [Character] = ["k", "m", "g", "t", "p"]
}
