import BatonCore
import Testing

private func problems(_ workflow: Workflow) -> [String] { workflow.validate().map(\.line) }

@Suite struct ValidationTests {
    @Test("a sound workflow has no problems")
    func sound() throws {
        #expect(problems(workflow(try task("a"), try task("b", needs: ["a"]))) == [])
    }

    @Test("all problems are reported at once, in the order of the file")
    func allAtOnce() throws {
        let workflow = workflow(
            try task("extract", run: " "),
            try task("load", run: "${{ params.x }} ${{ run.id }}", needs: ["extrct", "load", "extract[a]"]),
            try task("load", inputs: ["${{ tasks.extract.stdout }}", "${{ sample }}"], when: "tasks.lod.state == 'x'"))
        #expect(
            problems(workflow) == [
                "tasks.load: two tasks are named 'load'",
                "tasks.extract.run: 'extract' has nothing to run",
                "tasks.load.needs.0: 'load' needs 'extrct', which is not a task | Did you mean 'extract'?",
                "tasks.load.needs.1: 'load' needs itself",
                "tasks.load.needs.2: 'load' names 'extract[a]', but 'extract' has no fan-out | Write 'extract'.",
                "tasks.load.run: there is no parameter 'x' | Define it under 'params', with a default.",
                "tasks.load.inputs.0: results of 'extract' are known only during the run, which is too late here "
                    + "| They can be used in run, command, env, when, approval and foreach.",
                "tasks.load.inputs.1: 'sample' is not a value of the fan-out of 'load'",
                "tasks.load.when: 'load' reads 'lod', which is not a task | Did you mean 'load'?",
            ])
    }

    @Test("a circle is named in the order of the wait")
    func circle() throws {
        let workflow = workflow(
            try task("a", needs: ["c"]), try task("b", needs: ["a"]), try task("c", run: "echo ${{ tasks.b.stdout }}"),
            try task("d", needs: ["c"]), try task("self", needs: ["self"]))
        #expect(
            problems(workflow) == [
                "tasks.self.needs.0: 'self' needs itself",
                "tasks.a.needs: tasks wait for each other in a circle: a → b → c → a "
                    + "| Remove one of these dependencies; they come from 'needs', from what is read of 'tasks', and from files.",
            ])
    }

    @Test("circles among instances show when the parameters have defaults")
    func circleOfInstances() throws {
        let steps = workflow(
            try task("step", needs: ["step[${{ (i + 1) % 2 }}]"], foreach: over(("i", [0, 1]))))
        #expect(
            problems(steps) == [
                "tasks.step.needs: tasks wait for each other in a circle: step[0] → step[1] → step[0] "
                    + "| Remove one of these dependencies; they come from 'needs', from what is read of 'tasks', and from files."
            ])
        let group = workflow(
            try task("align", needs: ["report"], foreach: over(("i", [0, 1]))),
            try task("report", inputs: ["${{ params.f }}"]),
            parameters: [Workflow.Parameter(name: "f", kind: .string, defaultValue: nil)])
        #expect(problems(group) == [])
        let missing = workflow(try task("a", foreach: over(("i", [1]))), try task("b", needs: ["a[2]"]))
        #expect(problems(missing) == ["tasks.b.needs.0: 'b' needs 'a[2]', which does not exist | Did you mean 'a[1]'?"])
    }

    @Test("an ordinary task cannot wait for a finally task")
    func finallyTasks() throws {
        let workflow = workflow(
            try task("clean", outputs: ["log"], isFinally: true), try task("a", needs: ["clean"]),
            try task("b", run: "echo ${{ tasks.clean.stdout }}"))
        let hint = " | Make both finally tasks, or neither."
        #expect(
            problems(workflow) == [
                "tasks.a.needs.0: 'a' waits for 'clean', which runs only when all other tasks have ended" + hint,
                "tasks.b.run: 'b' waits for 'clean', which runs only when all other tasks have ended" + hint,
            ])
        let byFile = Workflow(name: "f", tasks: [workflow.tasks[0], try task("c", inputs: ["log"])])
        #expect(
            problems(byFile) == [
                "tasks.c.needs: 'c' waits for 'clean', which runs only when all other tasks have ended" + hint
            ])
    }

    @Test("fan-outs name their values once, plainly, and read only what is known before them")
    func fanOuts() throws {
        var fanOut = try over("s", "params.list + [x]")
        fanOut.axes.append(Workflow.FanOut.Axis(name: "read-group", values: .list([1])))
        fanOut.axes.append(Workflow.FanOut.Axis(name: "run", values: .list([1])))
        fanOut.exclude = [[Workflow.Binding(name: "read-grup", value: 1)]]
        let workflow = workflow(
            try task("t", run: "echo ${{ list }}", foreach: fanOut), try task("u", foreach: Workflow.FanOut(axes: [])),
            try task("v", run: "${{ tasks.t.exit_code }}"),
            parameters: [Workflow.Parameter(name: "list", kind: .list, defaultValue: .list([]))])
        #expect(
            problems(workflow) == [
                "tasks.t.foreach.read-group: 'read-group' cannot name a value of a fan-out | Use letters, digits and '_'.",
                "tasks.t.foreach.run: 'run' cannot name a value of a fan-out | It means something else in expressions.",
                "tasks.t.foreach.exclude.0.read-grup: 'exclude' names 'read-grup', over which the task does not fan out "
                    + "| Did you mean 'read-group'?",
                "tasks.t.foreach.s: 'x' is not known before the fan-out",
                "tasks.t.run: 'list' is not a value of the fan-out of 't' | Did you mean 'params.list'?",
                "tasks.u.foreach: the fan-out names no values",
                "tasks.v.run: 't' is a fan-out: only its stdout and lines can be read as a whole "
                    + "| Name one instance, as in tasks[\"t[…]\"].",
            ])
    }

    @Test("numbers have their ranges, and limits exist")
    func numbers() throws {
        var odd = try task("a")
        odd.priority = 101
        odd.retry.limit = -1
        odd.timeout = .zero
        odd.speculation = .zero
        odd.approval = try Template(parsing: "really?")
        odd.request.memoryBytes = .exactly(-1)
        odd.request.slots = [.init(limit: "licens"), .init(limit: "licence", units: 3)]
        odd.environment = [.init(name: "A=B", value: try Template(parsing: ""))]
        let workflow = workflow(odd, limits: [.init(name: "licence", capacity: 2), .init(name: "none", capacity: 0)])
        #expect(
            problems(workflow) == [
                "limits.none: limit 'none' must be at least 1, found 0",
                "tasks.a.priority: 'priority' goes from 0 to 100, found 101",
                "tasks.a.retries.max: 'max' must be at least 0, found -1",
                "tasks.a.timeout: 'timeout' must be longer than zero, found 0ms",
                "tasks.a.speculate: 'speculate' must be longer than zero, found 0ms",
                "tasks.a.speculate: 'speculate' must be shorter than 'timeout', or no attempt runs that long "
                    + "| Let a second attempt start earlier, or give attempts more time.",
                "tasks.a.speculate: a task that asks for an approval can't have 'speculate': what was approved is done once "
                    + "| Ask in a task of its own, and let this one need it.",
                "tasks.a.resources.memory: 'memory' must not be negative",
                "tasks.a.env.A=B: 'A=B' cannot be the name of an environment variable",
                "tasks.a.resources.licens: there is no limit 'licens' | Did you mean 'licence'?",
                "tasks.a.resources.licence: 'a' takes 3 of 'licence', of which there are 2",
            ])
    }

    @Test("an empty workflow, odd names and wrong defaults are refused")
    func definition() throws {
        #expect(problems(workflow()) == ["tasks: the workflow has no tasks | Add at least one entry under 'tasks'."])
        let odd = workflow(
            try task("a[b]"), try task(""),
            parameters: [
                .init(name: "n", kind: .number, defaultValue: "x"), .init(name: "n", kind: .string, defaultValue: nil),
            ])
        #expect(
            problems(odd) == [
                "params.n: parameter 'n' is a number, but its default is a string",
                "params.n: parameter 'n' is defined twice",
                "tasks.a[b]: 'a[b]' cannot be the name of a task: brackets and control characters are not allowed "
                    + "| Brackets mark the instances of a fan-out: align[a].",
                "tasks.: a task has an empty name",
            ])
    }

    @Test("parameters are converted to their kind, and all that is wrong with them is said at once")
    func parameters() throws {
        let workflow = workflow(
            try task("a"),
            parameters: [
                .init(name: "threads", kind: .number, defaultValue: 2),
                .init(name: "fast", kind: .boolean, defaultValue: nil),
                .init(name: "label", kind: .string, defaultValue: nil),
                .init(name: "files", kind: .list, defaultValue: nil),
            ])
        let resolved = try workflow.resolveParameters([
            .init(name: "files", value: "a, b"), .init(name: "fast", value: "true"), .init(name: "label", value: 3),
        ])
        #expect(
            resolved == [
                .init(name: "threads", value: 2), .init(name: "fast", value: .boolean(true)),
                .init(name: "label", value: "3"),
                .init(name: "files", value: .list(["a", "b"])),
            ])
        #expect(try workflow.resolveParameters(resolved) == resolved)
        let given: [Workflow.Binding] = [
            .init(name: "thread", value: 1), .init(name: "threads", value: "many"), .init(name: "fast", value: "yes"),
            .init(name: "fast", value: "no"), .init(name: "label", value: "x"),
        ]
        let error = try #require(throws: WorkflowError.self) { try workflow.resolveParameters(given) }
        #expect(
            error.problems.map(\.line) == [
                "params.thread: 'test' has no parameter 'thread' | Did you mean 'threads'?",
                "params.fast: parameter 'fast' is set twice",
                "params.threads: parameter 'threads' is a number, found a string ('many')",
                "params.fast: parameter 'fast' is a boolean, found a string ('yes')",
                "params.files: parameter 'files' has no value | Set it with --set files=…, or give it a default.",
            ])
    }

    @Test("a million instances is the most")
    func instanceLimit() throws {
        let many = Value.list((0..<1_001).map { .number(Double($0)) })
        var fanOut = try over("a", "params.many")
        fanOut.axes.append(Workflow.FanOut.Axis(name: "b", values: .expression(try Expression(parsing: "params.many"))))
        let workflow = workflow(
            try task("t", foreach: fanOut), parameters: [.init(name: "many", kind: .list, defaultValue: many)])
        #expect(problems(workflow) == ["tasks.t.foreach: the fan-out of 't': more than 1000000 combinations"])
    }
}

@Suite struct ValidationFingerprintTests {
    private func fingerprint(
        run: String = "align ${{ s }} -t ${{ params.threads }}", threads: Int = 2, other: Int = 0, sample: Value = "a",
        _ change: (inout Workflow.Task) -> Void = { _ in }
    ) throws -> UInt64 {
        var changed = try task("t", run: run, foreach: over(("s", [sample])))
        change(&changed)
        let parameters = ["threads", "other"].map { Workflow.Parameter(name: $0, kind: .number, defaultValue: nil) }
        let workflow = workflow(changed, parameters: parameters)
        let bindings: [Workflow.Binding] = [
            .init(name: "threads", value: .number(Double(threads))),
            .init(name: "other", value: .number(Double(other))),
        ]
        let expansion = try workflow.expand(parameters: bindings)
        return workflow.fingerprint(of: expansion.instances[0], parameters: bindings)
    }

    @Test("a fingerprint is the same in every process")
    func stable() throws {
        #expect(try fingerprint() == 0x92A8_C0E2_716B_3168)
    }

    @Test("it changes with what the task does and not with how it is scheduled")
    func sensitivity() throws {
        let original = try fingerprint()
        #expect(try fingerprint(run: "align ${{ s }} -t  ${{ params.threads }}") != original)
        #expect(try fingerprint(threads: 3) != original)
        #expect(try fingerprint(sample: "b") != original)
        #expect(try fingerprint { $0.secrets = ["token"] } != original)
        #expect(try fingerprint { $0.outputs = [Template(literal: "x")] } != original)
        #expect(try fingerprint(other: 1) == original)
        #expect(try fingerprint { $0.name = "u" } == original)
        #expect(try fingerprint { ($0.priority, $0.timeout, $0.retry.limit) = (90, .seconds(5), 4) } == original)
        #expect(try fingerprint { $0.speculation = .seconds(5) } == original)
    }
}
