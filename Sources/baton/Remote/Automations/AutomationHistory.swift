import BatonCore
import BatonFormats

/// What a server keeps of each occasion of an automation: what it started, or whom it told.
enum AutomationHistory: String, Sendable {
    case firings, deliveries

    var summary: String {
        switch self {
        case .firings: "what it started when, and why it did not"
        case .deliveries: "what it told when, and why that was not taken"
        }
    }

    /// One occasion a line, as the server lists them: the newest first.
    func table(_ occasions: [Value]) -> Table {
        switch self {
        case .firings:
            var table = Table([
                .init(title: "TIME"), .init(title: "CAUSE"), .init(title: "STATE"), .init(title: "RUN"),
                .init(title: "REASON"),
            ])
            for firing in occasions {
                table.append([
                    StyledLine(firing.text("time")), StyledLine(firing.text("cause")), Self.state(of: firing),
                    StyledLine(firing.text("run")), StyledLine(firing.text("reason")),
                ])
            }
            return table
        case .deliveries:
            var table = Table([
                .init(title: "TIME"), .init(title: "EVENT"), .init(title: "WORKFLOW"), .init(title: "RUN"),
                .init(title: "STATE"), .init(title: "TRIES", isNumeric: true), .init(title: "REASON"),
            ])
            for delivery in occasions {
                table.append([
                    StyledLine(delivery.text("time")), StyledLine(delivery.text("event")),
                    StyledLine(delivery.text("workflow")), StyledLine(delivery.text("run")), Self.state(of: delivery),
                    StyledLine("\(delivery.integer("attempts") ?? 0)"), StyledLine(delivery.text("reason")),
                ])
            }
            return table
        }
    }

    /// How the newest occasion stands, and when it was.
    func latest(of entry: Value, now: Instant) -> StyledLine {
        guard let occasion = entry[entry: "last_\(rawValue)"]?.elements.first else { return "" }
        var line = Self.state(of: occasion)
        if let time = occasion.instant("time") { line.append(" " + TimeText.ago(time, now: now), .faint) }
        return line
    }

    /// Of its run, where there is one.
    private static func state(of occasion: Value) -> StyledLine {
        if let status = Run.Status(rawValue: occasion.text("run_status")) {
            return StyledLine(status.rawValue, status.ink)
        }
        let word = occasion.text("state")
        switch word {
        case "refused", "failed": return StyledLine(word, .bad)
        case "delivered": return StyledLine(word, .good)
        case "waiting": return StyledLine(word, .busy)
        default: return StyledLine(word, .faint)
        }
    }
}
