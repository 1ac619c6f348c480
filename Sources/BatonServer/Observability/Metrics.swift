import BatonCore
import BatonStore
import Synchronization

/// Figures that only grow, or that were set last, in the text format of Prometheus.
public final class Metrics: Sendable {
    private struct Series {
        var value = 0.0
        /// Of a histogram: how many observations lie in each bucket, the ones below not counted.
        var buckets: [Int] = []
        var count = 0
    }

    private let series = Mutex<[Family: [String: Series]]>([:])

    public init() {
        // A rate sees nothing of a series' first value: what may happen begins with none.
        for outcome in AttemptSummary.Status.allCases where outcome != .running {
            add(0, to: .tasksFinished, ["outcome": outcome.rawValue])
        }
        for result in Firing.State.allCases where result != .waiting {
            add(0, to: .scheduleFirings, ["result": result.rawValue])
            if result != .skipped { add(0, to: .triggerFirings, ["result": result.rawValue]) }
        }
        for result in ["delivered", "retried", "failed", "skipped"] {
            add(0, to: .notificationDeliveries, ["result": result])
        }
    }

    public func add(_ amount: Double = 1, to family: Family, _ labels: KeyValuePairs<String, String> = [:]) {
        change(family, labels) { $0.value += amount }
    }

    public func set(_ family: Family, to value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        change(family, labels) { $0.value = value }
    }

    /// - Parameter seconds: of a family that measures time.
    public func observe(_ seconds: Double, in family: Family, _ labels: KeyValuePairs<String, String> = [:]) {
        change(family, labels) { series in
            if series.buckets.isEmpty { series.buckets = Array(repeating: 0, count: family.bounds.count) }
            if let bucket = family.bounds.firstIndex(where: { seconds <= $0 }) { series.buckets[bucket] += 1 }
            series.value += seconds
            series.count += 1
        }
    }

    private func change(
        _ family: Family, _ labels: KeyValuePairs<String, String>, _ body: (inout Series) -> Void
    ) {
        var key = ""
        for (name, value) in labels {
            if !key.isEmpty { key += "," }
            key += name
            key += "=\""
            key += Self.escaped(value)
            key += "\""
        }
        series.withLock { body(&$0[family, default: [:]][key, default: Series()]) }
    }

    /// Every family with its help, in a fixed order.
    func text() -> String {
        let series = series.withLock { $0 }
        var text = ""
        for family in Family.allCases {
            text += "# HELP \(family.rawValue) \(family.help)\n# TYPE \(family.rawValue) \(family.kind)\n"
            let known = series[family] ?? (family.isLabelled ? [:] : ["": Series()])
            for (labels, series) in known.sorted(by: { $0.key < $1.key }) {
                if family.kind == "histogram" {
                    Self.write(series, of: family, labels, to: &text)
                } else {
                    text += "\(family.rawValue)\(labels.isEmpty ? "" : "{\(labels)}") \(series.value)\n"
                }
            }
        }
        return text
    }

    private static func write(_ series: Series, of family: Family, _ labels: String, to text: inout String) {
        let name = family.rawValue
        let before = labels.isEmpty ? "" : labels + ","
        var below = 0
        for (index, bound) in family.bounds.enumerated() {
            below += series.buckets.isEmpty ? 0 : series.buckets[index]
            text += "\(name)_bucket{\(before)le=\"\(bound)\"} \(below)\n"
        }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_bucket{\(before)le=\"+Inf\"} \(series.count)\n"
        text += "\(name)_sum\(braces) \(series.value)\n\(name)_count\(braces) \(series.count)\n"
    }

    private static func escaped(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") && $0 != 0x0A }
        if isPlain { return text }
        return text.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
    }
}
