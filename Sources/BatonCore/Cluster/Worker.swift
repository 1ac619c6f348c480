/// A place where attempts run: this machine, a node of a cluster, a virtual worker of a simulation.
public struct Worker: Hashable, Sendable, Codable {
    public var id: ID
    public var name: String
    /// What may be in use at once.
    public var capacity: Resources

    public init(id: ID, name: String, capacity: Resources) {
        self.id = id
        self.name = name
        self.capacity = capacity
    }

    /// Dense: workers are numbered from zero in order of joining, and a number is never used again.
    public struct ID: Hashable, Comparable, Sendable, Codable {
        public var index: Int32

        public init(_ index: Int) {
            self.index = Int32(index)
        }

        public static func < (left: ID, right: ID) -> Bool { left.index < right.index }

        public init(from decoder: any Decoder) throws {
            index = try decoder.singleValueContainer().decode(Int32.self)
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(index)
        }
    }
}
