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
    /// Of larger runs so many tasks speak for the others.
    private static let sample = 256

    private var running: [Started] = []
    /// Logarithms of the real over the expected times.
    private var ratios: [Double] = []
    private var revisions: [Int] = []
    private var expectedSpread = 0.0
    /// Standard deviation of the logarithm of the real over the expected times.
    private(set) var spread = 0.0

    private struct Started: Sendable {
        var task: RunningTask
        var expectedNanoseconds: Double
    }

    /// Plans with such expectations are worth less than a rule that needs none.
    var isPoor: Bool { spread > Self.tolerated }

    /// Looks at what has ended and what has started since the last time.
    ///
    /// - Complexity: O(r) for r running tasks.
    mutating func read(_ observation: Observation) {
        let now = (0..<observation.workerCount).flatMap { observation.running(on: Worker.ID($0)) }
        let ended = running.filter { known in
            let task = known.task
            return observation.state(of: Int(task.reference.task.index), inRun: task.run).label == .succeeded
        }
        for known in ended {
            let real = Double(max(observation.now.nanoseconds - known.task.since.nanoseconds, 1))
            ratios.append(PortableMath.log(real / known.expectedNanoseconds))
        }
        ratios.removeFirst(max(ratios.count - Self.window, 0))
        let revisions = observation.openRuns.map { observation.revision(ofRun: Int($0)) }
        if revisions != self.revisions {
            self.revisions = revisions
            expectedSpread = Self.expectedSpread(observation)
        } else if ended.isEmpty {
            return follow(now)
        }
        measure()
        follow(now)
    }

    private mutating func follow(_ now: [RunningTask]) {
        let before = running
        running = now.map { task in
            before.first { $0.task.reference == task.reference && $0.task.since == task.since }
                ?? Started(
                    task: task,
                    expectedNanoseconds: Double(max(task.expectedEnd.nanoseconds - task.since.nanoseconds, 1)))
        }
    }

    /// By the median absolute deviation, so that a straggler or some outputs that were there already change little.
    private mutating func measure() {
        let center = Self.median(ratios)
        let seen = 1.4826 * Self.median(ratios.map { abs($0 - center) })
        let count = Double(ratios.count)
        let squares = expectedSpread * expectedSpread * Self.weight + seen * seen * count
        spread = (squares / (Self.weight + count)).squareRoot()
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
