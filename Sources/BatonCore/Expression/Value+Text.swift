extension Value {
    /// The value as a command line shows it: a list is separated by spaces; null and maps have no such form.
    public var text: String? {
        switch self {
        case .null, .map: return nil
        case .boolean(let value): return value ? "true" : "false"
        case .number(let value): return Value.text(of: value)
        case .string(let value): return value
        case .list(let items):
            var parts: [String] = []
            for item in items {
                guard let part = item.text else { return nil }
                parts.append(part)
            }
            return parts.joined(separator: " ")
        }
    }

    /// The value as compact JSON, map entries in their order.
    public var json: String {
        switch self {
        case .null: "null"
        case .boolean, .number: text!
        case .string(let value): Value.quoted(value)
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .map(let entries):
            "{" + entries.map { Value.quoted($0.key) + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }

    /// The kind with its article, for messages: `a number`.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// Whole numbers are written without a fraction, up to where a `Double` still tells neighbours apart.
    private static func text(of number: Double) -> String {
        if number.magnitude < 0x1p53, number.rounded(.towardZero) == number { return String(Int64(number)) }
        return number.description
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension [Workflow.Binding] {
    /// The value of the first binding of that name.
    public subscript(name name: String) -> Value? {
        for binding in self where binding.name == name { return binding.value }
        return nil
    }
}
