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
}
