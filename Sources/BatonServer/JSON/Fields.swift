import BatonCore
import BatonFormats

/// The entries of a JSON object that somebody sent, taken out one by one; what is left over was not known.
struct Fields {
    private var entries: [Value.Entry]
    /// Where the object stands, for messages: empty, or `task.`.
    private let place: String

    init(_ value: Value, at place: String = "") throws(Problem) {
        guard case .map(let entries) = value else {
            throw .badRequest(
                "expected an object\(place.isEmpty ? "" : " at '\(place.dropLast())'"), found \(value.kindName)")
        }
        self.entries = entries
        self.place = place
    }

    /// Nil where it is missing or null.
    mutating func take(_ key: String) -> Value? {
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        let value = entries.remove(at: index).value
        return value == .null ? nil : value
    }

    mutating func string(_ key: String) throws(Problem) -> String? {
        guard let value = take(key) else { return nil }
        guard case .string(let text) = value, !text.utf8.contains(0) else { throw wrong(key, "text", value) }
        return text
    }

    mutating func boolean(_ key: String) throws(Problem) -> Bool? {
        guard let value = take(key) else { return nil }
        guard case .boolean(let flag) = value else { throw wrong(key, "true or false", value) }
        return flag
    }

    mutating func number(_ key: String, in range: ClosedRange<Double>) throws(Problem) -> Double? {
        guard let value = take(key) else { return nil }
        guard case .number(let number) = value, range.contains(number) else {
            throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let value = take(key) else { return nil }
        guard case .number(let number) = value, let whole = Int64(exactly: number), range.contains(whole) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return whole
    }

    /// RFC 3339 with any offset.
    mutating func time(_ key: String) throws(Problem) -> Instant? {
        guard let text = try string(key) else { return nil }
        guard let time = Instant(rfc3339: text) else {
            throw .invalid("'\(place)\(key)' must be a time such as 2027-03-01T00:00:00Z, found '\(text.prefix(60))'")
        }
        return time
    }

    mutating func strings(_ key: String) throws(Problem) -> [String]? {
        guard let value = take(key) else { return nil }
        guard case .list(let elements) = value else { throw wrong(key, "a list of texts", value) }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element, !text.utf8.contains(0) else {
                throw wrong(key, "a list of texts", element)
            }
            texts.append(text)
        }
        return texts
    }

    mutating func object(_ key: String) throws(Problem) -> Fields? {
        guard let value = take(key) else { return nil }
        return try Fields(value, at: "\(place)\(key).")
    }

    mutating func require<Result>(_ key: String, _ value: Result?) throws(Problem) -> Result {
        guard let value else { throw .invalid("'\(place)\(key)' is missing") }
        return value
    }

    /// - Throws: what was not taken, which is unknown here.
    func finish() throws(Problem) {
        guard let entry = entries.first else { return }
        throw .invalid("'\(place)\(entry.key.prefix(60))' is not known here")
    }

    private func wrong(_ key: String, _ expected: String, _ found: Value) -> Problem {
        var shown = found.kindName
        if case .number(let number) = found { shown = "\(number)" }
        return .invalid("'\(place)\(key)' must be \(expected), found \(shown)")
    }
}
