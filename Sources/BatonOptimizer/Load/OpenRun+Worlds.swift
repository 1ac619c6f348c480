import BatonCore
import BatonSimulator

// How what is left of a run may turn out.

extension OpenRun {
    /// What is left of each task as usual, in nanoseconds, `[V]`.
    var usual: [Int64] {
        remaining(of: rest.knowledge.map(\.nanoseconds)) { _ in 0.5 }
    }

    /// The same in the world of that number: run times drawn as those of the workflow are, those of tasks that run already
    /// given that they have lasted so long.
    func remaining(inWorld number: UInt64) -> [Int64] {
        let seed = SeededGenerator.mix(number) ^ id.rawValue
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed))
        return remaining(of: World.nanoseconds(rest, beliefs, families, seed)) { _ in generator.unit() }
    }

    private func remaining(of whole: [Int64], _ share: (RunningTask) -> Double) -> [Int64] {
        var left = whole
        for task in running {
            let place = task.place
            let doubts = [beliefs.spread[place], beliefs.ownDoubt[place], beliefs.sharedDoubt[place]]
            left[place] = Residual.nanoseconds(
                logarithm: beliefs.logarithm[place], deviation: doubts.reduce(0) { $0 + $1 * $1 }.squareRoot(),
                elapsed: task.elapsedNanoseconds, share: share(task))
        }
        return left
    }

    /// - Parameter remaining: of each task that is left, in nanoseconds, `[V]`.
    /// - Returns: nil where none is left.
    func arrival(_ remaining: [Int64]) -> Workload.Arrival? {
        guard !remaining.isEmpty else { return nil }
        let usual = usual
        return Workload.Arrival(
            submission: Run.Submission(
                run: id, workflow: rest.workflow, parameters: [], expansion: rest.expansion),
            instanceBehaviours: zip(remaining, usual).map { left, usual in
                .init(
                    duration: .nanoseconds(left),
                    expected: .init(duration: .nanoseconds(usual), peakMemoryBytes: 0))
            },
            running: running.map { task in
                Placement(
                    task: TaskReference(run: id, task: TaskInstance.ID(task.place)), worker: task.worker,
                    grant: rest.expansion.instances[task.place].request.asked, reason: "runs already")
            }, isBackground: true)
    }
}

extension TaskInstance.Request {
    fileprivate var asked: Resources {
        Resources(
            milliCPU: milliCPU ?? 0, memoryBytes: memoryBytes ?? 0, gpus: gpus ?? 0, diskBytes: diskBytes ?? 0)
    }
}

/// How much longer something takes that has taken a while already.
enum Residual {
    /// Where the tail of the normal distribution falls like an exponential one.
    private static let far = 6.0

    /// - Parameters:
    ///   - logarithm: of the median of the whole, in nanoseconds.
    ///   - deviation: standard deviation of the logarithm of the whole.
    ///   - elapsed: what has passed, in nanoseconds.
    ///   - share: of all that have lasted so long, how many end before the time that is returned, 0 to 1.
    /// - Returns: at least a microsecond.
    static func nanoseconds(logarithm: Double, deviation: Double, elapsed: Int64, share: Double) -> Int64 {
        let median = PortableMath.exp(logarithm)
        let passed = Double(max(elapsed, 0))
        guard deviation > 0 else { return max(1_000, Int64(median - passed)) }
        let now = passed > 0 ? max((PortableMath.log(passed) - logarithm) / deviation, -far) : -far
        let remains = max(1 - share, 1e-9)
        if now > far {
            let further = -PortableMath.log(remains) / now
            return max(1_000, Int64(min(passed * (PortableMath.exp(deviation * further) - 1), 1e17)))
        }
        // Where the tail beyond is that share of the tail that is left.
        let tail = PortableMath.upperTail(now) * remains
        var (low, high) = (now, now + 2 * far)
        while high - low > 1e-6 {
            let middle = (low + high) / 2
            if PortableMath.upperTail(middle) > tail { low = middle } else { high = middle }
        }
        return max(1_000, Int64(min(median * PortableMath.exp(deviation * low) - passed, 1e17)))
    }
}
