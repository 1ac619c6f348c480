import Foundation
import Testing

@Suite("baton run")
struct RunTests {
    @Test("a task killed for memory is named, and succeeds with more")
    func outOfMemory() throws {
        let house = try Household()
        // `tail` must keep a line that has no end, so it holds all of what it is sent.
        try house.write(
            """
            name: hungry
            tasks:
              eat: {run: 'head -c 40M /dev/zero | tail | wc -c', resources: {memory: 16MB}}

            """, to: "hungry.yaml")
        let doctor = try house.run("doctor", "--json")
        guard doctor.output.contains("cgroup") else {
            print("skipped: no cgroup may be made here, so no memory limit can be enforced")
            return
        }
        let result = try house.run("run", "hungry.yaml")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(result.messages.contains("eat was killed for memory"))
        #expect(result.messages.contains("trying again with"))
    }

    @Test("a batch whose script is longer than an argument may be runs all the same")
    func longBatch() throws {
        let house = try Household()
        let parts = (1...400).map { "\($0)" }.joined(separator: ", ")
        let comment = String(repeating: "long ", count: 100)
        try house.write(
            """
            name: long
            tasks:
              t:
                foreach: {i: [\(parts)], batch: 400}
                run: |
                  : '\(comment)'
                  echo ${{ i }} >> done

            """, to: "long.yaml")
        let result = try house.run("run", "long.yaml")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(house.read("done")?.split(separator: "\n").map(String.init) == (1...400).map { "\($0)" })
    }

    @Test("with --right-size tasks ask for what they took before, and for more when that turns out to be too little")
    func rightSized() throws {
        let house = try Household()
        try house.write(
            """
            name: hungry
            params: {size: 150M}
            tasks:
              eat:
                foreach: {x: [1, 2, 3, 4]}
                run: 'head -c ${{ params.size }} /dev/zero | tail | wc -c'
                resources: {memory: 1GB}

            """, to: "hungry.yaml")
        func grants(_ arguments: String...) throws -> [Int] {
            let result = try house.finish(house.start(["run", "hungry.yaml", "--json"] + arguments))
            #expect(result.exitCode == 0, "\(result.messages)")
            return try house.run("get", "--json").output.matches(of: /"memory_bytes": ?(\d+)/).compactMap { Int($0.1) }
        }
        #expect(try grants("--right-size").max() == 1_000_000_000, "nothing is known yet")
        #expect(try grants() == [Int](repeating: 1_000_000_000, count: 4), "what is declared is kept")
        #expect(try #require(grants("--right-size").max()) < 400_000_000)
        // Where a limit can be enforced, tasks are killed on the way, and get what they need.
        #expect(try grants("--right-size", "--set", "size=400M").count == 4)
    }

    @Test("an interrupt ends the whole process tree, and finally tasks still run")
    func interrupt() throws {
        let house = try Household()
        try house.write(
            """
            name: stop
            tasks:
              long: {run: 'setsid sh -c "echo \\$\\$ > child; exec sleep 1000" & touch started; wait'}
            finally:
              clean: {run: 'touch cleaned'}

            """, to: "stop.yaml")
        let process = try house.start(["run", "stop.yaml"])
        try process.wait { house.read("started") != nil && house.read("child")?.isEmpty == false }
        process.signal(SIGINT)
        #expect(process.wait() == 130)
        #expect(house.read("cleaned") != nil)
        let child = Int32(house.read("child")!.trimmingCharacters(in: .whitespacesAndNewlines))!
        #expect(kill(child, 0) == -1 && errno == ESRCH)
    }

    @Test("a request that no machine here can meet is refused before anything runs")
    func neverFits() throws {
        let house = try Household()
        try house.write(
            """
            name: big
            tasks:
              small: {run: touch ran}
              huge: {run: 'true', resources: {memory: 900TB}}

            """, to: "big.yaml")
        let result = try house.run("run", "big.yaml")
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("'huge' asks for"))
        #expect(house.read("ran") == nil)
    }

    @Test("retry runs only what failed")
    func retry() throws {
        let house = try Household()
        try house.write(
            """
            name: half
            tasks:
              good: {run: 'echo x >> good'}
              bad: {run: 'echo x >> bad; test -e mended'}
              last: {run: 'echo x >> last', needs: [good, bad]}

            """, to: "half.yaml")
        #expect(try house.run("run", "half.yaml").exitCode == 1)
        try house.write("", to: "mended")
        #expect(try house.run("run", "half.yaml", "--resume").exitCode == 0)
        #expect(house.read("good") == "x\n")
        #expect(house.read("bad") == "x\nx\n")
        #expect(house.read("last") == "x\n")
    }

    @Test("an edited workflow goes on with the results that its edit did not touch")
    func resumeEdited() throws {
        let house = try Household()
        func workflow(_ last: String) -> String {
            "name: edit\ntasks:\n  a: {run: 'echo x >> a'}\n  b: {run: '\(last)', needs: [a]}\n"
        }
        try house.write(workflow("false"), to: "edit.yaml")
        #expect(try house.run("run", "edit.yaml").exitCode == 1)
        try house.write(workflow("touch b"), to: "edit.yaml")
        #expect(try house.run("run", "edit.yaml", "--resume").exitCode == 0)
        #expect(house.read("a") == "x\n")
        #expect(house.read("b") != nil)
    }

    @Test(
        "an edited workflow goes on with the instances of fan-outs over what a task printed, and of those behind them")
    func resumeEditedFanOut() throws {
        let house = try Household()
        func workflow(_ last: String) -> String {
            """
            name: spread
            tasks:
              list: {run: 'echo x >> list; printf "a\\nb\\n"'}
              each: {foreach: {n: "${{ tasks.list.lines }}"}, run: 'echo x >> each.${{ n }}; echo ${{ n }}1; test ${{ n }} = a -o -e mended'}
              again: {foreach: {m: "${{ tasks.each.lines }}"}, run: 'echo x >> again.${{ m }}'}
              other: {foreach: {n: "${{ tasks.list.lines }}"}, run: 'echo x >> other.${{ n }}; echo ${{ n }}2'}
              behind: {foreach: {m: "${{ tasks.other.lines }}"}, run: 'echo x >> behind.${{ m }}'}
              last: {run: '\(last)', needs: [again]}

            """
        }
        try house.write(workflow("false"), to: "spread.yaml")
        #expect(try house.run("run", "spread.yaml").exitCode == 1)
        try house.write(workflow("touch last"), to: "spread.yaml")
        try house.write("", to: "mended")
        let result = try house.run("run", "spread.yaml", "--resume")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(house.read("each.b") == "x\nx\n", "it had failed")
        for once in ["list", "each.a", "other.a", "other.b", "behind.a2", "behind.b2", "again.a1", "again.b1"] {
            #expect(house.read(once) == "x\n", "\(once)")
        }
        #expect(house.read("last") != nil)
    }

    @Test("a cached task is skipped until an input or an output changes")
    func cache() throws {
        let house = try Household()
        try house.write(
            """
            name: cache
            tasks:
              upper:
                run: 'echo x >> count; tr a-z A-Z < in > out'
                inputs: [in]
                outputs: [out]
                cache: true

            """, to: "cache.yaml")
        func executions() throws -> Int {
            #expect(try house.run("run", "cache.yaml").exitCode == 0)
            return house.read("count")?.utf8.count { $0 == UInt8(ascii: "\n") } ?? 0
        }
        try house.write("one", to: "in")
        #expect(try executions() == 1)
        #expect(try executions() == 1)
        try house.write("two", to: "in")
        #expect(try executions() == 2)
        try house.write("spoilt", to: "out")
        #expect(try executions() == 3)
        #expect(house.read("out") == "TWO")
        try house.write("one", to: "in")
        try house.write("ONE", to: "out")
        #expect(try executions() == 3, "the first result is still known, and its output is there again")
    }

    @Test("plan says what is up to date, and explain which part of the key made a task run")
    func cacheReasons() throws {
        let house = try Household()
        func workflow(_ command: String) -> String {
            """
            name: reasons
            tasks:
              copy: {run: '\(command)', inputs: ["src/*"], outputs: [out], cache: true}
              count: {run: 'wc -c < out > size', inputs: [out], outputs: [size], cache: true}

            """
        }
        try FileManager.default.createDirectory(atPath: house.folder.path + "/src", withIntermediateDirectories: true)
        try house.write("one", to: "src/a")
        try house.write("two", to: "src/b")
        try house.write(workflow("cat src/* > out"), to: "reasons.yaml")
        func plan() throws -> String { try house.run("plan", "reasons.yaml").output }
        func why(_ task: String) throws -> String {
            #expect(try house.run("run", "reasons.yaml").exitCode == 0)
            let text = try house.run("explain", "latest", task, "--why-run").output
            // Keys and ids differ from run to run.
            return text.replacing(#/[0-9a-f]{12} \(/#, with: "KEY (").replacing(#/run 0[0-9a-z]{12}/#, with: "run ID")
        }
        #expect(try plan().contains("no result is known for its command and inputs"))
        #expect(try why("copy").contains("It ran because no earlier run of reasons had a result of it."))
        let fresh = try plan()
        #expect(fresh.contains("2 tasks are up to date and would not run."))
        #expect(try house.run("plan", "--json", "reasons.yaml").output.contains("\"state\": \"up_to_date\""))

        try house.write("TWO", to: "src/b")
        try house.write("new", to: "src/c")
        let stale = try plan()
        #expect(stale.contains("unless out comes out as it was"))
        #expect(
            try why("copy").contains(
                """
                It ran because of what changed since run ID, whose key was KEY (format 2):
                  The content of src/b changed.
                  The input file src/c is new.
                """))

        try house.write(workflow("cat src/* src/a > out"), to: "reasons.yaml")
        #expect(try why("copy").contains("Its command changed: 'cat src/* > out' is now 'cat src/* src/a > out'."))

        try FileManager.default.removeItem(atPath: house.folder.path + "/size")
        #expect(try plan().contains("its output size is gone"))
        #expect(try why("count").contains("It ran because its output size, made in run ID, was gone."))
        try house.write("spoilt", to: "size")
        #expect(try why("count").contains("It ran because its output size, made in run ID, had been changed."))
        #expect(try why("count").contains("Its command did not run: the same had been done on the same inputs."))
    }

    @Test("a concurrency group holds across runs: the second run waits, says for what, and goes on")
    func groupAcrossRuns() throws {
        let house = try Household()
        // Each fails when the other's mark is there.
        try house.write(
            """
            name: alone
            tasks:
              use:
                concurrency: {group: database, limit: 1}
                run: 'test ! -e inside || exit 9; touch inside; read line < "$GO"; rm inside'
                resources: {cpu: 0.1}

            """, to: "alone.yaml")
        for pipe in ["go1", "go2"] { mkfifo(house.folder.path + "/" + pipe, 0o600) }
        let first = try house.start(["run", "alone.yaml"], environment: ["GO": "go1"], streams: "first")
        try first.wait { house.read("inside") != nil }
        let second = try house.start(["run", "alone.yaml"], environment: ["GO": "go2"], streams: "second")
        var reason = ""
        try second.wait {
            reason = try house.run("explain", "latest", "use").output
            return reason.contains("of 'database'")
        }
        #expect(reason.contains("needs 1 of 'database', of which 1 of 1 are in use (1 by other runs)"))
        let ends = ["go1", "go2"].map { open(house.folder.path + "/" + $0, O_RDWR) }
        for end in ends { write(end, "\n", 1) }
        let exitCodes = [first.wait(), second.wait()]
        for end in ends { close(end) }
        #expect(exitCodes[0] == 0, "\(house.read("firststderr") ?? "")")
        #expect(exitCodes[1] == 0, "\(house.read("secondstderr") ?? "")")
    }

    @Test("a task that promised an output and did not make it has failed")
    func missingOutput() throws {
        let house = try Household()
        try house.write("name: promise\ntasks:\n  a: {run: 'true', outputs: [out]}\n", to: "promise.yaml")
        let result = try house.run("run", "promise.yaml")
        #expect(result.exitCode == 1)
        #expect(result.messages.contains("out"))
    }

    @Test("a secret reaches the task that asks for it, and no other")
    func secrets() throws {
        let house = try Household()
        try house.write(
            """
            name: secret
            tasks:
              told: {run: 'echo "$BATON_TEST_TOKEN" > told', secrets: [BATON_TEST_TOKEN]}
              other: {run: 'echo "$BATON_TEST_TOKEN" > other'}

            """, to: "secret.yaml")
        let missing = try house.run("run", "secret.yaml")
        #expect(missing.exitCode == 2)
        #expect(missing.messages.contains("BATON_TEST_TOKEN"))
        let process = try house.start(["run", "secret.yaml"], environment: ["BATON_TEST_TOKEN": "hush"])
        #expect(house.finish(process).exitCode == 0)
        #expect(house.read("told") == "hush\n")
        #expect(house.read("other") == "\n")
    }

    @Test("what a task prints of its secrets is stored nowhere, and neither is what it hands on of them")
    func maskedSecrets() throws {
        let house = try Household()
        try house.write(
            """
            name: masked
            tasks:
              told:
                run: |
                  echo "the token is $BATON_TEST_TOKEN"
                  echo "url=https://$BATON_TEST_TOKEN@host" >> "$BATON_OUTPUT"
                  printf %s "$BATON_TEST_TOKEN" > passed-by-file
                secrets: [BATON_TEST_TOKEN]
              reader: {run: 'echo "${{ tasks.told.stdout }} at ${{ tasks.told.outputs.url }}"; cat passed-by-file'}
              broken:
                run: 'echo "no $BATON_TEST_TOKEN here" >&2; exit 1'
                secrets: [BATON_TEST_TOKEN]

            """, to: "masked.yaml")
        let process = try house.start(["run", "masked.yaml"], environment: ["BATON_TEST_TOKEN": "hush-hush"])
        let result = house.finish(process)
        #expect(result.exitCode == 1)
        #expect(result.messages.contains("no *** here"))
        let logs = try house.run("logs", "latest", "reader").output
        #expect(logs == "the token is *** at https://***@host\n***")
        let everything = try FileManager.default.subpathsOfDirectory(atPath: house.folder.path + "/data")
        for path in everything {
            let content = FileManager.default.contents(atPath: house.folder.path + "/data/" + path) ?? Data()
            #expect(content.range(of: Data("hush-hush".utf8)) == nil, "\(path) holds the secret")
        }
        #expect(everything.count > 10)
        let shown = try house.run("logs", "--json").output
        #expect(shown.contains("***") && !shown.contains("hush-hush"))
    }

    @Test("commands that change a run take 'latest', and say of a run that has ended what became of it")
    func controlOfEnded() throws {
        let house = try Household()
        for command in ["cancel", "pause", "unpause", "retry", "resume"] {
            let result = try house.run(command, "latest")
            #expect(result.exitCode == 2)
            #expect(result.messages.contains("Start with 'baton run FILE'"), "\(command): \(result.messages)")
        }
        try house.write("name: quick\ntasks:\n  a: {run: 'true'}\n", to: "quick.yaml")
        #expect(try house.run("run", "quick.yaml").exitCode == 0)
        for command in ["cancel", "pause", "unpause"] {
            let result = try house.run(command, "latest")
            #expect(result.exitCode == 2)
            #expect(result.messages.contains("has ended: it succeeded"), "\(command): \(result.messages)")
        }
    }

    @Test("a plan has the instances of a fan-out that other tasks name, though the list is not known yet")
    func planOfNamedInstance() throws {
        let house = try Household()
        try house.write(
            """
            name: named
            tasks:
              list: {run: 'echo a; echo b'}
              each: {foreach: {x: "${{ tasks.list.lines }}"}, run: 'echo ${{ x }}'}
              one: {run: 'echo ${{ tasks["each[b]"].stdout }}'}

            """, to: "named.yaml")
        let plan = try house.run("plan", "named.yaml")
        #expect(plan.exitCode == 0, "\(plan.messages)")
        #expect(plan.output.contains("each[b]") && plan.output.contains("it counts as 1, which others name"))
    }

    @Test("a task that begins when a cancelled one has ended is not said to begin again")
    func newsOfFinally() throws {
        let house = try Household()
        try house.write(
            """
            name: tidy
            tasks:
              long: {run: 'touch started; sleep 1000'}
            finally:
              tidy: {run: 'true'}

            """, to: "tidy.yaml")
        let process = try house.start(["run", "tidy.yaml"])
        try process.wait { house.read("started") != nil }
        process.signal(SIGINT)
        let result = house.finish(process)
        #expect(result.exitCode == 130)
        #expect(result.messages.contains("tidy succeeded"))
        #expect(!result.messages.contains("starting it again"), "\(result.messages)")
    }

    @Test("a task that can't be started is told with its program and its folder")
    func notStarted() throws {
        let house = try Household()
        try house.write(
            """
            name: amiss
            tasks:
              a: {run: 'true', workdir: nowhere}
              b: {command: [no-such-program]}

            """, to: "amiss.yaml")
        let result = try house.run("run", "amiss.yaml")
        #expect(result.exitCode == 1)
        let folder = house.folder.path
        #expect(
            result.messages.contains(
                "its working directory can't be entered: No such file or directory (/bin/sh in \(folder)/nowhere)"))
        #expect(
            result.messages.contains(
                "its program can't be run: No such file or directory (no-such-program in \(folder))"))
    }

    @Test("cancel reaches a run that another process drives")
    func cancelFromElsewhere() throws {
        let house = try Household()
        try house.write("name: far\ntasks:\n  long: {run: 'touch started; sleep 1000'}\n", to: "far.yaml")
        let process = try house.start(["run", "far.yaml"])
        try process.wait { house.read("started") != nil }
        let run = try #require(FileManager.default.contentsOfDirectory(atPath: house.folder.path + "/data/runs").first)
        let canceller = try house.start(["cancel", run], streams: "cancel")
        #expect(canceller.wait() == 0)
        #expect(process.wait() == 1)
    }
}
