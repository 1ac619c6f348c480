/// Numbers of foreign files as quantities: what is beyond anything that exists is cut off, so that nothing overflows.
enum Amount {
    /// Up to 95 years.
    static func duration(seconds: Double) -> Duration {
        .nanoseconds(Int64(min(max(seconds, 0), 3e9) * 1e9))
    }

    /// Up to 10¹⁵.
    static func bytes(_ bytes: Double) -> Int64 {
        Int64(min(max(bytes, 0), 1e15))
    }

    /// Thousandths of up to a million cores.
    static func milliCPU(cores: Double) -> Int64 {
        Int64((min(max(cores, 0), 1e6) * 1000).rounded(.up))
    }

    /// Run times as recorded.
    ///
    /// Where all of them are whole seconds, 0 means less than one: half a second.
    static func durations(seconds: [Double]) -> [Duration] {
        let areWhole = seconds.allSatisfy { $0.rounded() == $0 }
        return seconds.map { duration(seconds: areWhole && $0 <= 0 ? 0.5 : $0) }
    }
}
