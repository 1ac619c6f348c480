internal import BatonCore

/// A value to be written into a file, in the notation of the place that it comes to.
indirect enum SourceValue: Equatable {
    /// A number, `true`, or text that needs no quotes in YAML; JSON has quotes around the text.
    case plain(String)
    case text(String)
    /// Of several lines, if it can: a block where there is room for one.
    case script(String)
    case list([SourceValue])
    case map([Entry])

    struct Entry: Equatable {
        var key: String
        var value: SourceValue
    }

    /// On one line, inside or outside of brackets.
    func inline(_ format: DocumentFormat, in place: YAMLScalarText.Place) -> String {
        switch self {
        case .plain(let text):
            format == .yaml || DocumentNode.Scalar(text: text, style: .plain).isJSON ? text : Value.string(text).json
        case .text(let text), .script(let text): Self.scalar(text, format, in: place)
        case .list(let elements):
            "[" + elements.map { $0.inline(format, in: .flow) }.joined(separator: ", ") + "]"
        case .map(let entries):
            "{" + entries.map { $0.inline(format) }.joined(separator: ", ") + "}"
        }
    }

    /// After `key: ` on a line of its own.
    ///
    /// - Parameter indent: of the lines of a script.
    func block(indent: String) -> String {
        if case .script(let text) = self, let block = YAMLScalarText.block(text, indent: indent) { return block }
        return inline(.yaml, in: .line)
    }

    static func scalar(_ text: String, _ format: DocumentFormat, in place: YAMLScalarText.Place) -> String {
        switch format {
        case .yaml: YAMLScalarText.write(text, in: place)
        case .json: Value.string(text).json
        }
    }
}

extension SourceValue.Entry {
    init(_ key: some FormatKey, _ value: SourceValue) {
        self.init(key: key.rawValue, value: value)
    }

    /// Inside braces.
    func inline(_ format: DocumentFormat) -> String {
        SourceValue.scalar(key, format, in: .flow) + ": " + value.inline(format, in: .flow)
    }
}

extension DocumentNode.Scalar {
    /// True of what JSON writes without quotes.
    fileprivate var isJSON: Bool {
        switch value {
        case .null, .boolean, .number: true
        case .string: false
        }
    }
}
