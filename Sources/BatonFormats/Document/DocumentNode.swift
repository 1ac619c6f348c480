/// One value of a parsed file, before it means anything: what YAML and JSON have in common, with positions.
struct DocumentNode: Hashable, Sendable {
    var position: Position
    var content: Content

    enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case sequence([DocumentNode])
        /// In the order written; keys are unique.
        case mapping([Entry])
    }

    /// Text, which means a number, a boolean or null only where it stands plain.
    struct Scalar: Hashable, Sendable {
        var text: String
        var style: Style

        enum Style: Hashable, Sendable {
            /// Without quotes, on one line.
            case plain
            /// Between quotes, and exactly as written there.
            case quoted
            /// A YAML block whose lines are exactly as written (`|`).
            case literal
            /// Text that differs from the file's: escapes or folded lines.
            case rewritten
        }
    }

    struct Entry: Hashable, Sendable {
        var key: String
        var keyPosition: Position
        var value: DocumentNode
    }

    /// Deeper files are refused: nothing here needs more, and readers and decoders recurse.
    static let depthLimit = 100
}

/// One-based; columns count Unicode scalars. 32 bits, because a large file has many.
struct Position: Hashable, Comparable, Sendable {
    var line: Int32
    var column: Int32

    init(line: Int, column: Int) {
        self.line = Int32(clamping: line)
        self.column = Int32(clamping: column)
    }

    static let start = Position(line: 1, column: 1)

    static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Something wrong at one place of one file.
struct DocumentProblem: Error, Hashable, Sendable {
    var position: Position
    var message: String
    var hint: String?

    init(_ position: Position, _ message: String, hint: String? = nil) {
        self.position = position
        self.message = message
        self.hint = hint
    }
}

/// What a reader returns: a tree, and what is wrong that did not stop it, such as duplicate keys.
struct Document: Sendable {
    var root: DocumentNode
    var problems: [DocumentProblem]
}

extension DocumentNode {
    /// How a problem names what it found: `the text 'abc'`, `a list`.
    var summary: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a map"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: "nothing"
            case .boolean(let value): "\(value)"
            case .number: "the number \(scalar.text)"
            case .string(let text): "the text '\(text.shortened)'"
            }
        }
    }

    /// The deepest node that `path` (keys, and indices of lists) leads to, and where it or its key stands.
    func position(of path: some Sequence<String>) -> Position {
        var node = self
        var position = self.position
        for component in path {
            switch node.content {
            case .scalar: return position
            case .sequence(let elements):
                guard let index = Int(component), elements.indices.contains(index) else { return position }
                node = elements[index]
                position = node.position
            case .mapping(let entries):
                guard let entry = entries.first(where: { $0.key == component }) else { return position }
                node = entry.value
                // A scalar is looked at where it stands, a collection where it is named.
                if case .scalar = node.content { position = node.position } else { position = entry.keyPosition }
            }
        }
        return position
    }

    subscript(key: String) -> DocumentNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}

extension String {
    /// At most 40 characters of the first line, for messages.
    var shortened: String {
        let line = prefix { !$0.isNewline }
        return line.count > 40 ? "\(line.prefix(39))…" : line.count < count ? "\(line)…" : String(line)
    }
}
