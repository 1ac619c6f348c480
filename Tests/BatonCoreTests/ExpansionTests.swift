import BatonCore
import Testing

@Suite struct ExpansionTests {
    @Test("a task without fan-out is one instance, in the order of the file")
    func plainTasks() throws {
        let workflow = workflow(try task("b", needs: ["a"]), try task("a"))
        #expect(workflow.expansionLines() == ["b <- a", "a"])
    }

    @Test("a fan-out gives its instances and then their group, which waits for them")
    func fanOut() throws {
        let workflow = workflow(
            try task("index"),
            try task("align", needs: ["index"], foreach: over(("sample", ["a", "b"]), ("lane", [1, 2]))),
            try task("report", needs: ["align"]))
        #expect(
            workflow.expansionLines() == [
                "index", "align[a,1] <- index", "align[a,2] <- index", "align[b,1] <- index", "align[b,2] <- index",
                "align <- align[a,1] align[a,2] align[b,1] align[b,2]", "report <- align",
            ])
        let expansion = try workflow.expand(parameters: [])
        #expect(
            expansion.instances[3].bindings == [
                Workflow.Binding(name: "sample", value: "b"), Workflow.Binding(name: "lane", value: 1),
            ])
        #expect(expansion.instances[5].kind == .group(isExpanded: true))
        #expect(expansion["align[b,1]"] == TaskInstance.ID(3))
    }

    @Test("an instance can need the matching instance of another fan-out")
    func pairedInstances() throws {
        let samples = over(("sample", ["a", "b"]))
        let workflow = workflow(
            try task("align", foreach: samples),
            try task("call", run: "echo ${{ tasks['align[' + sample + ']'].stdout }}", foreach: samples),
            try task("sort", needs: ["align[${{ sample }}]"], foreach: samples),
            try task("one", run: "echo ${{ tasks['align[b]'].exit_code }}"))
        #expect(
            workflow.expansionLines() == [
                "align[a]", "align[b]", "align <- align[a] align[b]", "call[a] <- align[a]", "call[b] <- align[b]",
                "call <- call[a] call[b]", "sort[a] <- align[a]", "sort[b] <- align[b]", "sort <- sort[a] sort[b]",
                "one <- align[b]",
            ])
    }

    @Test("an instance can need its predecessor in the same fan-out")
    func chain() throws {
        let workflow = workflow(
            try task(
                "step", needs: ["${{ i > 0 ? 'step[' + string(i - 1) + ']' : 'start' }}"],
                foreach: over(("i", [0, 1, 2]))),
            try task("start"))
        #expect(
            workflow.expansionLines() == [
                "step[0] <- start", "step[1] <- step[0]", "step[2] <- step[1]", "step <- step[0] step[1] step[2]",
                "start",
            ])
    }

    @Test("a matrix leaves out what is excluded, extends what an inclusion agrees with and adds the rest")
    func matrix() throws {
        func row(_ pairs: (String, Value)...) -> [Workflow.Binding] {
            pairs.map { Workflow.Binding(name: $0, value: $1) }
        }
        var fanOut = over(("os", ["linux", "mac"]), ("version", [1, 2]))
        fanOut.exclude = [row(("os", "mac"), ("version", 1))]
        fanOut.include = [row(("os", "linux"), ("fast", .boolean(true))), row(("os", "bsd"), ("version", 3))]
        let expansion = try workflow(try task("build", foreach: fanOut)).expand(parameters: [])
        #expect(
            expansion.instances.map(\.name) == [
                "build[linux,1]", "build[linux,2]", "build[mac,2]", "build[bsd,3]", "build",
            ])
        #expect(expansion.instances[0].bindings == row(("os", "linux"), ("version", 1), ("fast", .boolean(true))))
        #expect(expansion.instances[2].bindings == row(("os", "mac"), ("version", 2)))
    }

    @Test("a fan-out over an empty list is a group that waits for the task's needs")
    func emptyFanOut() throws {
        let workflow = workflow(
            try task("a"), try task("b", needs: ["a"], foreach: over(("x", []))), try task("c", needs: ["b"]))
        #expect(workflow.expansionLines() == ["a", "b <- a", "c <- b"])
    }

    @Test("parameters decide a fan-out, whether given as text or as values")
    func parameters() throws {
        let workflow = workflow(
            try task("t", foreach: try over("s", "params.samples")),
            parameters: [Workflow.Parameter(name: "samples", kind: .list, defaultValue: .list(["x"]))])
        func names(_ value: Value?) -> [String] {
            workflow.expansionLines(value.map { [Workflow.Binding(name: "samples", value: $0)] } ?? [])
        }
        #expect(names(nil) == ["t[x]", "t <- t[x]"])
        #expect(names("a,b") == ["t[a]", "t[b]", "t <- t[a] t[b]"])
        #expect(names("[\"a,b\", 1]") == ["t[a,b]", "t[1]", "t <- t[a,b] t[1]"])
    }

    @Test("reading a task's result is a dependency")
    func mentions() throws {
        var reader = try task("r", run: "echo ${{ tasks.a.stdout }}", when: "tasks.b.exit_code == 0")
        reader.environment = [
            Workflow.EnvironmentVariable(name: "X", value: try Template(parsing: "${{ tasks.c.outputs.x }}"))
        ]
        let workflow = workflow(
            try task("a"), try task("b"), try task("c"), reader, try task("d", foreach: over(("x", [1]))),
            try task("e", run: "echo ${{ tasks.d.lines }}"))
        #expect(workflow.expansionLines() == ["a", "b", "c", "r <- a b c", "d[1]", "d <- d[1]", "e <- d"])
    }

    @Test("a finally task waits only for other finally tasks")
    func finallyTasks() throws {
        let workflow = workflow(
            try task("a", outputs: ["x"]),
            try task("clean", run: "rm ${{ tasks.a.stdout }}", needs: ["a"], inputs: ["x"], isFinally: true),
            try task("mail", needs: ["clean"], isFinally: true))
        #expect(workflow.expansionLines() == ["a", "clean", "mail <- clean"])
    }

    @Test("requests are computed for each instance in base units")
    func requests() throws {
        var asking = try task("a", foreach: over(("gb", [1, 2])))
        asking.request = Workflow.ResourceRequest(
            milliCPU: .expression(try Expression(parsing: "gb / 2")),
            memoryBytes: .expression(try Expression(parsing: "string(gb) + 'GiB'")), gpus: .exactly(1),
            diskBytes: .expression(try Expression(parsing: "gb * 1000")),
            slots: [Workflow.ResourceRequest.Slot(limit: "licence", units: 2)])
        let expansion = try workflow(
            asking, limits: [.init(name: "db", capacity: 1), .init(name: "licence", capacity: 2)]
        )
        .expand(parameters: [])
        #expect(
            expansion.instances[1].request
                == TaskInstance.Request(
                    milliCPU: 1000, memoryBytes: 2_147_483_648, gpus: 1, diskBytes: 2000,
                    slots: [.init(limit: 1, units: 2)]))
        #expect(expansion.instances[2].request == TaskInstance.Request())
    }
}

@Suite struct ExpansionFileTests {
    @Test("a file that another task makes is a dependency, however its path is written")
    func files() throws {
        let workflow = workflow(
            try task("make", outputs: ["./out//a.txt", "index/"]),
            try task("same", inputs: ["out/a.txt"]), try task("inside", inputs: ["index/x/y.bt2"]),
            try task("directory", inputs: ["index"]), try task("glob", inputs: ["out/*.txt"]),
            try task("below", inputs: ["out/"]), try task("moved", inputs: ["../out/a.txt"], workdir: "sub"),
            try task("other", inputs: ["out/a.txt.gz", "a.txt", "indexes/x"]))
        #expect(
            workflow.expansionLines() == [
                "make", "same <- make", "inside <- make", "directory <- make", "glob <- make", "below <- make",
                "moved <- make", "other",
            ])
    }

    @Test("outputs given as patterns are dependencies of what they match")
    func patternOutputs() throws {
        let workflow = workflow(
            try task("make", outputs: ["out/*.txt"]), try task("file", inputs: ["out/a.txt"]),
            try task("glob", inputs: ["**/a.txt"]), try task("wide", inputs: ["out/**"]),
            try task("below", inputs: ["out/"]),
            try task("other", inputs: ["out/a.md", "out/x/a.txt", "out/*.md"]))
        #expect(
            workflow.expansionLines()
                == ["make", "file <- make", "glob <- make", "wide <- make", "below <- make", "other"])
    }

    @Test("instances are joined by the files of the same sample")
    func instances() throws {
        let samples = over(("s", ["a", "b"]))
        let workflow = workflow(
            try task("align", foreach: samples, inputs: ["${{ s }}.fq"], outputs: ["${{ s }}.bam"]),
            try task("sort", foreach: samples, inputs: ["${{ s }}.bam"], outputs: ["sorted/${{ s }}.bam"]),
            try task("merge", inputs: ["sorted/*.bam"]))
        #expect(
            workflow.expansionLines() == [
                "align[a]", "align[b]", "align <- align[a] align[b]", "sort[a] <- align[a]", "sort[b] <- align[b]",
                "sort <- sort[a] sort[b]", "merge <- sort[a] sort[b]",
            ])
    }

    @Test("a task that changes its own file does not wait for itself")
    func inPlace() throws {
        #expect(workflow(try task("a", inputs: ["x"], outputs: ["x"])).expansionLines() == ["a"])
    }

    @Test("two tasks that write one file are refused")
    func clash() throws {
        let both = workflow(try task("a", outputs: ["x/"]), try task("b", outputs: ["x"]))
        #expect(
            both.expansionLines() == [
                "tasks.b.outputs.0: 'a' and 'b' both write 'x' | Give each its own path, or let one task write it."
            ])
        let instances = workflow(try task("a", foreach: over(("i", [1, 2])), outputs: ["x.txt"]))
        #expect(
            instances.expansionLines() == [
                "tasks.a.outputs.0: 'a[1]' and 'a[2]' both write 'x.txt' "
                    + "| Give each its own path, or let one task write it."
            ])
    }

    @Test("a circle through files is named")
    func circle() throws {
        let workflow = workflow(
            try task("a", inputs: ["z"], outputs: ["x"]), try task("b", inputs: ["x"], outputs: ["y"]),
            try task("c", needs: ["b"], outputs: ["z"]))
        #expect(
            workflow.expansionLines() == [
                "tasks.a.needs: tasks wait for each other in a circle: a → b → c → a "
                    + "| Remove one of these dependencies; they come from 'needs', from what is read of 'tasks', and from files."
            ])
    }
}

@Suite struct ExpansionGroupTests {
    private func scope(_ stdout: String) -> Scope {
        Scope(task: { $0 == "list" ? TaskValues(stdout: stdout) : nil })
    }

    private func dynamicWorkflow() throws -> Workflow {
        workflow(
            try task("index", outputs: ["index/"]), try task("list"),
            try task(
                "align", needs: ["index"], foreach: try over("s", "tasks.list.lines"), inputs: ["index/x"],
                outputs: ["${{ s }}.bam"]),
            try task("report", needs: ["align"]), try task("merge", inputs: ["*.bam"]),
            try task("one", inputs: ["a.bam"]),
            try task("named", needs: ["align[a]"]))
    }

    @Test("until its values are known a fan-out is a group that waits for them")
    func before() throws {
        let expansion = try dynamicWorkflow().expand(parameters: [])
        #expect(
            expansion.lines == [
                "index", "list", "align <- index list", "report <- align", "merge <- align", "one <- align",
                "named <- align",
            ])
        #expect(expansion.instances[2].kind == .group(isExpanded: false))
    }

    @Test("its instances are added behind the others and wait for what the group waited for")
    func after() throws {
        let workflow = try dynamicWorkflow()
        var expansion = try workflow.expand(parameters: [])
        let addition = try workflow.expandGroup(TaskInstance.ID(2), in: expansion, scope: scope("a\nb\n"))
        #expect(addition.instances.map(\.name) == ["align[a]", "align[b]"])
        expansion.append(addition)
        #expect(
            expansion.lines == [
                "index", "list", "align <- align[a] align[b]", "report <- align", "merge <- align", "one <- align",
                "named <- align", "align[a] <- index list", "align[b] <- index list",
            ])
        #expect(expansion.instances[2].kind == .group(isExpanded: true))
        #expect(expansion["align[b]"] == TaskInstance.ID(8))
    }

    @Test("a fan-out that turns out empty is a group with nothing inside")
    func empty() throws {
        let workflow = try dynamicWorkflow()
        var expansion = try workflow.expand(parameters: [])
        expansion.append(try workflow.expandGroup(TaskInstance.ID(2), in: expansion, scope: scope("")))
        #expect(expansion.lines[2] == "align <- index list")
        #expect(expansion.instances.count == 7)
    }

    @Test("a later fan-out finds the files of an earlier one")
    func filesOfAdditions() throws {
        let workflow = workflow(
            try task("list"), try task("make", foreach: try over("s", "tasks.list.lines"), outputs: ["${{ s }}.o"]),
            try task("use", foreach: try over("s", "tasks.list.lines"), inputs: ["${{ s }}.o"]))
        var expansion = try workflow.expand(parameters: [])
        expansion.append(try workflow.expandGroup(TaskInstance.ID(1), in: expansion, scope: scope("a\nb")))
        expansion.append(try workflow.expandGroup(TaskInstance.ID(2), in: expansion, scope: scope("b")))
        #expect(expansion.lines[5] == "use[b] <- list make make[b]")
    }

    @Test("values that are no list, are missing or repeat fail the group")
    func failures() throws {
        func problems(_ expression: String, _ stdout: String) throws -> [String] {
            let workflow = workflow(try task("list"), try task("t", foreach: try over("s", expression)))
            let expansion = try workflow.expand(parameters: [])
            do throws(WorkflowError) {
                _ = try workflow.expandGroup(TaskInstance.ID(1), in: expansion, scope: scope(stdout))
                return []
            } catch {
                return error.problems.map(\.line)
            }
        }
        #expect(
            try problems("tasks.list.stdout", "a") == [
                "tasks.t.foreach.s: the fan-out of 't': 'tasks.list.stdout' must be a list, found a string "
                    + "| lines(x) and split(x, \",\") make a list of text."
            ])
        #expect(
            try problems("[tasks.list.outputs.n]", "a") == [
                "tasks.t.foreach.s: the fan-out of 't': task 'list' wrote no output 'n'; it wrote none "
                    + "| In its command: echo \"n=…\" >> \"$BATON_OUTPUT\""
            ])
        #expect(
            try problems("tasks.list.lines", "a\na") == [
                "tasks.t.foreach: the fan-out of 't' gives 't[a]' twice | Remove the repeated value."
            ])
    }
}

@Suite struct ExpansionPropertyTests {
    /// Tasks in random order with random needs on earlier ones, a fifth of them fanned out.
    private func randomWorkflow(seed: UInt64) throws -> Workflow {
        var generator = SeededGenerator(seed: seed)
        var tasks: [Workflow.Task] = []
        for index in 0..<Int(generator.next() % 30) + 1 {
            let needs = (0..<index).filter { _ in generator.next() % 5 == 0 }.map { "t\($0)" }
            let isFannedOut = generator.next() % 5 == 0
            let fanOut = isFannedOut ? over(("i", (0..<generator.next() % 4).map { Value.number(Double($0)) })) : nil
            tasks.append(try task("t\(index)", needs: needs, foreach: fanOut))
        }
        return Workflow(name: "random", tasks: tasks.shuffled(using: &generator))
    }

    @Test("every need holds through the graph, and expanding twice gives the same", arguments: UInt64(0)..<200)
    func needsHold(seed: UInt64) throws {
        let workflow = try randomWorkflow(seed: seed)
        let expansion = try workflow.expand(parameters: [])
        #expect(workflow.validate() == [])
        #expect(try workflow.expand(parameters: []).lines == expansion.lines)
        let order = try expansion.graph.topologicalOrder()
        var place = [Int](repeating: 0, count: order.count)
        for (index, node) in order.enumerated() { place[Int(node)] = index }
        for (index, instance) in expansion.instances.enumerated() {
            for need in workflow.tasks[Int(instance.task)].needs {
                let target = try #require(expansion[need.source])
                #expect(place[Int(target.index)] < place[index], "seed \(seed): \(instance.name) before \(need.source)")
            }
        }
    }
}
