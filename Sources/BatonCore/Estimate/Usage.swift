/// What an attempt really took: a measurement of its whole process tree.
public struct Usage: Hashable, Sendable, Codable {
    /// From start of the process to its end.
    public var wall: Duration
    public var userCPU: Duration
    public var systemCPU: Duration
    /// The most memory held at once, page cache excluded.
    public var peakMemoryBytes: Int64
    public var readBytes: Int64
    public var writtenBytes: Int64
    public var meter: Meter

    public init(
        wall: Duration, userCPU: Duration = .zero, systemCPU: Duration = .zero, peakMemoryBytes: Int64 = 0,
        readBytes: Int64 = 0, writtenBytes: Int64 = 0, meter: Meter
    ) {
        self.wall = wall
        self.userCPU = userCPU
        self.systemCPU = systemCPU
        self.peakMemoryBytes = peakMemoryBytes
        self.readBytes = readBytes
        self.writtenBytes = writtenBytes
        self.meter = meter
    }

    /// How the figures were obtained, from exact to approximate.
    public enum Meter: String, Hashable, Sendable, Codable {
        case cgroup2, cgroup1, sampling, simulated
    }

    private enum CodingKeys: String, CodingKey {
        case wall = "wall_ns"
        case userCPU = "user_ns"
        case systemCPU = "system_ns"
        case peakMemoryBytes = "peak_memory_bytes"
        case readBytes = "read_bytes"
        case writtenBytes = "written_bytes"
        case meter
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        wall = .nanoseconds(try values.decode(Int64.self, forKey: .wall))
        userCPU = .nanoseconds(try values.decode(Int64.self, forKey: .userCPU))
        systemCPU = .nanoseconds(try values.decode(Int64.self, forKey: .systemCPU))
        peakMemoryBytes = try values.decode(Int64.self, forKey: .peakMemoryBytes)
        readBytes = try values.decode(Int64.self, forKey: .readBytes)
        writtenBytes = try values.decode(Int64.self, forKey: .writtenBytes)
        meter = try values.decode(Meter.self, forKey: .meter)
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(wall.nanoseconds, forKey: .wall)
        try values.encode(userCPU.nanoseconds, forKey: .userCPU)
        try values.encode(systemCPU.nanoseconds, forKey: .systemCPU)
        try values.encode(peakMemoryBytes, forKey: .peakMemoryBytes)
        try values.encode(readBytes, forKey: .readBytes)
        try values.encode(writtenBytes, forKey: .writtenBytes)
        try values.encode(meter, forKey: .meter)
    }
}
