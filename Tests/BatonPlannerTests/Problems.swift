import BatonCore
import BatonSimulator

/// Small problems for searches and decoders.
enum Problems {
    /// One job of up to so many tasks on alike machines, some tasks without a duration.
    static func workload(mostTasks: Int, using generator: inout SeededGenerator) -> Workload {
        let count = Int.random(in: 2...mostTasks, using: &generator)
        let tasks = (0..<count).map { index in
            Job.Task(
                name: "t\(index)", kind: "t",
                dependencies: (0..<Int32(index)).filter { _ in Int.random(in: 0...4, using: &generator) == 0 },
                request: .init(
                    milliCPU: Int64(Int.random(in: 1...4, using: &generator)) * 500,
                    memoryBytes: Int64(Int.random(in: 1...4, using: &generator)) << 30),
                behaviour: .init(duration: .seconds(Int.random(in: 0...9, using: &generator))))
        }
        return Workload([try! Job(name: "job", tasks: tasks).arrival(run: Run.ID(rawValue: 1))])
    }

    static func machines(using generator: inout SeededGenerator) -> [Machine] {
        Array(
            repeating: Machine(capacity: Resources(milliCPU: 2000, memoryBytes: 4 << 30)),
            count: Int.random(in: 1...3, using: &generator))
    }

    /// On three cores: `wide` could start at once, but then `long`, ready after a second, waits ten seconds for it, and
    /// `tail` after that.
    static func patience() throws -> Workload {
        func task(_ name: String, _ seconds: Int64, _ cores: Int64, _ needs: [Int32]) -> Job.Task {
            Job.Task(
                name: name, kind: name, dependencies: needs, request: .init(milliCPU: cores * 1000, memoryBytes: 0),
                behaviour: .init(duration: .seconds(seconds)))
        }
        let job = try Job(
            name: "patience",
            tasks: [
                task("first", 1, 1, []), task("wide", 10, 2, []), task("long", 5, 2, [0]), task("tail", 8, 1, [2]),
            ])
        return Workload([job.arrival(run: Run.ID(rawValue: 1))])
    }
}
