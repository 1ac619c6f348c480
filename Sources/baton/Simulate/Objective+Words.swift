import BatonSimulator

// An objective in sentences about simulations.
extension Objective {
    /// After "the least".
    var phrase: String {
        guard parts.count == 1 else { return "value of \(self)" }
        return switch parts[0].term {
        case .completion: "mean time from arrival to end"
        case .makespan: "time until all has ended"
        case .tardiness: "mean lateness, weighted by priority"
        case .cost: "cost"
        }
    }

    /// Between "does A" and "than B".
    var question: String {
        guard parts.count == 1 else { return "have a smaller value of \(self)" }
        return switch parts[0].term {
        case .completion: "take less time from arrival to end"
        case .makespan: "take less time until all has ended"
        case .tardiness: "end less late"
        case .cost: "cost less"
        }
    }

    /// Between "A" and "than B": `takes 12 % less time`.
    func claim(_ share: String) -> String {
        guard parts.count == 1 else { return "has a value of \(self) that is \(share) smaller" }
        return switch parts[0].term {
        case .completion, .makespan: "takes \(share) less time"
        case .tardiness: "is \(share) less late"
        case .cost: "costs \(share) less"
        }
    }

    /// Of a chart of ratios to a baseline.
    var title: String {
        parts == Objective(.completion).parts ? "Mean time" : phrase.prefix(1).uppercased() + phrase.dropFirst()
    }
}
