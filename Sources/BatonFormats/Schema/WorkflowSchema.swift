internal import BatonCore

/// The published description of workflow files, for editors and other programs.
public enum WorkflowSchema {
    /// A JSON Schema of draft 2020-12.
    public static var json: String {
        var definitions = Definitions()
        definitions.addText()
        let header: [Value.Entry] = .of([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("Baton workflow"),
            "description": .string("Tasks, what they need and what they may cost."),
        ])
        let root = definitions.record(WorkflowKey.self)
        return JSONText.write(.map(header + root + .of(["$defs": .map(definitions.entries)])))
    }
}

/// Collects the schema's `$defs` while the shapes that refer to them are written.
private struct Definitions {
    var entries: [Value.Entry] = []

    mutating func addText() {
        let scalar = Value.list([.string("string"), .string("number"), .string("boolean")])
        let amount = Value.list([.string("string"), .string("number")])
        entries += .of([
            "text": .object([
                "description": .string("Text; a number or boolean counts as what is written."), "type": scalar,
            ]),
            "template": .object([
                "description": .string("Text in which ${{ … }} is replaced by a value; $${{ stands for itself."),
                "type": scalar,
            ]),
            "expression": .object([
                "description": .string("An expression, such as ${{ params.threads > 1 }}."), "type": .string("string"),
            ]),
            "bareExpression": .object([
                "description": .string("Nothing but one expression, such as ${{ params.samples }}."),
                "type": .string("string"), "pattern": .string(#"^\s*\$\{\{[\s\S]*\}\}\s*$"#),
            ]),
            "duration": .object([
                "description": .string("Seconds, or text such as 250ms, 90s, 5m, 1h30m or 2d."), "type": amount,
                "minimum": .number(0), "pattern": .string(#"^\s*[0-9.]"#),
            ]),
            "size": .object([
                "description": .string("Bytes, or text such as 500MB (powers of 1000) or 512MiB (of 1024)."),
                "type": amount, "minimum": .number(0), "pattern": .string(#"^\s*[0-9.]"#),
            ]),
        ])
    }

    mutating func schema(of shape: Shape) -> Value {
        switch shape {
        case .text: .reference("text")
        case .template: .reference("template")
        case .expression: .reference("expression")
        case .bareExpression: .reference("bareExpression")
        case .duration: .reference("duration")
        case .size: .reference("size")
        case .boolean: .object(["type": .string("boolean")])
        case .integer(let range):
            .object([
                "type": .string("integer"), "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ])
        case .number: .object(["type": .string("number"), "minimum": .number(0)])
        case .choice(let words): .object(["enum": .list(words.map { .string($0) })])
        case .anything: .object([:])
        case .list(let element): .object(["type": .string("array"), "items": schema(of: element)])
        case .map(let value): .object(["type": .string("object"), "additionalProperties": schema(of: value)])
        case .record(let keys, let name): reference(to: keys, named: name)
        case .open(let keys, let others):
            .object([
                "type": .string("object"), "properties": .map(properties(keys)),
                "additionalProperties": schema(of: others),
            ])
        case .either(let shapes): .object(["anyOf": .list(shapes.map { schema(of: $0) })])
        }
    }

    private mutating func reference(to keys: any FormatKey.Type, named name: String) -> Value {
        if !entries.contains(where: { $0.key == name }) {
            let place = entries.count
            entries.append(Value.Entry(key: name, value: .null))
            entries[place].value = .map(record(keys))
        }
        return .reference(name)
    }

    private mutating func properties<Key: FormatKey>(_ keys: Key.Type) -> [Value.Entry] {
        Key.allCases.map { key in
            var property = [Value.Entry(key: "description", value: .string(key.summary))]
            if case .map(let shape) = schema(of: key.shape) { property += shape }
            return Value.Entry(key: key.rawValue, value: .map(property))
        }
    }

    mutating func record<Key: FormatKey>(_ keys: Key.Type) -> [Value.Entry] {
        var entries: [Value.Entry] = .of([
            "type": .string("object"), "additionalProperties": .boolean(false), "properties": .map(properties(keys)),
        ])
        if !Key.required.isEmpty {
            entries += .of(["required": .list(Key.required.map { .string($0.rawValue) })])
        }
        if !Key.choices.isEmpty {
            func has(_ key: Key) -> Value { .list([.string(key.rawValue)]) }
            let choices = Key.choices.map { Value.object(["required": has($0)]) }
            let substitute = Key.substitute.map { key in
                Value.object(["required": has(key), "not": .object(["anyOf": .list(choices)])])
            }
            entries += .of(["oneOf": .list(choices + [substitute].compactMap { $0 })])
        }
        return entries
    }
}

extension Value {
    fileprivate static func reference(_ name: String) -> Value { object(["$ref": .string("#/$defs/\(name)")]) }
}

extension [Value.Entry] {
    static func of(_ entries: KeyValuePairs<String, Value>) -> [Value.Entry] {
        entries.map { Value.Entry(key: $0.key, value: $0.value) }
    }
}
