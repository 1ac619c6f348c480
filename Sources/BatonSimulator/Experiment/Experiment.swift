import BatonCore

/// Contenders that meet the same trials: arrivals, noise, estimates and faults are the same for all of them.
///
/// Trials are made when they are wanted and depend on nothing but their place, so they can be run in any order and by
/// several threads, with the same result.
public struct Experiment: Sendable {
    public var contenders: [Contender]
    public let trialCount: Int
    private let makeTrial: @Sendable (Int) -> Trial

    /// - Parameter makeTrial: the same trial for the same place, every time.
    public init(contenders: [Contender], trialCount: Int, makeTrial: @escaping @Sendable (Int) -> Trial) {
        self.contenders = contenders
        self.trialCount = trialCount
        self.makeTrial = makeTrial
    }

    /// A stream of jobs, drawn anew for each seed, on one cluster.
    ///
    /// - Parameter makeWorkload: what arrives under a seed.
    public init(
        contenders: [Contender], conditions: Conditions, seeds: [UInt64],
        makeWorkload: @escaping @Sendable (UInt64) -> Workload
    ) {
        self.init(contenders: contenders, trialCount: seeds.count) { place in
            Trial(name: "seed \(seeds[place])", makeWorkload(seeds[place]), conditions, seed: seeds[place])
        }
    }

    /// Problems that bring their own machines: each is one trial for every seed, alone on its machines.
    public init(contenders: [Contender], conditions: Conditions, seeds: [UInt64], problems: [Job]) {
        self.init(contenders: contenders, trialCount: seeds.count * problems.count) { place in
            let job = problems[place / seeds.count]
            var conditions = conditions
            conditions.machines = job.machines
            let workload = Workload([job.arrival(run: Run.ID(rawValue: 1))])
            var trial = Trial(name: job.name, workload, conditions, seed: seeds[place % seeds.count])
            trial.bestKnownMakespan = job.bestKnownMakespan
            return trial
        }
    }

    public func trial(_ place: Int) -> Trial {
        precondition((0..<trialCount).contains(place), "trial \(place) of \(trialCount)")
        return makeTrial(place)
    }
}
