/// What a way to ask for memory wasted.
///
/// An attempt with less than its peak is killed after its whole run time, and all that was granted is wasted; else what was
/// not used is: the worst that a kill can cost.
public struct SizingScore: Hashable, Sendable {
    public private(set) var wastedGigabyteHours = 0.0
    public private(set) var attempts = 0
    public private(set) var killed = 0

    public init() {}

    public var killedPercent: Double { attempts == 0 ? 0 : 100 * Double(killed) / Double(attempts) }

    /// - Parameter next: what to ask for after a kill; more than before.
    mutating func run(peak: Double, seconds: Double, request: Double, next: (Double) -> Double) {
        var granted = request
        for _ in 0..<60 {
            attempts += 1
            if granted >= peak {
                waste(granted - peak, seconds)
                return
            }
            killed += 1
            waste(granted, seconds)
            granted = max(next(granted), granted * 1.01)
        }
    }

    private mutating func waste(_ bytes: Double, _ seconds: Double) {
        wastedGigabyteHours += bytes / 1e9 * seconds / 3600
    }

    public static func + (left: SizingScore, right: SizingScore) -> SizingScore {
        var sum = left
        sum.wastedGigabyteHours += right.wastedGigabyteHours
        sum.attempts += right.attempts
        sum.killed += right.killed
        return sum
    }
}
