public import BatonCore

/// Turns jobs into a workload: which of them arrive, and when.
public enum Arrivals {
    /// How arrivals are spread over time.
    public enum Pattern: String, Hashable, Sendable, CaseIterable {
        /// Each on its own, at random times.
        case poisson
        /// Ten at once on average, the bursts at random times.
        case burst
        /// All at the start; the load has no say.
        case batch
        /// Each on its own; three times as often in the afternoon as at night, and half as often on two days of seven.
        case daily
    }

    /// A stream of jobs drawn from a list.
    ///
    /// Jobs, times and run ids depend on the seed alone, so noise that is keyed by runs is the same for every policy.
    /// - Parameters:
    ///   - jobs: each arrival is one of these, all equally likely; when as many arrive as there are, each arrives once.
    ///   - load: what the jobs drawn need, per second, of the resource that is scarcest, over what the machines have of
    ///     it. 1 is the most that could be served for ever.
    public static func stream(
        jobs: [Job], count: Int, load: Double, on machines: [Machine], pattern: Pattern, seed: UInt64
    ) -> Workload {
        precondition(!jobs.isEmpty && count >= 0 && load > 0, "\(count) of \(jobs.count) jobs at load \(load)")
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed ^ 0xA77))
        let drawn = draw(count, of: jobs.count, using: &generator)
        var demand = Demand()
        let demands = jobs.map { Demand(of: $0) }
        for index in drawn { demand += demands[index] }
        // Mean time between arrivals.
        let gap = demand.secondsToServe(on: machines) / load / Double(max(count, 1))
        var at = 0.0
        return Workload(
            drawn.enumerated().map { place, job in
                switch pattern {
                case .poisson: at += exponential(mean: gap, using: &generator)
                case .burst:
                    // The size of a burst is geometric: each arrival is the last of its burst with chance 1/10.
                    if place > 0, generator.percent(10) { at += exponential(mean: gap * 10, using: &generator) }
                case .batch: break
                case .daily: at = daily(after: at, gap: gap, using: &generator)
                }
                let instant = Instant(nanoseconds: Int64(min(at * 1e9, 4e18)))
                return jobs[job].arrival(run: runID(seed: seed, index: place), at: instant)
            })
    }

    /// So many jobs in each stretch of time, at random moments of it.
    ///
    /// - Parameters:
    ///   - counts: on average; a fraction is the chance of one more.
    ///   - jobs: each arrival is one of these, all equally likely.
    public static func stream(jobs: [Job], counts: [Double], bucketSeconds: Double, seed: UInt64) -> Workload {
        precondition(!jobs.isEmpty && bucketSeconds > 0, "\(jobs.count) jobs in stretches of \(bucketSeconds) s")
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed ^ 0xA77))
        var arrivals: [(at: Double, job: Int)] = []
        for (bucket, count) in counts.enumerated() {
            let whole = Int(count)
            let drawn = whole + (generator.unit() < count - Double(whole) ? 1 : 0)
            var moments = (0..<drawn).map { _ in (Double(bucket) + generator.unit()) * bucketSeconds }
            moments.sort()
            for moment in moments { arrivals.append((moment, Int(generator.unit() * Double(jobs.count)))) }
        }
        return Workload(
            arrivals.enumerated().map { place, arrival in
                jobs[arrival.job].arrival(
                    run: runID(seed: seed, index: place), at: Instant(nanoseconds: Int64(arrival.at * 1e9)))
            })
    }

    /// The next arrival of a random process whose rate follows the hour and the day.
    private static func daily(after at: Double, gap: Double, using generator: inout SeededGenerator) -> Double {
        // What is left of the wait at the average rate; each hour takes its share of it.
        var (at, left) = (at, exponential(mean: gap, using: &generator))
        while true {
            let hour = (at / 3600).rounded(.down)
            let rate = rate(hour: Int(hour))
            let end = (hour + 1) * 3600
            if (end - at) * rate >= left { return at + left / rate }
            left -= (end - at) * rate
            at = end
        }
    }

    /// Over the average: between 0.5 and 1.5 by the hour of the day, and by the day of the week.
    private static func rate(hour: Int) -> Double {
        // The least at 3 in the morning. Five days of 7/6 and two of 7/12 make seven of 1.
        let ofDay = 1 + PortableMath.sine(ofTurns: Double((hour + 15) % 24) / 24) / 2
        return ofDay * (hour / 24 % 7 < 5 ? 7.0 / 6 : 7.0 / 12)
    }

    /// Ascending in the index, and unrelated for different seeds.
    public static func runID(seed: UInt64, index: Int) -> Run.ID {
        Run.ID(rawValue: SeededGenerator.mix(seed) & ~0xFFFF_FFFF | UInt64(UInt32(index)))
    }

    private static func draw(_ count: Int, of jobs: Int, using generator: inout SeededGenerator) -> [Int] {
        guard count == jobs else { return (0..<count).map { _ in generator.int(in: 0...jobs - 1) } }
        return Array(0..<jobs).shuffled(using: &generator)
    }

    private static func exponential(mean: Double, using generator: inout SeededGenerator) -> Double {
        -PortableMath.log(1 - generator.unit()) * mean
    }
}

/// Resources times seconds on workers of reference speed.
private struct Demand {
    private var milliCPU = 0.0
    private var memoryBytes = 0.0
    private var gpus = 0.0
    private var diskBytes = 0.0

    init() {}

    /// Where nothing is declared: a core, and the true peak of memory.
    init(of job: Job) {
        for (instance, behaviour) in zip(job.expansion.instances, job.behaviours) where instance.kind == .command {
            let seconds = behaviour.duration.seconds
            let request = instance.request
            milliCPU += seconds * Double(request.milliCPU ?? 1000)
            memoryBytes += seconds * Double(request.memoryBytes ?? behaviour.peakMemoryBytes)
            gpus += seconds * Double(request.gpus ?? 0)
            diskBytes += seconds * Double(request.diskBytes ?? 0)
        }
    }

    static func += (left: inout Demand, right: Demand) {
        left.milliCPU += right.milliCPU
        left.memoryBytes += right.memoryBytes
        left.gpus += right.gpus
        left.diskBytes += right.diskBytes
    }

    /// How long the machines would take if nothing ever had to wait: that of the scarcest resource.
    func secondsToServe(on machines: [Machine]) -> Double {
        func capacity(_ amount: (Resources) -> Int64) -> Double {
            machines.reduce(0) { $0 + Double(amount($1.capacity)) * Double($1.speedPermille) / 1000 }
        }
        let shares = [
            (milliCPU, capacity(\.milliCPU)), (memoryBytes, capacity(\.memoryBytes)), (gpus, capacity(\.gpus)),
            (diskBytes, capacity(\.diskBytes)),
        ]
        return shares.map { $0.1 > 0 ? $0.0 / $0.1 : 0 }.max() ?? 0
    }
}
