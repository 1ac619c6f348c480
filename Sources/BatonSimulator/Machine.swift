public import BatonCore

/// A virtual worker before it has joined.
public struct Machine: Hashable, Sendable {
    public var capacity: Resources
    /// Thousandths of the speed to which durations refer.
    public var speedPermille: Int64
    /// 0 where all machines share one file system.
    public var networkBytesPerSecond: Int64
    /// What people call machines of this sort.
    public var kind: String

    public init(
        capacity: Resources, speedPermille: Int64 = 1000, networkBytesPerSecond: Int64 = 0, kind: String = "worker"
    ) {
        self.capacity = capacity
        self.speedPermille = speedPermille
        self.networkBytesPerSecond = networkBytesPerSecond
        self.kind = kind
    }

    func worker(_ index: Int) -> Worker {
        Worker(
            id: Worker.ID(index), name: "\(kind)-\(index)", capacity: capacity, speedPermille: speedPermille,
            networkBytesPerSecond: networkBytesPerSecond
        )
    }
}
