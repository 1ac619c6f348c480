/// A value handed to a statement.
enum SQLValue {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Text that exists as bytes already.
    case utf8([UInt8])
    case blob([UInt8])

    static func integer(_ value: Int32) -> SQLValue { .integer(Int64(value)) }

    static func text(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(stringLiteral value: String) { self = .text(value) }
}
