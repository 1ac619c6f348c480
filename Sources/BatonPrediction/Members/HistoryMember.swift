/// What the signature's attempts took, whatever they worked on.
enum HistoryMember {
    /// The newest twenty, as they are.
    static func history(_ evidence: Evidence) -> Belief? {
        guard !evidence.mustExtrapolate else { return nil }
        return Belief(points: evidence.measured.suffix(20).sorted())
    }

    /// The median of the newest five.
    static func recent(_ evidence: Evidence) -> Belief? {
        guard !evidence.mustExtrapolate else { return nil }
        let recent = evidence.measured.suffix(5).sorted()
        return Belief(mean: recent[recent.count / 2], variance: 1.2 * evidence.spread)
    }

    static func last(_ evidence: Evidence) -> Belief? {
        guard !evidence.mustExtrapolate else { return nil }
        return Belief(mean: evidence.measured[evidence.measured.count - 1], variance: 1.5 * evidence.spread)
    }

    /// The last time that the same task worked on the same.
    static func repeated(_ evidence: Evidence) -> Belief? {
        guard let last = evidence.repeats.last else { return nil }
        return Belief(mean: last, variance: evidence.noise * evidence.noise / 2)
    }
}
