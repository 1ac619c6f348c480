public import BatonCore

/// JSON for people: two spaces a level, and a list of plain values on one line.
public enum JSONText {
    public static func write(_ value: Value) -> String {
        var text = ""
        write(value, indent: "", to: &text)
        return text + "\n"
    }

    private static func write(_ value: Value, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value {
        case .list(let elements) where elements.contains(where: \.isCollection):
            text += "["
            for (index, element) in elements.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                write(element, indent: inner, to: &text)
            }
            text += "\n\(indent)]"
        case .map(let entries) where !entries.isEmpty:
            text += "{"
            for (index, entry) in entries.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                text += Value.string(entry.key).json + ": "
                write(entry.value, indent: inner, to: &text)
            }
            text += "\n\(indent)}"
        case .list, .map, .null, .boolean, .number, .string:
            text += value.json
        }
    }
}

extension Value {
    fileprivate var isCollection: Bool {
        switch self {
        case .list, .map: true
        case .null, .boolean, .number, .string: false
        }
    }
}
