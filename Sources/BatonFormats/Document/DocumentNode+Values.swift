internal import BatonCore

extension DocumentNode {
    /// What stands there, unless it is nothing, a list or a map.
    var text: String? {
        guard case .scalar(let scalar) = content, scalar.value != .null else { return nil }
        return scalar.text
    }

    var number: Double? {
        guard case .scalar(let scalar) = content, case .number(let value) = scalar.value else { return nil }
        return value
    }

    var elements: [DocumentNode]? {
        guard case .sequence(let elements) = content else { return nil }
        return elements
    }

    var entries: [Entry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// Without positions.
    var plainValue: Value {
        switch content {
        case .sequence(let elements): .list(elements.map(\.plainValue))
        case .mapping(let entries): .map(entries.map { Value.Entry(key: $0.key, value: $0.value.plainValue) })
        case .scalar(let scalar):
            switch scalar.value {
            case .null: .null
            case .boolean(let value): .boolean(value)
            case .number(let value): .number(value)
            case .string(let text): .string(text)
            }
        }
    }
}
