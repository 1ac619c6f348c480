public import BatonCore

/// A workflow from its graph in one line: `workflow("a -> b, a -> c, d")`.
///
/// `a -> b` says that `b` needs `a`; longer chains and single names are fine, and names need no declaration. Tasks
/// stand in the order in which their names appear.
///
/// - Parameters:
///   - adjust: by task name, what is special about it.
public func workflow(
    _ graph: String, limits: [Workflow.Limit] = [], _ adjust: [String: (inout Workflow.Task) -> Void] = [:]
) -> Workflow {
    var tasks: [Workflow.Task] = []
    func index(of name: String) -> Int {
        if let known = tasks.firstIndex(where: { $0.name == name }) { return known }
        tasks.append(Workflow.Task(name: name, action: .shell(Template(literal: "true"))))
        return tasks.count - 1
    }
    for chain in graph.split(separator: ",") {
        let names = chain.split(whereSeparator: { $0 == "-" || $0 == ">" || $0 == " " }).map(String.init)
        for (position, name) in names.enumerated() {
            let task = index(of: name)
            if position > 0 { tasks[task].needs.append(Template(literal: names[position - 1])) }
        }
    }
    for task in tasks.indices { adjust[tasks[task].name]?(&tasks[task]) }
    return Workflow(name: "test", limits: limits, tasks: tasks)
}
