/// What may stand at a place of a workflow file: the source of the JSON Schema.
indirect enum Shape {
    case text
    /// Text in which `${{ … }}` is filled in.
    case template
    /// A formula, with or without `${{ … }}` around it.
    case expression
    /// Nothing but `${{ … }}`.
    case bareExpression
    case boolean
    case integer(ClosedRange<Int>)
    /// At least zero.
    case number
    case duration
    case size
    case choice([String])
    case anything
    case list(Shape)
    case map(Shape)
    /// A map with the keys of one table; the name is that of its definition in the schema.
    case record(any FormatKey.Type, named: String)
    /// A map with the keys of one table, and others of one shape.
    case open(any FormatKey.Type, others: Shape)
    case either([Shape])

    /// A list, or one element without the brackets.
    static func oneOrMore(_ element: Shape) -> Shape { .either([element, .list(element)]) }
}

/// The keys of one kind of map. Decoders switch over them and the schema is made of them, so the two cannot differ.
protocol FormatKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    var shape: Shape { get }
    /// One sentence for people who hover over the key in an editor.
    var summary: String { get }
    /// Keys that must be there.
    static var required: [Self] { get }
    /// Keys of which exactly one must be there; empty when there is no such choice.
    static var choices: [Self] { get }
    /// A key that may stand where none of the choices does.
    static var substitute: Self? { get }
}

extension FormatKey {
    static var required: [Self] { [] }
    static var choices: [Self] { [] }
    static var substitute: Self? { nil }
    static var names: [String] { allCases.map(\.rawValue) }
}
