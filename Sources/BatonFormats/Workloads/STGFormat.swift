internal import BatonCore
internal import BatonSimulator

/// Task graphs of the Standard Task Graph Set (`.stg`): durations and predecessors, nothing else.
///
/// The number of tasks, which leaves out a first and a last one that do nothing; then for each its number, duration,
/// number of predecessors, and these. `#` begins a comment. A unit of time counts as a second.
/// - Source: Tobita, Kasahara 2002, doi:10.1002/jos.116.
enum STGFormat {
    static func read(_ text: String, name: String) throws(DocumentProblem) -> Job {
        let limit = SchedulingProblem.numberLimit
        var scanner = NumberScanner(text, comment: .hash)
        let count = try scanner.next("the number of tasks", in: 1...limit)
        var durations: [Int] = []
        var parents: [[Int32]] = []
        while !scanner.isAtEnd() {
            let number = durations.count
            guard number < count + 2 else {
                throw DocumentProblem(
                    scanner.position, "expected the end of the file after task \(number - 1), found more",
                    hint: "Correct the number of tasks in the first line.")
            }
            _ = try scanner.next("task \(number)", in: number...number)
            durations.append(try scanner.next("the duration of task \(number)", in: 0...limit))
            let degree = try scanner.next("the number of predecessors of task \(number)", in: 0...count + 1)
            var row: [Int32] = []
            for _ in 0..<degree {
                row.append(Int32(try scanner.next("a predecessor of task \(number)", in: 0...count + 1)))
            }
            parents.append(row)
        }
        guard durations.count == count + 2 else {
            throw DocumentProblem(
                scanner.position, "expected \(count) tasks and two that do nothing, found \(durations.count)",
                hint: "The file seems to be cut off; get it again.")
        }
        return try job(named: name, durations, parents)
    }

    private static func job(
        named name: String, _ durations: [Int], _ parents: [[Int32]]
    ) throws(DocumentProblem) -> Job {
        // Tasks that do nothing are kept as nodes that run nothing: what waits for them still does.
        var builder = JobBuilder(name: name)
        let kind = builder.kind("task")
        for (number, duration) in durations.enumerated() {
            if duration == 0 {
                _ = builder.addGroup("t\(number)", kind: kind, of: 0..<0)
            } else {
                builder.add(
                    "t\(number)", kind: kind, request: TaskInstance.Request(milliCPU: 1000),
                    behaviour: Workload.Behaviour(duration: .seconds(duration)))
            }
        }
        for (number, row) in parents.enumerated() {
            for parent in row { builder.link(Int32(number), dependsOn: parent) }
        }
        do throws(GraphCycle) {
            return try builder.finish()
        } catch {
            let numbers = error.nodes.map(String.init).joined(separator: ", ")
            throw DocumentProblem(.start, "tasks \(numbers) wait for each other", hint: "Break the cycle.")
        }
    }
}
