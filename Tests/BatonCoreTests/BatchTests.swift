import BatonCore
import Testing

/// Fan-outs of which one instance does the work of several values.
@Suite struct BatchTests {
    private func samples(_ values: Value..., batch: Int?) -> Workflow.FanOut {
        var fanOut = over(("s", values))
        fanOut.batch = batch
        return fanOut
    }

    @Test("consecutive values share an instance, which others wait for by any of them")
    func instances() throws {
        let workflow = workflow(
            try task("get", foreach: samples("a", "b", "c", "d", "e", batch: nil)),
            try task("align", needs: ["get[${{ s }}]"], foreach: samples("a", "b", "c", "d", "e", batch: 2)),
            try task("sort", needs: ["align[${{ s }}]"], foreach: samples("b", "c", batch: nil)),
            try task("pack", needs: ["align[${{ s }}]"], foreach: samples("a", "b", "c", "d", batch: 2)),
            try task("report", needs: ["align", "pack[b]"]))
        #expect(
            workflow.expansionLines().dropFirst(6) == [
                "align[a..b] <- get[a] get[b]", "align[c..d] <- get[c] get[d]", "align[e] <- get[e]",
                "align <- align[a..b] align[c..d] align[e]",
                "sort[b] <- align[a..b]", "sort[c] <- align[c..d]", "sort <- sort[b] sort[c]",
                "pack[a..b] <- align[a..b]", "pack[c..d] <- align[c..d]", "pack <- pack[a..b] pack[c..d]",
                "report <- align pack[a..b]",
            ])
        let expansion = try workflow.expand(parameters: [])
        #expect(expansion["align[d]"] == expansion["align[c..d]"] && expansion["align[d]"] != nil)
        #expect(
            expansion.instances[6].parts == [[.init(name: "s", value: "a")], [.init(name: "s", value: "b")]])
    }

    @Test("a batch makes and reads what its values make and read")
    func files() throws {
        let workflow = workflow(
            try task("make", foreach: samples("a", "b", "c", batch: nil), outputs: ["${{ s }}.in"]),
            try task(
                "turn", foreach: samples("a", "b", "c", batch: 2), inputs: ["${{ s }}.in"], outputs: ["${{ s }}.out"]),
            try task("last", inputs: ["b.out"]))
        #expect(
            workflow.expansionLines().dropFirst(4) == [
                "turn[a..b] <- make[a] make[b]", "turn[c] <- make[c]", "turn <- turn[a..b] turn[c]",
                "last <- turn[a..b]",
            ])
    }

    @Test("of resources it asks for the largest of its values, and takes the time of all")
    func amounts() throws {
        var sized = try task("t", foreach: samples(1, 3, 2, batch: 2))
        sized.request.milliCPU = .expression(try Expression(parsing: "s"))
        sized.request.memoryBytes = .exactly(500)
        sized.expectedDuration = .seconds(10)
        let instances = try workflow(sized).expand(parameters: []).instances
        #expect(instances.map(\.request.milliCPU) == [3000, 2000, nil])
        #expect(instances.map(\.request.memoryBytes) == [500, 500, nil])
        #expect(instances.map(\.expectedDuration) == [.seconds(20), .seconds(10), nil])
    }

    @Test("a timeout is meant for each of its values")
    func timeout() throws {
        var timed = try task("t", foreach: samples("a", "b", "c", batch: 2))
        timed.timeout = .seconds(10)
        var stage = Stage(workflow(timed))
        stage.start("t[a..b]")
        let attempt = stage.attempt("t[a..b]")
        #expect(stage.orders.contains(.wake(at: stage.now.advanced(by: .seconds(20)), .timeout(attempt))))
        stage.start("t[c]")
        let last = stage.attempt("t[c]")
        #expect(stage.orders.contains(.wake(at: stage.now.advanced(by: .seconds(10)), .timeout(last))))
    }

    @Test("values that are known only during the run are put in batches then")
    func dynamic() throws {
        var fanOut = try over("s", "tasks.list.lines")
        fanOut.batch = 2
        var stage = Stage(workflow(try task("list"), try task("t", foreach: fanOut)))
        stage.run("list", .succeeded(TaskValues(stdout: "a\nb\nc\n")))
        #expect(stage.label("t[a..b]") == .ready && stage.label("t[c]") == .ready)
    }

    @Test("its script does one value after the other, each in a shell of its own")
    func script() throws {
        let scopes = ["a", "b c"].map { Scope(bindings: [.init(name: "s", value: .string($0))]) }
        let line = Workflow.Task.Action.shell(try Template(parsing: "cd ${{ s }}; x\n"))
        #expect(
            try line.batchScript(for: scopes) == "(\nset +e\ncd a; x\n)\n(\nset +e\ncd b c; x\n)\n")
        let program = Workflow.Task.Action.arguments([Template(literal: "x"), try Template(parsing: "${{ s }}")])
        #expect(try program.batchScript(for: scopes) == "(\nexec x a\n)\n(\nexec x 'b c'\n)\n")
    }

    @Test("a fingerprint covers all values, and does not tell a batch of one from none")
    func fingerprint() throws {
        func fingerprint(_ values: Value..., batch: Int?) throws -> UInt64 {
            var fanOut = over(("s", values))
            fanOut.batch = batch
            let workflow = workflow(try task("t", run: "x ${{ s }}", foreach: fanOut))
            return workflow.fingerprint(of: try workflow.expand(parameters: []).instances[0], parameters: [])
        }
        #expect(try fingerprint("a", "b", batch: 2) != fingerprint("a", "c", batch: 2))
        #expect(try fingerprint("a", "b", batch: 2) != fingerprint("a", "b", batch: nil))
        #expect(try fingerprint("a", batch: 2) == fingerprint("a", batch: nil))
    }

    @Test("what belongs to one value alone can't be had of a batch")
    func refusals() throws {
        func problems(_ change: (inout Workflow.Task) throws -> Void, _ others: Workflow.Task...) throws -> [String] {
            var changed = try task("t", foreach: samples("a", "b", "c", batch: 2))
            try change(&changed)
            return Workflow(name: "w", tasks: [changed] + others).validate().map(\.line)
        }
        let hint = "| Use it in run, command, needs, inputs and outputs, or leave out 'batch'."
        #expect(
            try problems { $0.workingDirectory = try Template(parsing: "${{ s }}") } == [
                "tasks.t.workdir: 'workdir' depends on 's', of which 't' does several values in one go \(hint)"
            ])
        #expect(
            try problems { $0.environment = [.init(name: "S", value: try Template(parsing: "${{ s }}"))] } == [
                "tasks.t.env.S: 'env' depends on 's', of which 't' does several values in one go \(hint)"
            ])
        let reads =
            "gives, which does several values in one go | Read all of it, as in tasks.t.lines, or leave out 'batch'."
        #expect(
            try problems({ _ in }, task("u", run: "echo ${{ tasks['t[a]'].stdout }}")) == [
                "tasks.u.run: 'u' reads what 't[a]' \(reads)"
            ])
        #expect(
            try problems(
                { _ in }, task("u", run: "echo ${{ tasks['t[' + s + ']'].state }}", foreach: over(("s", ["a"])))
            ) == ["tasks.u.run: 'u[a]' reads what 't[a]' \(reads)"])
        #expect(try problems({ _ in }, task("u", run: "echo ${{ tasks.t.lines }}", needs: ["t[b]"])).isEmpty)
        #expect(
            try problems { $0.outputs = [Template(literal: "x")] } == [
                "tasks.t.outputs.0: 't[a]' and 't[b]' both write 'x' "
                    + "| Give each its own path, or let one task write it.",
                "tasks.t.outputs.0: 't[a..b]' and 't[c]' both write 'x' "
                    + "| Give each its own path, or let one task write it.",
            ])
        #expect(
            try problems { $0.action = .shell(Template(literal: "cat <<END\nx")) } == [
                "tasks.t.run: a '<<' in 't' has no end, so the next value of its batch could not follow "
                    + "| End it with a line of its own."
            ])
        #expect(try problems { $0.fanOut?.batch = 0 } == ["tasks.t.foreach.batch: 'batch' must be at least 1, found 0"])
    }

    @Test("values of one batch can't wait for each other")
    func mutual() throws {
        let message =
            "tasks.t.foreach.batch: 't' waits for other values of its own, which 't[0..1]' does as well "
            + "| Leave out 'batch'."
        let chain = try task(
            "t", needs: ["${{ n > 0 ? 't[' + string(n - 1) + ']' : 'u' }}"], foreach: numbers(batch: 2))
        #expect(workflow(chain, try task("u")).expansionLines().first == message)
        let files = try task(
            "t", foreach: numbers(batch: 2), inputs: ["${{ n }}.txt"], outputs: ["${{ n + 1 }}.txt"])
        #expect(workflow(files).expansionLines().first == message)
        let own = try task("t", foreach: numbers(batch: 2), inputs: ["${{ n }}.txt"], outputs: ["${{ n }}.txt"])
        #expect(workflow(own).expansionLines() == ["t[0..1]", "t[2..3]", "t <- t[0..1] t[2..3]"])
    }

    private func numbers(batch: Int) -> Workflow.FanOut {
        var fanOut = over(("n", [0, 1, 2, 3]))
        fanOut.batch = batch
        return fanOut
    }
}
