/// A number that stands for a place in an array, of a type of its own. On the wire it is the number.
public protocol DenseID: Hashable, Comparable, Sendable, Codable {
    var index: Int32 { get set }
    init(_ index: Int)
}

extension DenseID {
    public static func < (left: Self, right: Self) -> Bool { left.index < right.index }

    public init(from decoder: any Decoder) throws {
        self.init(Int(try decoder.singleValueContainer().decode(Int32.self)))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(index)
    }
}
