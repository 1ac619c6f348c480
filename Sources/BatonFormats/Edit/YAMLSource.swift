internal import CYaml

/// Reads where the values of a YAML file stand. Only for texts that `YAMLReader` accepts, which sets the limits.
struct YAMLSource: ~Copyable {
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private var event = yaml_event_t()
    private let bytes: [UInt8]
    /// The byte at which each character begins: libyaml counts characters, and guards have more bytes than text.
    private let offsets: [Int]

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        var offsets = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }
        offsets.append(bytes.count)
        self.offsets = offsets
        yaml_parser_initialize(parser)
    }

    deinit {
        var event = event
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    static func read(_ text: String) -> SourceNode? {
        var guarded = ExpressionGuard.protect(text) ?? text
        return guarded.withUTF8 { input in
            var reader = YAMLSource(bytes: Array(text.utf8))
            yaml_parser_set_encoding(reader.parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(reader.parser, input.baseAddress, input.count)
            for _ in 0..<3 {
                guard reader.advance() else { return nil }
            }
            return reader.readNode()
        }
    }

    private mutating func advance() -> Bool {
        yaml_event_delete(&event)
        return yaml_parser_parse(parser, &event) == 1
    }

    private mutating func readNode() -> SourceNode? {
        let first = start
        switch event.type {
        case YAML_ALIAS_EVENT:
            let name = Self.string(event.data.alias.anchor) ?? ""
            return SourceNode(range: first..<end, start: first, content: .alias(name))
        case YAML_SCALAR_EVENT:
            return readScalar()
        case YAML_SEQUENCE_START_EVENT:
            let anchor = Self.string(event.data.sequence_start.anchor)
            let isFlow = event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
            var elements: [SourceNode] = []
            guard advance() else { return nil }
            while event.type != YAML_SEQUENCE_END_EVENT {
                guard let element = readNode(), advance() else { return nil }
                elements.append(element)
            }
            let start = afterProperties(first)
            let last = isFlow ? end : elements.last?.range.upperBound ?? start
            return SourceNode(
                range: start..<max(start, last), start: first, anchor: anchor,
                content: .sequence(elements, isFlow: isFlow))
        default:
            return readMapping()
        }
    }

    private mutating func readMapping() -> SourceNode? {
        let first = start
        let anchor = Self.string(event.data.mapping_start.anchor)
        let isFlow = event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
        var entries: [SourceNode.Entry] = []
        guard advance() else { return nil }
        while event.type != YAML_MAPPING_END_EVENT {
            guard let key = readNode(), advance(), let value = readNode(), advance() else { return nil }
            entries.append(SourceNode.Entry(key: key, value: value))
        }
        // A block begins with its first key, whose own anchor libyaml does not take for the block's.
        let start = isFlow ? afterProperties(first) : entries.first?.key.start ?? first
        let last = isFlow ? end : entries.last?.end ?? start
        return SourceNode(
            range: start..<max(start, last), start: first, anchor: anchor, content: .mapping(entries, isFlow: isFlow))
    }

    private func readScalar() -> SourceNode {
        let scalar = event.data.scalar
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        let isBlock = scalar.style == YAML_LITERAL_SCALAR_STYLE || scalar.style == YAML_FOLDED_SCALAR_STYLE
        let start = afterProperties(start)
        var end = max(start, end)
        if isBlock { end = blockEnd(from: start, to: end) }
        return SourceNode(
            range: start..<end, start: self.start, anchor: Self.string(scalar.anchor),
            content: .scalar(ExpressionGuard.restore(text), isBlock: isBlock))
    }

    /// Without the last line break, and without the empty lines after the text unless `+` keeps them.
    private func blockEnd(from start: Int, to end: Int) -> Int {
        let header = bytes[start..<end].prefix { !$0.isBlankOrBreak }
        var end = end
        var breaks = header.contains(.plus) ? 1 : Int.max
        while end > start, bytes[end - 1].isBlankOrBreak {
            if bytes[end - 1] == .newline || bytes[end - 1] == .carriageReturn && bytes[end...].first != .newline {
                if breaks == 0 { break }
                breaks -= 1
            }
            end -= 1
        }
        while end < bytes.count, bytes[end] == .space || bytes[end] == .tab { end += 1 }
        return end
    }

    /// Past anchors and tags, to the value itself.
    private func afterProperties(_ start: Int) -> Int {
        var offset = start
        while offset < bytes.count, bytes[offset] == .ampersand || bytes[offset] == .exclamation {
            while offset < bytes.count, !bytes[offset].isBlankOrBreak { offset += 1 }
            while offset < bytes.count, bytes[offset].isBlankOrBreak || bytes[offset] == .hash {
                if bytes[offset] == .hash {
                    while offset < bytes.count, bytes[offset] != .newline { offset += 1 }
                } else {
                    offset += 1
                }
            }
        }
        return offset
    }

    private var start: Int { offsets[min(Int(event.start_mark.index), offsets.count - 1)] }
    private var end: Int { offsets[min(Int(event.end_mark.index), offsets.count - 1)] }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

extension UInt8 {
    var isBlankOrBreak: Bool { self == .space || self == .tab || self == .newline || self == .carriageReturn }
}
