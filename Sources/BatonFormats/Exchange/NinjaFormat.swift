public import BatonCore

/// The build files of ninja, as CMake and Meson write them: rules, builds, variables, pools, phony and default.
///
/// A build becomes a task named after its first output, cached, with ninja's file dependencies; a phony target becomes
/// the dependencies it stands for, and a pool a limit. Header dependencies that the compiler reports (`depfile`,
/// `deps`) are not read: a change of a header that no build names is not seen.
public enum NinjaFormat {
    /// Only what the `default` statements ask for, or everything without one.
    ///
    /// - Throws: the first place that is not a build file, or what Baton cannot do in the same way.
    public static func decode(_ text: String, file: String) throws(WorkflowError) -> Workflow {
        var parser = NinjaParser(folder: Files.folder(of: Files.absolute(file)))
        do throws(DocumentProblem) {
            try parser.read(text)
            return try NinjaGraph(parser).workflow(named: Files.stem(of: file))
        } catch {
            throw WorkflowError([error], file: file)
        }
    }
}

/// Parsed builds, on their way to tasks.
private struct NinjaGraph {
    private let parser: NinjaParser
    /// By output, the index of the build that makes it.
    private var makers: [String: Int] = [:]

    init(_ parser: NinjaParser) throws(DocumentProblem) {
        self.parser = parser
        for (index, build) in parser.builds.enumerated() {
            for output in build.outputs {
                if makers.updateValue(index, forKey: output) != nil {
                    throw DocumentProblem(build.position, "'\(output.shortened)' is the output of two builds")
                }
            }
        }
    }

    func workflow(named name: String) throws(DocumentProblem) -> Workflow {
        let wanted = try wantedBuilds()
        var taskNames = TaskNames()
        let names = parser.builds.map { build in
            build.rule == "phony" ? "" : taskNames.name(for: build.outputs.first ?? build.rule)
        }
        var workflow = Workflow(name: name, tasks: [])
        workflow.limits = parser.pools.map { Workflow.Limit(name: $0.name, capacity: $0.depth) }
        for (index, build) in parser.builds.enumerated() where wanted[index] && build.rule != "phony" {
            var task = Workflow.Task(
                name: names[index], action: .shell(Template(literal: build.script)), isCached: true)
            var needs: [Int] = []
            for input in build.inputs {
                let maker = makers[input]
                if maker.map({ parser.builds[$0].rule == "phony" }) != true {
                    task.inputs.append(Template(literal: input))
                }
            }
            for input in build.inputs + build.orderOnly { makersOf(input, into: &needs) }
            task.needs = needs.map { Template(literal: names[$0]) }
            task.outputs = build.outputs.map { Template(literal: $0) }
            if let pool = build.pool {
                if !workflow.limits.contains(where: { $0.name == pool }) {
                    guard pool == "console" else {
                        throw DocumentProblem(build.position, "there is no pool '\(pool.shortened)'")
                    }
                    workflow.limits.append(Workflow.Limit(name: pool, capacity: 1))
                }
                task.request.slots = [Workflow.ResourceRequest.Slot(limit: pool)]
            }
            workflow.tasks.append(task)
        }
        guard !workflow.tasks.isEmpty else { throw DocumentProblem(.start, "expected at least one build, found none") }
        return workflow
    }

    /// The builds that make a file; for a phony target those that make its inputs.
    private func makersOf(_ path: String, into found: inout [Int]) {
        var open = [path]
        var seen: Set<Int> = []
        while let path = open.popLast() {
            guard let maker = makers[path], seen.insert(maker).inserted else { continue }
            let build = parser.builds[maker]
            if build.rule == "phony" {
                open += (build.inputs + build.orderOnly).reversed()
            } else if !found.contains(maker) {
                found.append(maker)
            }
        }
    }

    private func wantedBuilds() throws(DocumentProblem) -> [Bool] {
        if parser.defaults.isEmpty { return parser.builds.map { _ in true } }
        var wanted = parser.builds.map { _ in false }
        var open: [Int] = []
        for (target, position) in parser.defaults {
            guard let maker = makers[target] else {
                throw DocumentProblem(position, "the default target '\(target.shortened)' is not made by any build")
            }
            open.append(maker)
        }
        while let index = open.popLast() {
            if wanted[index] { continue }
            wanted[index] = true
            let build = parser.builds[index]
            open += (build.inputs + build.orderOnly).compactMap { makers[$0] }
        }
        return wanted
    }
}
