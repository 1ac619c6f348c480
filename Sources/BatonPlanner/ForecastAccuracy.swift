import BatonCore

/// How uncertain it is what tasks take: by what is expected of them, and by what those took that ended last.
///
/// That all take the same factor more is no harm: a plan stretches. What harms it is that some do and others don't.
struct ForecastAccuracy: Sendable {
    /// So many tasks that ended count.
    private static let window = 32
    /// What is expected counts as much as so many tasks that ended.
    private static let weight = 8.0
    /// The spread of a task of which nothing is known.
    private static let unknown = 1.0
    /// That of a task whose workflow says how long it takes.
    private static let declared = 0.2
    /// Plans beat the longest path first below this, where PSPLIB's projects of 60 tasks are simulated with log-normal
    /// times.
    private static let tolerated = 0.55
    /// Once they were not, they are worth it again below this: a plan that is begun and given up again and again is worse than
    /// either.
    private static let trusted = 0.45
    /// So many nanoseconds more or less are no surprise.
    private static let moment = 1e7
    /// Of larger runs so many tasks speak for the others.
    private static let sample = 256

    /// What was started and is not known to have ended.
    private var started: [Started] = []
    /// Logarithms of the real over the expected times.
    private var ratios: [Double] = []
    private var revisions: [Int] = []
    private var expectedSpread = 0.0
    /// Standard deviation of the logarithm of the real over the expected times.
    private(set) var spread = 0.0

    private struct Started: Sendable {
        var run: Int
        var task: Int
        var at: Instant
        var expectedNanoseconds: Int64
    }

    /// Plans with such expectations are worth less than a rule that needs none.
    private(set) var isPoor = false

    /// Looks at what has ended since the last time, and whether something else is expected now.
    ///
    /// - Complexity: O(r) for r running tasks.
    mutating func read(_ observation: Observation) {
        let before = ratios.count
        started.removeAll { known in
            switch observation.state(of: known.task, inRun: known.run) {
            case .running: return false
            case .succeeded:
                let end = observation.end(of: known.task, inRun: known.run) ?? observation.now
                let real = Double(known.at.duration(to: end).nanoseconds) + Self.moment
                ratios.append(PortableMath.log(real / (Double(known.expectedNanoseconds) + Self.moment)))
            case .blocked, .awaitingApproval, .ready, .backingOff, .failed, .skipped, .cancelled: break
            }
            return true
        }
        let revisions = observation.openRuns.map { observation.revision(ofRun: Int($0)) }
        if revisions != self.revisions {
            self.revisions = revisions
            expectedSpread = Self.expectedSpread(observation)
        } else if ratios.count == before {
            return
        }
        ratios.removeFirst(max(ratios.count - Self.window, 0))
        measure()
    }

    /// Remembers what is expected of the tasks that start now.
    mutating func note(_ placements: [Placement], _ observation: Observation) {
        for placement in placements {
            guard let run = observation.openRuns.first(where: { observation.run(at: Int($0)).id == placement.task.run })
            else { continue }
            let task = Int(placement.task.task.index)
            started.append(
                Started(
                    run: Int(run), task: task, at: observation.now,
                    expectedNanoseconds: observation.durations(ofRun: Int(run))[task]))
        }
    }

    /// By the median absolute deviation, so that a straggler or some outputs that were there already change little. Of few it
    /// is too small, and one alone does not deviate.
    ///
    /// - Source: of the factor for few, Croux, Rousseeuw 1992, doi:10.1007/978-3-662-26811-7_58.
    private mutating func measure() {
        let center = Self.median(ratios)
        let count = Double(ratios.count)
        let seen = 1.4826 * Self.median(ratios.map { abs($0 - center) }) * count / (count - 0.8)
        let freedom = max(count - 1, 0)
        let squares = expectedSpread * expectedSpread * Self.weight + seen * seen * freedom
        spread = (squares / (Self.weight + freedom)).squareRoot()
        isPoor = spread > (isPoor ? Self.trusted : Self.tolerated)
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    /// That of log-normal times through the expected median and 90th percentile, root of the mean square over tasks.
    private static func expectedSpread(_ observation: Observation) -> Double {
        var (sum, count) = (0.0, 0.0)
        for run in observation.openRuns.map(Int.init) {
            let tasks = observation.graph(ofRun: run).count
            for task in stride(from: 0, to: tasks, by: max(tasks / sample, 1))
            where observation.isCommand(task, inRun: run) && !observation.state(of: task, inRun: run).isTerminal {
                let spread = spread(of: task, inRun: run, observation)
                sum += spread * spread
                count += 1
            }
        }
        return count > 0 ? (sum / count).squareRoot() : 0
    }

    private static func spread(of task: Int, inRun run: Int, _ observation: Observation) -> Double {
        guard let estimate = observation.estimate(of: task, inRun: run) else {
            return observation.expectedNanoseconds(of: task, inRun: run) == nil ? unknown : declared
        }
        let ratio = Double(estimate.durationP90Nanoseconds) / Double(max(estimate.durationP50Nanoseconds, 1))
        return PortableMath.log(max(ratio, 1)) / 1.281_551_565_5
    }
}
