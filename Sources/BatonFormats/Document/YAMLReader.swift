// Yams' own tree takes 115 ms for 10,000 tasks with 50,000 needs, and 240 ms with its default resolver; the events of
// the parser below it take 17 ms. They also tell of every duplicate key, and let aliases be counted before they are
// followed. So this file, and YAMLSource for edits in place, speak to CYaml, which is the C half of the Yams package.
internal import CYaml

/// Reads YAML into a document: anchors, aliases and merge keys resolved, bare `${{ … }}` allowed anywhere.
struct YAMLReader: ~Copyable {
    /// Values that following all aliases may add; "a billion laughs" stops here.
    static let aliasLimit = 1_000_000

    /// On the heap: libyaml keeps a pointer from the parser to itself.
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private var event = yaml_event_t()
    private var anchors: [String: Anchored] = [:]
    private var aliasedNodes = 0
    private var nodes = 0
    private var problems: [DocumentProblem] = []
    private var hasGuards = false

    private struct Anchored {
        var node: DocumentNode
        var size: Int
    }

    private init() {
        yaml_parser_initialize(parser)
    }

    deinit {
        var event = event
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// - Returns: nil for a file without any content.
    /// - Throws: the first thing that the parser cannot read past.
    static func read(_ text: String) throws(DocumentProblem) -> Document? {
        let guarded = ExpressionGuard.protect(text)
        var source = guarded ?? text
        let result = source.withUTF8 { bytes in
            Result { () throws(DocumentProblem) in
                var reader = YAMLReader()
                reader.hasGuards = guarded != nil
                return try reader.readStream(bytes)
            }
        }
        return try result.get()
    }

    private mutating func readStream(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentProblem) -> Document? {
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        try advance(in: bytes)
        try advance(in: bytes)
        guard event.type == YAML_DOCUMENT_START_EVENT else { return nil }
        try advance(in: bytes)
        let root = try readNode(depth: 0, in: bytes)
        try advance(in: bytes)
        try advance(in: bytes)
        if event.type != YAML_STREAM_END_EVENT {
            throw DocumentProblem(
                position, "expected one document, found a second one", hint: "Put each workflow in a file of its own.")
        }
        return Document(root: root, problems: problems)
    }

    /// Reads the node that the current event begins, up to its last event.
    private mutating func readNode(
        depth: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) throws(DocumentProblem) -> DocumentNode {
        guard depth < DocumentNode.depthLimit else {
            throw DocumentProblem(position, "more than \(DocumentNode.depthLimit) levels deep")
        }
        let start = position
        let firstNode = nodes
        nodes += 1
        let content: DocumentNode.Content
        let anchor: String?
        switch event.type {
        case YAML_ALIAS_EVENT:
            return try followAlias()
        case YAML_SCALAR_EVENT:
            anchor = Self.string(event.data.scalar.anchor)
            content = .scalar(readScalar())
        case YAML_SEQUENCE_START_EVENT:
            anchor = Self.string(event.data.sequence_start.anchor)
            refuseTag(event.data.sequence_start.tag)
            content = try readSequence(depth: depth, in: bytes)
        default:
            anchor = Self.string(event.data.mapping_start.anchor)
            refuseTag(event.data.mapping_start.tag)
            content = try readMapping(depth: depth, in: bytes)
        }
        let node = DocumentNode(position: start, content: content)
        if let anchor { anchors[anchor] = Anchored(node: node, size: nodes - firstNode) }
        return node
    }

    private mutating func readSequence(
        depth: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) throws(DocumentProblem) -> DocumentNode.Content {
        var elements: [DocumentNode] = []
        try advance(in: bytes)
        while event.type != YAML_SEQUENCE_END_EVENT {
            elements.append(try readNode(depth: depth + 1, in: bytes))
            try advance(in: bytes)
        }
        return .sequence(elements)
    }

    private mutating func readMapping(
        depth: Int, in bytes: UnsafeBufferPointer<UInt8>
    ) throws(DocumentProblem) -> DocumentNode.Content {
        var keys = UniqueKeys()
        var merged: [DocumentNode] = []
        try advance(in: bytes)
        while event.type != YAML_MAPPING_END_EVENT {
            let key = try readNode(depth: depth + 1, in: bytes)
            try advance(in: bytes)
            let value = try readNode(depth: depth + 1, in: bytes)
            try advance(in: bytes)
            guard case .scalar(let scalar) = key.content else {
                problems.append(DocumentProblem(key.position, "expected text as a key, found \(key.summary)"))
                continue
            }
            if scalar.style == .plain, scalar.text == "<<" {
                merged.append(value)
            } else if let problem = keys.insert(scalar.text, at: key.position, value) {
                problems.append(problem)
            }
        }
        for node in merged { merge(node, into: &keys) }
        return .mapping(keys.entries)
    }

    /// `<<: *defaults` or `<<: [*first, *second]`: adds what is not there yet.
    private mutating func merge(_ node: DocumentNode, into keys: inout UniqueKeys) {
        switch node.content {
        case .mapping(let entries):
            for entry in entries { _ = keys.insert(entry.key, at: entry.keyPosition, entry.value) }
        case .sequence(let elements) where elements.allSatisfy(\.isMapping):
            for element in elements { merge(element, into: &keys) }
        case .sequence, .scalar:
            problems.append(
                DocumentProblem(node.position, "expected a map or a list of maps after '<<', found \(node.summary)"))
        }
    }

    private mutating func followAlias() throws(DocumentProblem) -> DocumentNode {
        let name = Self.string(event.data.alias.anchor) ?? ""
        guard let anchored = anchors[name] else {
            throw DocumentProblem(
                position, "'*\(name)' refers to an anchor that is not defined above",
                hint: "Write '&\(name)' before the value it stands for, or quote text that begins with '*'.")
        }
        aliasedNodes += anchored.size
        nodes += anchored.size - 1
        guard aliasedNodes <= Self.aliasLimit else {
            throw DocumentProblem(
                position, "the aliases of this file stand for more than a million values",
                hint: "Write the values out, or use fewer aliases of aliases.")
        }
        return anchored.node
    }

    private mutating func readScalar() -> DocumentNode.Scalar {
        let scalar = event.data.scalar
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        var text = String(decoding: bytes, as: UTF8.self)
        let isOneLine = event.start_mark.line == event.end_mark.line
        let columns = Int(event.end_mark.column) - Int(event.start_mark.column)
        var style: DocumentNode.Scalar.Style
        switch scalar.style {
        case YAML_LITERAL_SCALAR_STYLE:
            style = .literal
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE:
            style = isOneLine && columns == text.unicodeScalars.count + 2 ? .quoted : .rewritten
        case YAML_FOLDED_SCALAR_STYLE:
            style = .rewritten
        default:
            if hasGuards { text = ExpressionGuard.restore(text) }
            style = isOneLine ? .plain : .rewritten
        }
        if let tag = Self.string(scalar.tag) {
            if tag == "!" || tag == "tag:yaml.org,2002:str" {
                if style == .plain { style = .rewritten }
            } else {
                refuseTag(scalar.tag)
            }
        }
        return DocumentNode.Scalar(text: text, style: style)
    }

    private mutating func refuseTag(_ tag: UnsafeMutablePointer<yaml_char_t>?) {
        guard let tag = Self.string(tag), !tag.hasPrefix("tag:yaml.org,2002:") else { return }
        problems.append(
            DocumentProblem(position, "the tag '\(tag)' means nothing here", hint: "Remove it, or quote the text."))
    }

    private mutating func advance(in bytes: UnsafeBufferPointer<UInt8>) throws(DocumentProblem) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw YAMLSyntaxProblem.describe(parser.pointee, in: bytes)
        }
    }

    private var position: Position {
        Position(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
