/// One way to predict from what was seen; the ensemble weighs them by how well they did.
public enum Member: Int, Hashable, Sendable, CaseIterable {
    case history, recent, last, repeated, bestLine, lines, affine, neighbours, interpolation, tree, lstm

    /// Members that have not earned their weight: they say nothing, and learn nothing, unless an evaluation asks for them.
    public static let unearned: Set<Member> = [.lstm]

    /// As an ablation names it.
    public var name: String { String(describing: self) }

    /// How far off it is taken to be while nothing is known of it: what ran on the same before repeats itself.
    var errorAtFirst: Double {
        switch self {
        case .repeated: 0.05
        case .history, .recent, .last, .bestLine, .lines, .affine, .neighbours, .interpolation, .tree, .lstm: 0.3
        }
    }

    /// - Parameter evidence: of at least one measured attempt.
    /// - Returns: nil when the member has nothing to say.
    func belief(_ evidence: Evidence) -> Belief? {
        switch self {
        case .history: HistoryMember.history(evidence)
        case .recent: HistoryMember.recent(evidence)
        case .last: HistoryMember.last(evidence)
        case .repeated: HistoryMember.repeated(evidence)
        case .bestLine: LineMember.best(evidence)
        case .lines: LineMember.average(evidence)
        case .affine: AffineMember.belief(evidence)
        case .neighbours: NeighbourMember.belief(evidence)
        case .interpolation: InterpolationMember.belief(evidence)
        case .tree: TreeMember.belief(evidence)
        case .lstm: evidence.sequence?.belief(evidence)
        }
    }
}
