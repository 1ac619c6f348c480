/// What is to be small: one figure of a schedule or of a simulated cluster, or a mixture of several.
///
/// The value of a mixture is the sum of `weight x figure / figure of the incumbent`: each figure counts by how much better
/// or worse it is than what would happen anyway, so units do not matter. An incumbent that is never late has no tardiness to
/// divide by; its completion takes that place.
public struct Objective: Hashable, Sendable {
    public enum Term: String, Hashable, Sendable, CaseIterable {
        /// The mean time from the submission of a run to its end.
        case completion
        /// The time until all has ended.
        case makespan
        /// How long after their deadlines runs and tasks end: the mean over all deadlines, weighted by priority (50 counts
        /// once). What ends in time counts as zero.
        case tardiness
        /// Of the workers, each held from the beginning until its last task has ended; see `Worker.costPerHour`.
        case cost
    }

    public struct Part: Hashable, Sendable {
        public let term: Term
        /// Above 0; those of all parts add up to 1.
        public let weight: Double
    }

    /// In the order of `Term`, each term at most once; at least one.
    public let parts: [Part]

    public init(_ term: Term) {
        parts = [Part(term: term, weight: 1)]
    }

    /// - Parameter weights: by term; at least one above 0 and none below. What is 0 is left out.
    public init(weights: [Term: Double]) {
        let sum = weights.values.sorted().reduce(0, +)
        precondition(sum > 0 && weights.values.allSatisfy { $0 >= 0 }, "an objective of \(weights)")
        parts = Term.allCases.compactMap { term in
            guard let weight = weights[term], weight > 0 else { return nil }
            return Part(term: term, weight: weight / sum)
        }
    }

    public func weight(of term: Term) -> Double { parts.first { $0.term == term }?.weight ?? 0 }

    /// Nothing counts of a run by itself, only what all come to.
    public var isOfAllTogether: Bool { weight(of: .completion) == 0 && weight(of: .tardiness) == 0 }

    /// Priorities say by how much lateness counts; else who goes first.
    public var weighsPriorities: Bool { weight(of: .tardiness) > 0 }

    /// The value to be small.
    ///
    /// - Parameter incumbent: figures of what would happen anyway; of no importance for a single term, whose value is the
    ///   figure itself.
    public func value(of figures: Figures, over incumbent: Figures) -> Double {
        guard parts.count > 1 else { return figures[parts[0].term] }
        return parts.reduce(0) { sum, part in
            var usual = incumbent[part.term]
            if usual == 0, part.term == .tardiness { usual = incumbent[.completion] }
            return usual > 0 ? sum + part.weight * figures[part.term] / usual : sum
        }
    }

    /// What a schedule, or a simulation, came to: times all in one unit.
    public struct Figures: Hashable, Sendable {
        public var completion: Double
        public var makespan: Double
        public var tardiness: Double
        public var cost: Double

        public init(completion: Double, makespan: Double, tardiness: Double, cost: Double) {
            self.completion = completion
            self.makespan = makespan
            self.tardiness = tardiness
            self.cost = cost
        }

        public subscript(term: Term) -> Double {
            switch term {
            case .completion: completion
            case .makespan: makespan
            case .tardiness: tardiness
            case .cost: cost
            }
        }
    }
}

extension Objective: CustomStringConvertible {
    /// `makespan`, or `completion=0.7,cost=0.3`.
    public var description: String {
        parts.count == 1
            ? parts[0].term.rawValue
            : parts.map { "\($0.term.rawValue)=\(($0.weight * 1000).rounded() / 1000)" }.joined(separator: ",")
    }
}
