/// A value that parameters, fan-outs and expressions work with.
public indirect enum Value: Hashable, Sendable, Codable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case list([Value])
    /// Keys in the order written.
    case map([Entry])

    public struct Entry: Hashable, Sendable, Codable {
        public var key: String
        public var value: Value

        public init(key: String, value: Value) {
            self.key = key
            self.value = value
        }
    }
}
