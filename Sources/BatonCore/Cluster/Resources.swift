/// An amount of what a worker has and a task takes. Integers, so sums never drift.
public struct Resources: Hashable, Sendable, Codable {
    /// Thousandths of a core.
    public var milliCPU: Int64
    public var memoryBytes: Int64
    public var gpus: Int64
    public var diskBytes: Int64

    public init(milliCPU: Int64 = 0, memoryBytes: Int64 = 0, gpus: Int64 = 0, diskBytes: Int64 = 0) {
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.gpus = gpus
        self.diskBytes = diskBytes
    }

    public static let zero = Resources()

    /// True when every component of `self` is at most that of `other`.
    public func fits(in other: Resources) -> Bool {
        milliCPU <= other.milliCPU && memoryBytes <= other.memoryBytes && gpus <= other.gpus
            && diskBytes <= other.diskBytes
    }

    /// The smaller of each component.
    public func lesser(_ other: Resources) -> Resources {
        Resources(
            milliCPU: min(milliCPU, other.milliCPU), memoryBytes: min(memoryBytes, other.memoryBytes),
            gpus: min(gpus, other.gpus), diskBytes: min(diskBytes, other.diskBytes)
        )
    }

    /// The larger of each component.
    public func greater(_ other: Resources) -> Resources {
        Resources(
            milliCPU: max(milliCPU, other.milliCPU), memoryBytes: max(memoryBytes, other.memoryBytes),
            gpus: max(gpus, other.gpus), diskBytes: max(diskBytes, other.diskBytes)
        )
    }

    /// More than there can be of anything.
    public static let unlimited = Resources(milliCPU: .max, memoryBytes: .max, gpus: .max, diskBytes: .max)

    /// More than any worker has, and still to be added up: what a task asks of a worker that it may not run on.
    static let outOfReach = Resources(milliCPU: 1 << 60, memoryBytes: 1 << 60, gpus: 1 << 60, diskBytes: 1 << 60)

    public static func + (left: Resources, right: Resources) -> Resources {
        Resources(
            milliCPU: left.milliCPU + right.milliCPU,
            memoryBytes: left.memoryBytes + right.memoryBytes,
            gpus: left.gpus + right.gpus,
            diskBytes: left.diskBytes + right.diskBytes
        )
    }

    public static func - (left: Resources, right: Resources) -> Resources {
        Resources(
            milliCPU: left.milliCPU - right.milliCPU,
            memoryBytes: left.memoryBytes - right.memoryBytes,
            gpus: left.gpus - right.gpus,
            diskBytes: left.diskBytes - right.diskBytes
        )
    }

    public static func += (left: inout Resources, right: Resources) { left = left + right }
    public static func -= (left: inout Resources, right: Resources) { left = left - right }
}

extension Resources {
    /// These as a share of `whole`, by the resource of which they are the most.
    ///
    /// - Source: dominant share; Ghodsi and others, "Dominant resource fairness", NSDI 2011.
    public func dominantShare(of whole: Resources) -> Double {
        let shares = shares(of: whole)
        return max(shares.cpu, shares.memory, shares.gpus, shares.disk)
    }

    /// The sum of each component's share of what `whole` has of it.
    public func share(of whole: Resources) -> Double {
        let shares = shares(of: whole)
        return shares.cpu + shares.memory + shares.gpus + shares.disk
    }

    /// 0 of what `whole` has nothing of.
    private func shares(of whole: Resources) -> (cpu: Double, memory: Double, gpus: Double, disk: Double) {
        func part(_ amount: Int64, _ whole: Int64) -> Double { whole > 0 ? Double(amount) / Double(whole) : 0 }
        return (
            part(milliCPU, whole.milliCPU), part(memoryBytes, whole.memoryBytes), part(gpus, whole.gpus),
            part(diskBytes, whole.diskBytes)
        )
    }
}
