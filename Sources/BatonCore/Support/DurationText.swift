/// Spans of time as people write them.
public enum DurationText {
    /// The duration meant by text such as `90s`, `5m`, `1h30m`, `2d`, `250ms` or `12.5` (seconds); nil when it is none.
    ///
    /// Units go from long to short, each at most once. At most 100 years.
    public static func parse(_ text: String) -> Duration? {
        var rest = Text.trimmed(text).utf8[...]
        guard !rest.isEmpty else { return nil }
        var seconds = 0.0
        var lastUnit = Double.infinity
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            guard let amount = Double(String(Substring(digits))) else { return nil }
            rest = rest[digits.endIndex...].drop(while: \.isSpace)
            let letters = rest.prefix { !(0x30...0x39).contains($0) && !$0.isSpace }
            rest = rest[letters.endIndex...].drop(while: \.isSpace)
            let unit: Double
            switch String(Substring(letters)) {
            case "d": unit = 86_400
            case "h": unit = 3_600
            case "m", "min": unit = 60
            case "s": unit = 1
            case "ms": unit = 0.001
            case "" where lastUnit == .infinity && rest.isEmpty: unit = 1
            default: return nil
            }
            guard unit < lastUnit else { return nil }
            lastUnit = unit
            seconds += amount * unit
        }
        guard seconds <= 100 * 365.25 * 86_400 else { return nil }
        return .nanoseconds(Int64((seconds * 1e9).rounded()))
    }

    /// The two largest units that count: `350ms`, `12.3s`, `1m 05s`, `2h 03m`, `3d 04h`.
    public static func format(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        if nanoseconds < 0 { return "-" + format(.nanoseconds(-nanoseconds)) }
        let milliseconds = (nanoseconds + 500_000) / 1_000_000
        if milliseconds < 1_000 { return "\(milliseconds)ms" }
        let tenths = (nanoseconds + 50_000_000) / 100_000_000
        if tenths < 600 { return "\(tenths / 10).\(tenths % 10)s" }
        let seconds = (nanoseconds + 500_000_000) / 1_000_000_000
        if seconds < 3_600 { return pair(seconds, 60, "m", "s") }
        let minutes = (seconds + 30) / 60
        if minutes < 24 * 60 { return pair(minutes, 60, "h", "m") }
        return pair((minutes + 30) / 60, 24, "d", "h")
    }

    private static func pair(_ amount: Int64, _ base: Int64, _ large: String, _ small: String) -> String {
        let rest = amount % base
        return "\(amount / base)\(large) \(rest < 10 ? "0" : "")\(rest)\(small)"
    }
}
