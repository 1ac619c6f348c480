/// One value as it stands in a file's text: what an edit in place has to know, and `DocumentNode` has forgotten.
///
/// Aliases and merge keys are not followed, and every value has the bytes that it takes.
struct SourceNode {
    /// The value's own bytes, without anchor and tag; of a block, from its first entry to the end of its last.
    var range: Range<Int>
    /// Where its anchor or tag begins, or the value itself.
    var start: Int
    var anchor: String?
    var content: Content

    enum Content {
        case scalar(String, isBlock: Bool)
        case sequence([SourceNode], isFlow: Bool)
        case mapping([Entry], isFlow: Bool)
        /// Stands for what is anchored by this name further up.
        case alias(String)
    }

    struct Entry {
        var key: SourceNode
        var value: SourceNode

        var name: String? {
            if case .scalar(let text, _) = key.content { text } else { nil }
        }

        var end: Int { max(key.range.upperBound, value.range.upperBound) }
    }

    var entries: [Entry]? {
        if case .mapping(let entries, _) = content { entries } else { nil }
    }

    var elements: [SourceNode]? {
        if case .sequence(let elements, _) = content { elements } else { nil }
    }

    /// A list or map whose entries stand on lines of their own, without brackets.
    var isBlockCollection: Bool {
        switch content {
        case .sequence(_, let isFlow), .mapping(_, let isFlow): !isFlow
        case .scalar, .alias: false
        }
    }

    func index(of key: String) -> Int? { entries?.firstIndex { $0.name == key } }

    subscript(key: String) -> SourceNode? {
        index(of: key).map { entries![$0].value }
    }
}

extension DocumentFormat {
    /// - Parameter text: has been read by `read` without a problem.
    func readSource(_ text: String) -> SourceNode? {
        switch self {
        case .yaml: YAMLSource.read(text)
        case .json: JSONSource.read(text)
        }
    }
}
