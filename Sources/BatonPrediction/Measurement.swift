/// What a task that succeeded really took; nil or not positive where nothing was measured.
public struct Measurement: Hashable, Sendable {
    public var durationSeconds: Double?
    public var peakMemoryBytes: Double?
    public var cpuPercent: Double?
    public var writtenBytes: Double?

    public init(
        durationSeconds: Double? = nil, peakMemoryBytes: Double? = nil, cpuPercent: Double? = nil,
        writtenBytes: Double? = nil
    ) {
        self.durationSeconds = durationSeconds
        self.peakMemoryBytes = peakMemoryBytes
        self.cpuPercent = cpuPercent
        self.writtenBytes = writtenBytes
    }

    /// Nil when there is no usable measurement: a stamp of whole seconds says 0, a meter failed, a clock stepped back.
    public subscript(target: Target) -> Double? {
        let value =
            switch target {
            case .duration: durationSeconds
            case .memory: peakMemoryBytes
            case .cpu: cpuPercent
            }
        guard let value, value > 0, value < 1e18 else { return nil }
        return value
    }

    /// Logarithms of the targets in their order, then of the bytes written; NaN where nothing was measured.
    var logarithms: SIMD4<Double> {
        var logarithms = SIMD4<Double>(repeating: .nan)
        for target in Target.allCases {
            if let value = self[target] { logarithms[target.rawValue] = Logarithm.of(value) }
        }
        if let writtenBytes, writtenBytes > 0, writtenBytes < 1e18 { logarithms[3] = Logarithm.of(writtenBytes) }
        return logarithms
    }
}
