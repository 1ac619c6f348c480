import BatonCore

/// Which tasks of a workflow are of one sort: those whose names differ in numbers only.
///
/// Workflows that a program has written have a task for each file, `align_ID000001` and so on, where people write a fan-out.
/// What is wrong with all of them is one finding.
struct TaskFamilies {
    /// Indices of tasks, in the order of the workflow.
    private(set) var families: [(name: String, tasks: [Int])] = []
    /// By task.
    private(set) var family: [Int] = []

    init(_ workflow: Workflow) {
        var places: [String: Int] = [:]
        for (index, task) in workflow.tasks.enumerated() {
            let key = Self.sort(of: task.name)
            let place = places[key] ?? families.count
            if place == families.count {
                places[key] = place
                families.append((key, []))
            }
            families[place].tasks.append(index)
            family.append(place)
        }
        for place in families.indices where families[place].tasks.count == 1 {
            families[place].name = workflow.tasks[families[place].tasks[0]].name
        }
    }

    /// `align_ID000001` is `align_ID*`.
    static func sort(of name: String) -> String {
        var result = ""
        for character in name {
            guard character.isASCII, character.isNumber else {
                result.append(character)
                continue
            }
            if result.last != "*" { result.append("*") }
        }
        return result
    }
}
