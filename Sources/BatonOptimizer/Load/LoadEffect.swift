public import BatonCore
public import BatonSimulator

/// What other runs do to a workflow that is submitted beside them.
public struct LoadEffect: Sendable {
    /// How long it takes without them, in nanoseconds.
    public let alone: LoadWait.Spread
    /// How long it takes beside them, in nanoseconds.
    public let beside: LoadWait.Spread
    /// How much longer that is in one and the same world, in nanoseconds.
    public let delay: LoadWait.Spread
    /// What it waits for, the longest wait first.
    public let waits: [LoadWait]
    /// Beside them, by world.
    let reports: [Report]

    /// - Parameters:
    ///   - load: runs that go on.
    ///   - makePolicy: a fresh policy for each simulation.
    public init(
        _ analysis: Analysis, beside load: [OpenRun], workforce: some Workforce,
        makePolicy: @escaping @Sendable () -> any Policy
    ) {
        let trial = PairedTrial(analysis, beside: load, makePolicy: makePolicy)
        let watched = workforce.map(PairedTrial.worlds) { trial.watched(in: trial.world($0)) }
        let calm = PairedTrial(analysis, makePolicy: makePolicy)
        let without = workforce.map(PairedTrial.worlds) {
            calm.original(in: calm.world($0)).makespan.nanoseconds
        }
        reports = watched.map(\.report)
        let with = reports.map(\.makespan.nanoseconds)
        alone = .init(without)
        beside = .init(with)
        delay = .init(zip(with, without).map { $0 - $1 })
        waits = LoadWait.all(watched.map(\.waits), makespans: with)
    }
}
