/// How much each member counts: by its recent errors in a signature, and while there are few, by those everywhere.
struct MemberWeights: Sendable {
    /// Errors of one member, the newest counting most.
    struct Record: Sendable {
        var error = 0.0
        var count = 0.0

        mutating func add(_ error: Double, keep: Double) {
            self.error = self.error * keep + error
            count = count * keep + 1
        }
    }

    var everywhere = Array(repeating: Record(), count: Member.allCases.count)
    var own: [[Record]] = []

    /// - Parameter error: relative, as `|predicted / measured - 1|`; counts as 2 at most, for a single outlier says
    ///   nothing about the next hundred.
    mutating func score(_ member: Member, signature: Int32, error: Double) {
        while own.count <= Int(signature) {
            own.append(Array(repeating: Record(), count: Member.allCases.count))
        }
        let error = min(error, 2)
        // The newest 20 count in a signature, the newest 200 everywhere.
        own[Int(signature)][member.rawValue].add(error, keep: 0.95)
        everywhere[member.rawValue].add(error, keep: 0.995)
    }

    func weight(_ member: Member, signature: Int32) -> Double {
        let shared = everywhere[member.rawValue]
        // Two observations' worth of what is known everywhere stand in for those that the signature does not have yet.
        let expected = (shared.error + member.errorAtFirst) / (shared.count + 1)
        let known = Int(signature) < own.count ? own[Int(signature)][member.rawValue] : Record()
        let error = (known.error + 2 * expected) / (known.count + 2) + 0.01
        return 1 / (error * error * error * error)
    }
}
