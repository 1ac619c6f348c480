import BatonCore
import BatonTesting
import Testing

private func shell(_ script: String) -> Workflow.Task.Action {
    .shell(try! Template(parsing: script))
}

private func templates(_ texts: String...) -> [Template] { texts.map { try! Template(parsing: $0) } }

private let samples = Workflow.FanOut(axes: [.init(name: "s", values: .list([.string("a"), .string("b")]))])

private func refusal(_ workflow: Workflow, _ edits: WorkflowEdit...) -> String {
    do {
        return "accepted: \(try workflow.applying(edits))"
    } catch {
        return error.message + (error.hint.map { " \($0)" } ?? "")
    }
}

@Suite("Edits of a workflow")
struct WorkflowEditTests {
    @Test("a chain becomes one task, each part in a shell of its own, with what the largest part asks for")
    func fuse() throws {
        let chain = workflow(
            "prepare -> sort, sort -> index, index -> report",
            [
                "sort": {
                    $0.action = shell("cd tmp; sort x\n")
                    $0.request = .init(milliCPU: .exactly(4000), memoryBytes: .exactly(1000))
                    $0.timeout = .seconds(10)
                    $0.inputs = templates("raw.txt")
                    $0.outputs = templates("sorted.txt", "sort.log")
                },
                "index": {
                    $0.action = .arguments(templates("index", "it's", "sorted.txt"))
                    $0.request = .init(milliCPU: .exactly(1000), memoryBytes: .exactly(3000))
                    $0.timeout = .seconds(5)
                    $0.retry = RetryRule(limit: 2)
                    $0.inputs = templates("./sorted.txt", "genome.fa")
                    $0.outputs = templates("index.db")
                },
            ])
        let fused = try chain.applying([.fuse(tasks: ["sort", "index"])])
        #expect(fused.tasks.map(\.name) == ["prepare", "index", "report"])
        let task = fused.tasks[1]
        #expect(task.action == shell("(\nset +e\ncd tmp; sort x\n)\n(\nexec index 'it'\\''s' sorted.txt\n)\n"))
        #expect(task.needs == templates("prepare"))
        #expect(task.request == .init(milliCPU: .exactly(4000), memoryBytes: .exactly(3000)))
        #expect(task.timeout == .seconds(15) && task.retry.limit == 2)
        #expect(task.inputs == templates("raw.txt", "genome.fa"))
        #expect(task.outputs == templates("sort.log", "index.db"))
    }

    @Test("a new limit is held by the tasks that say so, and by all of a fan-out")
    func newLimit() throws {
        let plain = workflow("a, b", ["a": { $0.fanOut = samples }])
        let limited = try plain.applying([.addLimit(name: "disk", capacity: 3), .addSlot(task: "a", limit: "disk")])
        #expect(limited.limits == [.init(name: "disk", capacity: 3)])
        let instances = try limited.expand(parameters: []).instances
        #expect(instances.filter { !$0.request.slots.isEmpty }.map(\.name) == ["a[a]", "a[b]"])
        #expect(try limited.applying([.removeSlots(task: "a", limit: "disk")]) == plain)
        #expect(refusal(plain, .addSlot(task: "a", limit: "disk")) == "there is no limit or group 'disk'")
        #expect(refusal(limited, .addSlot(task: "a", limit: "disk")) == "'a' holds some of 'disk' already")
        #expect(refusal(limited, .addLimit(name: "disk", capacity: 1)) == "there is a limit or group 'disk' already")
        #expect(refusal(plain, .addLimit(name: "x", capacity: 0)).hasPrefix("a limit goes from 1 to"))
    }

    @Test("fans of equal width are fused instance by instance")
    func fuseFans() throws {
        let fans = workflow(
            "align, sort, report",
            [
                "align": { $0.fanOut = samples },
                "sort": {
                    $0.fanOut = samples
                    $0.needs = templates("align[${{ s }}]")
                    $0.action = shell("a ${{ s }}\nb")
                },
                "report": { $0.needs = templates("sort") },
            ])
        let edits = [WorkflowEdit.fuse(tasks: ["align", "sort"])]
        let fused = try fans.applying(edits)
        #expect(fused.tasks[0].action == shell("(\ntrue\n)\n(\nset -e\na ${{ s }}\nb\n)\n"))
        let (before, after) = (try fans.expand(parameters: []), try fused.expand(parameters: []))
        let origins = InstanceOrigins(original: before, edited: after, edits: edits)
        let parts = origins.parts.map { $0.map { before.instances[$0].name } }
        #expect(parts == [["align[a]", "sort[a]"], ["align[b]", "sort[b]"], ["align", "sort"], ["report"]])
        var whole = fans
        whole.tasks[1].needs = templates("align")
        #expect(refusal(whole, edits[0]) == "'sort[a]' waits for all of 'align'")
    }

    @Test("what waits for the same is fused, and what waits for one of them waits for all")
    func fuseSiblings() throws {
        let siblings = workflow(
            "x -> a, x -> b, x -> c, a -> p, b -> p, c -> q",
            ["a": { $0.outputs = templates("a.txt") }, "b": { $0.outputs = templates("b.txt") }])
        let fused = try siblings.applying([.fuse(tasks: ["a", "b", "c"])])
        #expect(fused.tasks.map(\.name) == ["x", "c", "p", "q"])
        #expect(fused.tasks[1].needs == templates("x"))
        #expect(fused.tasks[1].outputs == templates("a.txt", "b.txt"))
        #expect(fused.tasks[2].needs == templates("c") && fused.tasks[3].needs == templates("c"))
    }

    @Test("a chain is not fused where that would change what happens")
    func fuseRefusals() {
        func tried(_ graph: String = "a -> b", _ adjust: [String: (inout Workflow.Task) -> Void] = [:]) -> String {
            refusal(workflow(graph, limits: [.init(name: "db", capacity: 1)], adjust), .fuse(tasks: ["a", "b"]))
        }
        #expect(tried().hasPrefix("accepted"))
        #expect(tried("a -> b, a -> c") == "'c' waits for 'a' too")
        #expect(tried("a -> b, c -> b") == "'b' waits for 'c', for which 'a' does not")
        #expect(tried("c -> a, a -> b, c -> b").hasPrefix("accepted"))
        #expect(tried("x -> a, b") == "'b' does not wait for 'a'")
        let finally: (inout Workflow.Task) -> Void = { $0.isFinally = true }
        #expect(tried("a, b", ["a": finally, "b": finally]) == "'b' does not wait for 'a'")
        #expect(
            tried("a -> b", ["b": { $0.action = shell("echo ${{ tasks.a.stdout }}") }]) == "'b' reads what 'a' gives")
        #expect(
            tried("a -> b, b -> c", ["c": { $0.action = shell("echo ${{ tasks.b.state }}") }])
                == "'c' reads what 'b' gives")
        #expect(
            tried("a -> b, b -> c", ["c": { $0.action = shell("echo ${{ tasks[\"\" + \"b\"].state }}") }])
                == "'c' reads what 'b' gives")
        #expect(tried("a -> b", ["b": { $0.secrets = ["T"] }]) == "'a' and 'b' differ in 'secrets'")
        #expect(tried("a -> b", ["a": { $0.request.slots = [.init(limit: "db")] }]) == "'a' and 'b' differ in 'slots'")
        #expect(
            tried("a -> b", ["a": { $0.request.workerKinds = ["gpu"] }]) == "'a' and 'b' differ in 'runs_on'")
        #expect(tried("a -> b", ["a": { $0.isCached = true }]) == "'a' and 'b' differ in 'cache'")
        #expect(
            tried("a -> b", ["a": { $0.action = shell("curl -H $BATON_ATTEMPT") }])
                == "'a' asks for $BATON_ATTEMPT, which would be another")
        #expect(tried("a -> b", ["a": { $0.action = shell("cat <<END\nx") }]) == "a '<<' in 'a' has no end")
        #expect(tried("a -> b", ["a": { $0.action = shell("cat <<-'END' > f\nx\n\tEND") }]).hasPrefix("accepted"))
        #expect(
            tried("a -> b", ["a": { $0.action = .arguments(templates("echo", "${{ run.id }}")) }])
                == "the arguments of 'a' are computed, and could not be quoted safely in a script "
                + "Use 'run' instead of 'command'.")
        #expect(refusal(workflow("a -> b"), .fuse(tasks: ["a", "c"])) == "there is no task 'c' Did you mean 'a'?")
        #expect(refusal(workflow("a -> b"), .fuse(tasks: ["a"])) == "to fuse takes at least two different tasks")
    }

    @Test("a fan-out is put in batches, of which each comes from its values")
    func batch() throws {
        let fan = workflow(
            "x -> a, a -> p",
            ["a": { $0.fanOut = samples }, "p": { $0.needs = templates("a[b]") }])
        let edits = [WorkflowEdit.setBatch(task: "a", size: 2)]
        let batched = try fan.applying(edits)
        #expect(batched.tasks[1].fanOut?.batch == 2)
        let (before, after) = (try fan.expand(parameters: []), try batched.expand(parameters: []))
        let origins = InstanceOrigins(original: before, edited: after, edits: edits)
        #expect(after.instances.map(\.name) == ["x", "a[a..b]", "a", "p"])
        #expect(origins.parts.map { $0.map { before.instances[$0].name } } == [["x"], ["a[a]", "a[b]"], ["a"], ["p"]])
        func refused(_ size: Int = 2, _ change: @escaping (inout Workflow.Task) -> Void) -> String {
            refusal(
                workflow(
                    "a",
                    [
                        "a": { task in
                            task.fanOut = samples
                            change(&task)
                        }
                    ]), .setBatch(task: "a", size: size))
        }
        #expect(refused { _ in }.hasPrefix("accepted"))
        #expect(refused { $0.fanOut = nil } == "'a' has no fan-out")
        #expect(refused(1) { _ in } == "a batch is of at least 2 values, found 1")
        #expect(refused { $0.fanOut?.batch = 3 } == "'a' has a batch of 3 already")
        #expect(
            refused { $0.approval = templates("Go?")[0] }
                == "'a' asks for an approval, which is meant for one value alone")
        #expect(refused { $0.action = shell("echo $BATON_TASK") } == "'a' asks for $BATON_TASK, which would be another")
        #expect(refused { $0.workingDirectory = templates("${{ s }}")[0] }.hasPrefix("'workdir' depends on 's'"))
        #expect(
            refusal(
                workflow(
                    "a -> b", ["a": { $0.fanOut = samples }, "b": { $0.action = shell("echo ${{ tasks.a.lines }}") }]),
                edits[0])
                == "'b' reads what 'a' gives")
        let around = workflow(
            "a, b, x",
            [
                "a": {
                    $0.fanOut = samples
                    $0.needs = templates("${{ s == 'b' ? 'b' : 'x' }}")
                }, "b": { $0.needs = templates("a[a]") },
            ])
        #expect(refusal(around, edits[0]).hasPrefix("tasks wait for each other in a circle"))
        #expect(
            refusal(batched, .fuse(tasks: ["x", "a"])) == "'x' and 'a' differ in 'foreach'")
    }

    @Test("what needed the merged task needs the other, instances too")
    func merge() throws {
        let twins = workflow(
            "x -> one, y -> two, one -> p, two -> p, two -> q",
            [
                "one": { $0.fanOut = samples }, "two": { $0.fanOut = samples },
                "q": { $0.needs = templates("two[a]") },
            ])
        let edits = [WorkflowEdit.merge(task: "two", into: "one")]
        let merged = try twins.applying(edits)
        #expect(merged.tasks.map(\.name) == ["x", "one", "y", "p", "q"])
        #expect(merged.tasks.map { $0.needs.map(\.source) } == [[], ["x", "y"], [], ["one"], ["one[a]"]])
        #expect(
            refusal(workflow("a, b", ["a": { $0.action = shell("x") }]), .merge(task: "a", into: "b"))
                == "'a' and 'b' differ in 'run'")
        #expect(
            refusal(workflow("a -> c -> b"), .merge(task: "a", into: "b")) == "'b' waits for 'a'")
        #expect(
            refusal(
                workflow("a -> c, b", ["c": { $0.action = shell("echo ${{ tasks.a.stdout }}") }]),
                .merge(task: "a", into: "b"))
                == "'c' reads what 'a' gives")
    }

    @Test("lines that scripts begin with become a task that waits for what all of them wait for")
    func share() throws {
        let setUp = "pip install -q numpy\nmkdir -p out\n"
        let before = workflow(
            "get -> unpack, unpack -> one, get -> two, other -> two, one -> three",
            [
                "one": {
                    $0.action = shell(setUp + "one; x")
                    $0.request.memoryBytes = .exactly(5)
                },
                "two": {
                    $0.action = shell(setUp + "two\nmore\n")
                    $0.request.memoryBytes = .exactly(3)
                },
                "three": {
                    $0.action = shell(setUp + "three")
                    $0.request.memoryBytes = .exactly(4)
                },
            ])
        let edits = [WorkflowEdit.share(tasks: ["one", "two", "three"], lines: 2, name: "install")]
        let after = try before.applying(edits)
        #expect(after.tasks.map(\.name) == ["get", "unpack", "install", "one", "two", "other", "three"])
        #expect(after.tasks[2].action == shell("pip install -q numpy\nmkdir -p out"))
        #expect(after.tasks[2].needs == templates("get") && after.tasks[2].request.memoryBytes == .exactly(3))
        #expect(
            after.tasks[3].action == shell("set -e\none; x") && after.tasks[3].needs == templates("unpack", "install"))
        #expect(after.tasks[6].action == shell("three") && after.tasks[4].action == shell("two\nmore\n"))
        let origins = InstanceOrigins(
            original: try before.expand(parameters: []), edited: try after.expand(parameters: []), edits: edits)
        #expect(origins.parts[2] == [] && origins.sharedBy[2] == [2, 3, 5] && origins.sharedBy[3] == [])
    }

    @Test(
        "lines that leave more behind than files are not shared",
        arguments: [
            ("cd build", "has 'cd', of which the rest may depend"),
            ("make && cd x", "has 'cd', of which the rest may depend"),
            ("export A=1", "has 'export', of which the rest may depend"), ("A=1", "sets a variable"),
            (". ./venv", "has '.', of which the rest may depend"),
            ("set -x", "has 'set', of which the rest may depend"),
            ("f() { true; }", "is more than simple commands"), ("make &", "is more than simple commands"),
            ("cat <<END", "contains '<<'"), ("echo 'a", "is more than simple commands"),
            ("make \\", "goes on in the next line"), ("make &&", "goes on in the next line"),
            ("if true; then", "has 'if', of which the rest may depend"),
            ("${{ params.p }}", "begins with what only the shell knows"),
            ("# why", "does nothing"), ("echo ${X:=1}", "contains ':='"),
            ("$CC -v", "begins with what only the shell knows"),
        ])
    func shareRefusals(_ line: String, _ reason: String) {
        var pair = workflow(
            "a, b", ["a": { $0.action = shell(line + "\nmake a") }, "b": { $0.action = shell(line + "\nmake b") }])
        pair.parameters = [.init(name: "p", kind: .string, defaultValue: .string("x"))]
        #expect(refusal(pair, .share(tasks: ["a", "b"], lines: 1, name: "s")) == "the line '\(line)' \(reason)")
    }

    @Test(
        "lines that only do something are shared",
        arguments: [
            "pip install -q 'a b' \"$HOME/x\" 2>&1 | tail -1; touch done", "tar xf $(ls *.tar) >&2 || true # why",
            "echo ${{ params.p }}", "test -d x && rm -r x", "echo a\\;b", "curl -s \"a?b=c&d=e\"",
        ])
    func shareable(_ line: String) {
        var pair = workflow(
            "a, b", ["a": { $0.action = shell(line + "\nmake a") }, "b": { $0.action = shell(line + "\nmake b") }])
        pair.parameters = [.init(name: "p", kind: .string, defaultValue: .string("x"))]
        #expect(refusal(pair, .share(tasks: ["a", "b"], lines: 1, name: "s")).hasPrefix("accepted"))
    }

    @Test("lines of a fan-out that depend on its values are not shared; others are")
    func shareFans() throws {
        func fan(_ line: String) -> Workflow {
            workflow(
                "a",
                [
                    "a": {
                        $0.fanOut = samples; $0.action = shell(line + "\nmake ${{ s }}")
                    }
                ])
        }
        let edit = WorkflowEdit.share(tasks: ["a"], lines: 1, name: "set-up")
        #expect(try fan("pip install x").applying([edit]).expand(parameters: []).instances.count == 4)
        #expect(refusal(fan("pip install ${{ s }}"), edit) == "the lines depend on 's', a value of the fan-out")
        #expect(refusal(workflow("a", ["a": { $0.action = shell("x\ny") }]), edit) == "'a' runs these lines only once")
    }

    @Test("memory is rounded up to what people write, by a twentieth at most, and reads back as it was")
    func rounding() {
        #expect(
            [437_000_000, 1_003_000_000, 4_000_000_000, 8_300_000_000, 1].map(ByteCount.rounded) == [
                440_000_000, 1_050_000_000, 4_000_000_000, 8_300_000_000, 1_000_000,
            ])
        var bytes: Int64 = 20_000_000
        while bytes < 1_000_000_000_000_000 {
            let rounded = ByteCount.rounded(bytes)
            #expect(
                rounded >= bytes && Double(rounded) <= Double(bytes) * 1.0501 && ByteCount.rounded(rounded) == rounded)
            #expect(ByteCount.parse(ByteCount.written(rounded)) == rounded)
            bytes += bytes / 90 + 1
        }
    }
}
