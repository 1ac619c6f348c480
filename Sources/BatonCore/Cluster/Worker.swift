/// A place where attempts run: this machine, a node of a cluster, a virtual worker of a simulation.
public struct Worker: Hashable, Sendable, Codable {
    public var id: ID
    public var name: String
    /// What people call workers like it, as tasks name them that may run on some only; nil where nobody has said.
    public var kind: String?
    /// What may be in use at once.
    public var capacity: Resources
    /// Thousandths of the speed to which expected durations refer.
    public var speedPermille: Int64
    /// How fast data comes from and goes to other workers; 0 where all share one file system and nothing is moved.
    public var networkBytesPerSecond: Int64
    /// What it costs to hold it for an hour; nil where nobody has said.
    public var pricePerHour: Double?

    public init(
        id: ID, name: String, kind: String? = nil, capacity: Resources, speedPermille: Int64 = 1000,
        networkBytesPerSecond: Int64 = 0, pricePerHour: Double? = nil
    ) {
        precondition(speedPermille > 0 && networkBytesPerSecond >= 0, "a speed of \(speedPermille) for \(name)")
        self.id = id
        self.name = name
        self.kind = kind
        self.capacity = capacity
        self.speedPermille = speedPermille
        self.networkBytesPerSecond = networkBytesPerSecond
        self.pricePerHour = pricePerHour
    }

    /// What it costs to hold it for an hour: its price, and where it has none, 1 for each core.
    public var costPerHour: Double { pricePerHour ?? Double(capacity.milliCPU) / 1000 }

    private enum CodingKeys: String, CodingKey {
        case id, name, kind, capacity, speedPermille, networkBytesPerSecond, pricePerHour
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try values.decode(ID.self, forKey: .id), name: try values.decode(String.self, forKey: .name),
            kind: try values.decodeIfPresent(String.self, forKey: .kind),
            capacity: try values.decode(Resources.self, forKey: .capacity),
            speedPermille: try values.decodeIfPresent(Int64.self, forKey: .speedPermille) ?? 1000,
            networkBytesPerSecond: try values.decodeIfPresent(Int64.self, forKey: .networkBytesPerSecond) ?? 0,
            pricePerHour: try values.decodeIfPresent(Double.self, forKey: .pricePerHour)
        )
    }

    /// How long something that takes `nanoseconds` at the reference speed takes here.
    public func executionNanoseconds(_ nanoseconds: Int64) -> Int64 {
        speedPermille == 1000 ? nanoseconds : Int64((Double(nanoseconds) * 1000 / Double(speedPermille)).rounded())
    }

    /// How long it takes to bring data from another worker.
    ///
    /// The slower end counts; workers on one file system have nothing to bring.
    public func transferNanoseconds(bytes: Int64, from source: Worker) -> Int64 {
        let rate = min(networkBytesPerSecond, source.networkBytesPerSecond)
        guard rate > 0, bytes > 0, source.id != id else { return 0 }
        return Int64((Double(bytes) * 1e9 / Double(rate)).rounded())
    }

    /// Dense: workers are numbered from zero in order of joining, and a number is never used again.
    public struct ID: DenseID {
        public var index: Int32

        public init(_ index: Int) {
            self.index = Int32(index)
        }
    }
}
