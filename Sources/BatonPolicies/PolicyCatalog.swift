public import BatonCore

/// The policies that a user can name.
public enum PolicyCatalog {
    /// In the order of help texts.
    public static let names = [
        "critical-path", "fifo", "fair", "weighted-fair", "shortest-first", "srpt-critical-path", "heft", "peft",
        "cpop",
        "min-min", "max-min", "tetris", "graphene", "best-fit", "edf", "least-laxity", "random",
    ]

    /// How long a live cluster lets smaller tasks pass one that has no room.
    public static let patience = Duration.seconds(60)

    /// - Parameter patience: nil for the plain rule of the paper, under which a large task may wait for ever.
    /// - Returns: nil for a name that is not in `names`.
    public static func policy(named name: String, patience: Duration? = patience) -> (any Policy)? {
        switch name {
        case "critical-path": CriticalPathFirst(patience: patience)
        case "fifo": FIFO(patience: patience)
        case "fair": FairShare(.equal, patience: patience)
        case "weighted-fair": FairShare(.priority, patience: patience)
        case "shortest-first": ShortestFirst(patience: patience)
        case "srpt-critical-path": ShortestRemainingRunFirst(patience: patience)
        case "heft": HEFT()
        case "peft": PEFT()
        case "cpop": CPoP()
        case "min-min": MinMin(patience: patience)
        case "max-min": MaxMin(patience: patience)
        case "tetris": Tetris(patience: patience)
        case "graphene": Graphene(patience: patience)
        case "best-fit": BestFit(patience: patience)
        case "edf": EarliestDeadlineFirst(patience: patience)
        case "least-laxity": LeastLaxityFirst(patience: patience)
        case "random": RandomOrder(patience: patience)
        default: nil
        }
    }
}
