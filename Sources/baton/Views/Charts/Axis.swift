import Glibc

/// Where values lie between two edges of a picture.
struct Axis {
    let values: ClosedRange<Double>
    let positions: ClosedRange<Double>
    let isLogarithmic: Bool

    /// - Parameter isLogarithmic: values must be above zero then.
    init(_ values: ClosedRange<Double>, at positions: ClosedRange<Double>, isLogarithmic: Bool = false) {
        let isPoint = values.lowerBound == values.upperBound
        self.values = isPoint ? values.lowerBound...values.lowerBound + 1 : values
        self.positions = positions
        self.isLogarithmic = isLogarithmic
    }

    func position(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? log10(max(value, values.lowerBound) / values.lowerBound)
                / log10(values.upperBound / values.lowerBound)
            : (value - values.lowerBound) / (values.upperBound - values.lowerBound)
        return positions.lowerBound + min(max(share, 0), 1) * (positions.upperBound - positions.lowerBound)
    }

    /// About `count` round values within the range.
    func ticks(_ count: Int) -> [Double] {
        isLogarithmic ? logarithmicTicks(count) : Self.steps(values, count, units: [1, 2, 5])
    }

    /// About `count` values within the range that are round as times: 15 s, 2 min, 6 h.
    func timeTicks(_ count: Int) -> [Double] {
        if isLogarithmic {
            // Round in the unit in which they are written.
            let unit = Self.timeUnit(values.upperBound).seconds
            let scaled = values.lowerBound / unit...values.upperBound / unit
            return Axis(scaled, at: positions, isLogarithmic: true).ticks(count).map { $0 * unit }
        }
        let wanted = (values.upperBound - values.lowerBound) / Double(count)
        let round = [
            60.0, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
        ]
        guard wanted > 30, let step = round.first(where: { $0 >= wanted }) else {
            return Self.steps(values, count, units: [1, 2, 5])
        }
        return Self.multiples(of: step, in: values)
    }

    /// The largest unit in which the whole range can be read, with its size in seconds.
    static func timeUnit(_ seconds: Double) -> (name: String, seconds: Double) {
        if seconds >= 3 * 86_400 { return ("d", 86_400) }
        if seconds >= 3 * 3_600 { return ("h", 3_600) }
        if seconds >= 240 { return ("min", 60) }
        return seconds >= 1 ? ("s", 1) : ("ms", 0.001)
    }

    private func logarithmicTicks(_ count: Int) -> [Double] {
        let decades = log10(values.upperBound / values.lowerBound)
        let units = decades > Double(count) ? [1.0] : decades * 3 > Double(count) ? [1, 3] : [1, 2, 5]
        var ticks: [Double] = []
        var power = Self.power(of: values.lowerBound)
        while power <= values.upperBound {
            ticks += units.map { $0 * power }.filter { values.contains($0) }
            power *= 10
        }
        return ticks
    }

    private static func steps(_ values: ClosedRange<Double>, _ count: Int, units: [Double]) -> [Double] {
        let wanted = (values.upperBound - values.lowerBound) / Double(count)
        let power = power(of: wanted)
        let step = units.map { $0 * power }.first { $0 >= wanted * 0.75 } ?? power * 10
        return multiples(of: step, in: values)
    }

    private static func multiples(of step: Double, in values: ClosedRange<Double>) -> [Double] {
        let first = (values.lowerBound / step - 1e-9).rounded(.up)
        let last = (values.upperBound / step + 1e-9).rounded(.down)
        guard first <= last else { return [] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    /// The power of ten at or below a number above zero.
    private static func power(of value: Double) -> Double {
        var power = 1.0
        while power > value { power /= 10 }
        while power * 10 <= value { power *= 10 }
        return power
    }
}
