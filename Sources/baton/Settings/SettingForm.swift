import BatonCore

/// How the value of a setting is written.
protocol SettingForm<Held>: Sendable {
    associatedtype Held: Sendable
    /// What must stand there, for messages: `a number from 0 to 65535`.
    var expected: String { get }
    /// - Parameter folder: where relative paths begin.
    /// - Returns: nil when it can't be meant.
    func read(_ text: String, in folder: String) -> Held?
    /// As `read` takes it; nil where nothing is set.
    func text(of value: Held) -> String?
}

struct WholeNumber: SettingForm {
    var range: ClosedRange<Int>

    var expected: String { "a whole number from \(range.lowerBound) to \(range.upperBound)" }

    func read(_ text: String, in folder: String) -> Int? {
        Int(text.replacing("_", with: "")).flatMap { range.contains($0) ? $0 : nil }
    }

    func text(of value: Int) -> String? { "\(value)" }
}

struct YesOrNo: SettingForm {
    var expected: String { "true or false" }

    func read(_ text: String, in folder: String) -> Bool? {
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    func text(of value: Bool) -> String? { "\(value)" }
}

struct SomeText: SettingForm {
    var expected: String

    func read(_ text: String, in folder: String) -> String? { text.isEmpty ? nil : text }

    func text(of value: String) -> String? { value }
}

/// A folder; a relative one begins where the file stands that names it.
struct FolderPath: SettingForm {
    var expected: String { "a folder" }

    func read(_ text: String, in folder: String) -> String? {
        if text.isEmpty { return nil }
        if text.hasPrefix("~/") { return (Environment["HOME"] ?? "") + text.dropFirst() }
        return text.hasPrefix("/") ? text : "\(folder)/\(text)"
    }

    func text(of value: String) -> String? { value }
}

struct Span: SettingForm {
    var range: ClosedRange<Duration>

    var expected: String {
        "a time from \(Self.words(range.lowerBound)) to \(Self.words(range.upperBound)), such as 90s, 12h or 30d"
    }

    func read(_ text: String, in folder: String) -> Duration? {
        DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil }
    }

    func text(of value: Duration) -> String? { Self.words(value) }

    /// In the largest unit of which it is a whole number.
    private static func words(_ duration: Duration) -> String {
        let milliseconds = duration.nanoseconds / 1_000_000
        let units: [(Int64, String)] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")]
        guard let (length, unit) = units.first(where: { milliseconds % $0.0 == 0 }) else { return "\(milliseconds)ms" }
        return "\(milliseconds / length)\(unit)"
    }
}

/// What has a reader and a writer of its own.
struct Parsed<Held: Sendable>: SettingForm {
    var expected: String
    var value: @Sendable (String) -> Held?
    var word: @Sendable (Held) -> String

    func read(_ text: String, in folder: String) -> Held? { value(text) }

    func text(of value: Held) -> String? { word(value) }
}

/// Several, in a list or with commas between.
struct Several: SettingForm {
    var expected: String

    func read(_ text: String, in folder: String) -> [String]? {
        text.split(separator: ",").map { $0.trimmingPrefix(while: \.isWhitespace) }.map(String.init)
    }

    func text(of value: [String]) -> String? { value.isEmpty ? nil : value.joined(separator: ",") }
}

/// Another form where nothing may be set.
struct Optionally<Form: SettingForm>: SettingForm {
    var form: Form

    var expected: String { form.expected }

    func read(_ text: String, in folder: String) -> Form.Held?? { form.read(text, in: folder).map { .some($0) } }

    func text(of value: Form.Held?) -> String? { value.flatMap { form.text(of: $0) } }
}
