import BatonCore
import BatonSimulator

/// Small random jobs for tests: their schedules depend on nothing but the seed and this file.
struct Jobs {
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(generator.next() % UInt64(range.count))
    }

    /// - Parameters:
    ///   - most: units that a task may ask for of CPU (in cores) and of memory (in GiB).
    ///   - hasData: tasks read of what they depend on.
    mutating func job(tasks: Int, most: Int, hasData: Bool = false) -> Job {
        let list = (0..<tasks).map { index in
            let dependencies = (0..<index).filter { _ in number(0...index) == 0 }.map(Int32.init)
            let bytes = hasData ? dependencies.map { _ in Int64(number(0...2_000)) << 20 } : []
            return Job.Task(
                name: "t\(index)", kind: "k\(index)", dependencies: dependencies,
                request: .init(milliCPU: Int64(number(1...most)) * 1000, memoryBytes: Int64(number(1...most)) << 30),
                behaviour: Workload.Behaviour(duration: .seconds(Int64(number(1...20))), inputBytes: bytes)
            )
        }
        do throws(GraphCycle) {
            return try Job(name: "job", tasks: list)
        } catch {
            preconditionFailure("dependencies point backwards only: \(error)")
        }
    }

    /// Workers of three sorts that differ in speed, size and network.
    static let mixedWorkers = [
        Machine(capacity: Resources(milliCPU: 4000, memoryBytes: 8 << 30), networkBytesPerSecond: 200 << 20),
        Machine(
            capacity: Resources(milliCPU: 8000, memoryBytes: 6 << 30), speedPermille: 500,
            networkBytesPerSecond: 100 << 20),
        Machine(
            capacity: Resources(milliCPU: 4000, memoryBytes: 4 << 30), speedPermille: 2500,
            networkBytesPerSecond: 400 << 20),
    ]

    /// Jobs with data on mixed workers, a few seconds apart.
    static func mixed(seed: UInt64) -> Scenario {
        var jobs = Jobs(seed: seed)
        var at = Instant.zero
        let arrivals = (0..<jobs.number(1...4)).map { index in
            defer { at = at.advanced(by: .seconds(Int64(jobs.number(0...30)))) }
            let job = jobs.job(tasks: jobs.number(1...20), most: 4, hasData: true)
            return job.arrival(run: Run.ID(rawValue: seed * 100 + UInt64(index) + 1), at: at)
        }
        return Scenario(
            workers: mixedWorkers, workload: Workload(arrivals),
            durations: DurationModel(seed: seed, spread: .logNormal(coefficientOfVariation: 0.5)),
            expectations: Expectations(seed: seed, durationError: 2)
        )
    }
}
