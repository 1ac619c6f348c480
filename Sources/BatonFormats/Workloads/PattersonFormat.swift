internal import BatonSimulator

/// Scheduling problems as Patterson wrote them (`.rcp`): numbers only, in a fixed order.
///
/// Activities and resources; the units of each resource; then for each activity its duration, its demands, the number
/// of its successors, and these.
/// - Source: Patterson 1984, doi:10.1287/mnsc.30.7.854.
enum PattersonFormat {
    static func read(_ text: String, name: String) throws(DocumentProblem) -> Job {
        var scanner = NumberScanner(text)
        let limit = SchedulingProblem.numberLimit
        let count = try scanner.next("the number of activities", in: 1...limit)
        let resources = try scanner.next("the number of resources", in: 0...SchedulingProblem.resourceLimit)
        var problem = SchedulingProblem(capacities: [])
        for resource in 0..<resources {
            problem.capacities.append(try scanner.next("the units of resource \(resource + 1)", in: 0...limit))
        }
        for activity in 1...count {
            let position = scanner.nextPosition()
            let duration = try scanner.next("the duration of activity \(activity)", in: 0...limit)
            var entry = SchedulingProblem.Activity(position: position, duration: duration, demands: [])
            for resource in 0..<resources {
                entry.demands.append(
                    try scanner.next("what activity \(activity) needs of resource \(resource + 1)", in: 0...limit))
            }
            let successors = try scanner.next("the number of successors of activity \(activity)", in: 0...count)
            for _ in 0..<successors {
                entry.successors.append(try scanner.next("a successor of activity \(activity)", in: 1...count) - 1)
            }
            problem.activities.append(entry)
        }
        guard scanner.isAtEnd() else {
            throw DocumentProblem(
                scanner.position, "expected the end of the file after activity \(count), found more",
                hint: "Correct the number of activities in the first line.")
        }
        return try problem.job(named: name)
    }
}
