/// A mapping under construction that notices a key given twice.
struct UniqueKeys {
    private(set) var entries: [DocumentNode.Entry] = []
    /// Only for mappings that are worth an index: most have a handful of keys.
    private var index: [String: Int] = [:]
    private static let indexedFrom = 12

    /// - Returns: the problem, when the key is there already; its first value stays.
    mutating func insert(_ key: String, at position: Position, _ value: DocumentNode) -> DocumentProblem? {
        if let earlier = firstIndex(of: key) {
            return DocumentProblem(
                position, "'\(key.shortened)' is given twice, first in line \(entries[earlier].keyPosition.line)",
                hint: "Remove or rename one of the two.")
        }
        entries.append(DocumentNode.Entry(key: key, keyPosition: position, value: value))
        if entries.count == Self.indexedFrom {
            for (offset, entry) in entries.enumerated() { index[entry.key] = offset }
        } else if entries.count > Self.indexedFrom {
            index[key] = entries.count - 1
        }
        return nil
    }

    private func firstIndex(of key: String) -> Int? {
        entries.count < Self.indexedFrom ? entries.firstIndex { $0.key == key } : index[key]
    }
}

extension DocumentNode {
    var isMapping: Bool {
        if case .mapping = content { true } else { false }
    }
}
