import BatonCore

/// What a task probably takes, given what is known of it and of the others of its sort.
///
/// Estimates that scatter in a family by no more than they are off are told apart by chance alone: they are drawn together, the
/// more, the less they scatter beyond that. Otherwise each would be taken for as different as it looks, and be uncertain besides.
/// - Source: empirical Bayes, Efron and Morris 1973, doi:10.1080/01621459.1973.10481350.
struct Beliefs: Sendable {
    /// Logarithm of the median run time in nanoseconds, `[V]`.
    private(set) var logarithm: [Double]
    /// Standard deviation of what is unknown of each by itself, `[V]`.
    private(set) var ownDoubt: [Double]
    /// Of what is unknown of its whole family, `[V]`.
    private(set) var sharedDoubt: [Double]
    /// Standard deviation of the logarithm of one attempt's run time, but for stragglers, `[V]`.
    private(set) var spread: [Double]
    /// By family.
    let contentions: [Contention?]
    /// By family.
    let stragglers: [Stragglers?]

    /// With fewer in a family nothing can be said about how they scatter.
    private static let leastMembers = 5

    init(_ subject: Subject, _ families: TaskFamilies) {
        logarithm = subject.knowledge.map { PortableMath.log(Double(max($0.nanoseconds, 1))) }
        // Half the variance each.
        ownDoubt = subject.knowledge.map { $0.doubt * 0.5.squareRoot() }
        sharedDoubt = ownDoubt
        spread = subject.knowledge.map(\.spread)
        contentions = Contention.all(subject, families)
        stragglers = Stragglers.all(subject, families, contentions)
        for (place, family) in families.families.enumerated() {
            guard let known = contentions[place]?.spread ?? stragglers[place]?.spread else { continue }
            for member in family.tasks.flatMap({ subject.members[$0] }) { spread[member] = known }
        }
        for family in families.families {
            let members = family.tasks.flatMap { subject.members[$0] }
            guard members.count >= Self.leastMembers else { continue }
            let count = Double(members.count)
            let mean = members.reduce(0) { $0 + logarithm[$1] } / count
            let scatter = members.reduce(0) { $0 + (logarithm[$1] - mean) * (logarithm[$1] - mean) } / (count - 1)
            for member in members {
                let error = ownDoubt[member] * ownDoubt[member]
                guard error > 0 else { continue }
                let real = max(scatter - error, 0)
                let trust = real / (real + error)
                logarithm[member] = mean + trust * (logarithm[member] - mean)
                ownDoubt[member] = (trust * error).squareRoot()
            }
        }
    }
}
