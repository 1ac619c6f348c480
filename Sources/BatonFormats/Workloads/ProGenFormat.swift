internal import BatonSimulator

/// Scheduling problems of PSPLIB as ProGen wrote them (`.sm`): sections with titles, one mode for each activity.
///
/// - Source: Kolisch, Sprecher 1997, doi:10.1016/S0377-2217(96)00170-1.
enum ProGenFormat {
    static let precedences = "PRECEDENCE RELATIONS"
    static let requests = "REQUESTS/DURATIONS"
    static let availabilities = "RESOURCEAVAILABILITIES"

    static func read(_ text: String, name: String) throws(DocumentProblem) -> Job {
        let sections = Sections(text)
        let count = try sections.number(after: "jobs (incl. supersource/sink ):", in: 1...SchedulingProblem.numberLimit)
        let resources = try sections.number(after: "- renewable", in: 0...SchedulingProblem.resourceLimit)
        _ = try sections.number(after: "- nonrenewable", in: 0...0)
        let limit = SchedulingProblem.numberLimit
        var problem = SchedulingProblem(capacities: [])

        var scanner = try sections.numbers(of: availabilities)
        for resource in 0..<resources {
            problem.capacities.append(try scanner.next("the units of resource \(resource + 1)", in: 0...limit))
        }
        scanner = try sections.numbers(of: requests)
        for activity in 1...count {
            _ = try scanner.next("activity \(activity)", in: activity...activity)
            _ = try scanner.next("its mode, of which this reader knows one", in: 1...1)
            let position = scanner.nextPosition()
            let duration = try scanner.next("the duration of activity \(activity)", in: 0...limit)
            var entry = SchedulingProblem.Activity(position: position, duration: duration, demands: [])
            for resource in 0..<resources {
                entry.demands.append(
                    try scanner.next("what activity \(activity) needs of resource \(resource + 1)", in: 0...limit))
            }
            problem.activities.append(entry)
        }
        scanner = try sections.numbers(of: precedences)
        for activity in 1...count {
            _ = try scanner.next("activity \(activity)", in: activity...activity)
            _ = try scanner.next("its number of modes, of which this reader knows one", in: 1...1)
            let successors = try scanner.next("the number of successors of activity \(activity)", in: 0...count)
            for _ in 0..<successors {
                let successor = try scanner.next("a successor of activity \(activity)", in: 1...count)
                problem.activities[activity - 1].successors.append(successor - 1)
            }
        }
        return try problem.job(named: name)
    }

    /// The file's lines, and where its titles stand.
    private struct Sections {
        let lines: [Substring]

        init(_ text: String) {
            lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        }

        /// The number in the line that begins with `title`, after its colon.
        func number(after title: String, in range: ClosedRange<Int>) throws(DocumentProblem) -> Int {
            let (index, line) = try find(title)
            let rest = line.drop { $0 != ":" }.dropFirst()
            var scanner = NumberScanner(rest, firstLine: index + 1)
            return try scanner.next("a number after '\(title)'", in: range)
        }

        /// The numbers below a title and the line that names its columns.
        func numbers(of title: String) throws(DocumentProblem) -> NumberScanner {
            let (index, _) = try find(title)
            var first = index + 2
            while first < lines.count, lines[first].contains("---") { first += 1 }
            let rest = lines.dropFirst(first).prefix { !$0.hasPrefix("*") }
            return NumberScanner(rest.joined(separator: "\n"), firstLine: first + 1)
        }

        private func find(_ title: String) throws(DocumentProblem) -> (Int, Substring) {
            for (index, line) in lines.enumerated() where line.drop(while: { $0 == " " }).hasPrefix(title) {
                return (index, line)
            }
            throw DocumentProblem(
                Position(line: max(lines.count, 1), column: 1), "expected a line '\(title)', found none",
                hint: "The file is not of PSPLIB's single-mode sets, or is cut off.")
        }
    }
}
