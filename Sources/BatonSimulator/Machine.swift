public import BatonCore

/// A virtual worker before it has joined.
public struct Machine: Hashable, Sendable {
    public var capacity: Resources
    /// Thousandths of the speed to which durations refer.
    public var speedPermille: Int64
    /// 0 where all machines share one file system.
    public var networkBytesPerSecond: Int64
    /// What people call machines of this sort, and tasks that may run on some only.
    public var kind: String
    /// What it costs to hold one for an hour; nil where nobody has said.
    public var pricePerHour: Double?

    public init(
        capacity: Resources, speedPermille: Int64 = 1000, networkBytesPerSecond: Int64 = 0, kind: String = "worker",
        pricePerHour: Double? = nil
    ) {
        self.capacity = capacity
        self.speedPermille = speedPermille
        self.networkBytesPerSecond = networkBytesPerSecond
        self.kind = kind
        self.pricePerHour = pricePerHour
    }

    /// What it costs to hold one for an hour, as of `Worker`.
    public var costPerHour: Double { worker(0).costPerHour }

    func worker(_ index: Int) -> Worker {
        Worker(
            id: Worker.ID(index), name: "\(kind)-\(index)", kind: kind, capacity: capacity,
            speedPermille: speedPermille, networkBytesPerSecond: networkBytesPerSecond, pricePerHour: pricePerHour
        )
    }
}
