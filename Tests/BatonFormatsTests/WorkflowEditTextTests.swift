import BatonCore
import Testing

@testable import BatonFormats

/// What a text becomes by these edits.
func edited(_ text: String, by edits: [WorkflowEdit], file: String = "test.yaml") throws -> String {
    try WorkflowFile(text, file: file, as: DocumentFormat(file: file)).edited(by: edits)
}

/// Why a text cannot be edited.
func refusal(_ text: String, by edits: [WorkflowEdit]) -> String {
    do {
        return "edited: " + (try edited(text, by: edits))
    } catch {
        guard let problem = error as? WorkflowEditProblem else { return "\(error)" }
        return problem.message + (problem.hint.map { " \($0)" } ?? "")
    }
}

@Suite("Edits in a file's text")
struct WorkflowEditTextTests {
    private let plain = """
        # The nightly build.
        name: nightly   # every night

        tasks:
          # Gets the sources.
          fetch:
            run: git pull
            resources:
              cpu: 2      # it compresses
              memory: 16GB # far too much

          build:   # slow
            needs:
              - fetch   # of course
              - tools
            run: |
              make all
              make check

            # how long it may take
            timeout: 1h

          tools: {run: ./tools.sh, resources: {cpu: 4, memory: 8GB}, retries: {max: 2, backoff: 5s}}
          pack:
            needs: [build, fetch]  # fetch is implied
            run: tar c .
        """

    @Test("an amount is replaced where it stands, and its comment stays")
    func amounts() throws {
        let text = try edited(
            plain, by: [.setMemory(task: "fetch", bytes: 1_003_000_000), .setCPU(task: "tools", milliCPU: 1500)])
        let expected = plain.replacing("memory: 16GB # far", with: "memory: 1050MB # far")
            .replacing("{cpu: 4, memory: 8GB}", with: "{cpu: 1.5, memory: 8GB}")
        #expect(text == expected)
    }

    @Test("what is not declared yet is added below the task's other keys")
    func additions() throws {
        let text = try edited(
            plain,
            by: [
                .setMemory(task: "pack", bytes: 5_000_000), .setCPU(task: "pack", milliCPU: 500),
                .setPriority(task: "build", 80), .setCached(task: "tools", true),
            ])
        let expected =
            plain.replacing("timeout: 1h\n", with: "timeout: 1h\n    priority: 80\n")
            .replacing("backoff: 5s}}", with: "backoff: 5s}, cache: true}")
            + "\n    resources: {cpu: 0.5, memory: 5MB}"
        #expect(text == expected)
    }

    @Test("needs go line by line, between brackets, and with their key when none is left")
    func removedNeeds() throws {
        let first = try edited(
            plain, by: [.removeNeed(task: "build", need: "tools"), .removeNeed(task: "pack", need: "fetch")])
        #expect(
            first
                == plain.replacing("      - tools\n", with: "").replacing("[build, fetch]", with: "[build]"))
        let second = try edited(first, by: [.removeNeed(task: "build", need: "fetch")])
        #expect(second == first.replacing("    needs:\n      - fetch   # of course\n", with: ""))
    }

    @Test("needs are added in the notation that is there")
    func addedNeeds() throws {
        let text = try edited(
            plain,
            by: [
                .addNeed(task: "pack", need: "tools"), .addNeed(task: "build", need: "x,y"),
                .addNeed(task: "fetch", need: "x,y"),
            ].map { $0 }.filter { $0.tasks != ["fetch"] && $0 != .addNeed(task: "build", need: "x,y") })
        #expect(text == plain.replacing("[build, fetch]", with: "[build, fetch, tools]"))
        let single = "tasks: {a: {run: x}, b: {run: x}, c: {needs: a, run: x}}\n"
        #expect(
            try edited(single, by: [.addNeed(task: "c", need: "b")])
                == single.replacing("needs: a", with: "needs: [a, b]"))
        #expect(
            try edited(single, by: [.addNeed(task: "b", need: "a")])
                == single.replacing("b: {run: x}", with: "b: {run: x, needs: a}"))
        let block = "tasks:\n  a:\n    run: x\n  b:\n    run: x\n  c:\n    needs:\n    - a # first\n    run: x\n"
        #expect(
            try edited(block, by: [.addNeed(task: "c", need: "b")])
                == block.replacing("- a # first\n", with: "- a # first\n    - b\n"))
    }

    @Test("retries keep what they say otherwise")
    func retries() throws {
        let text = try edited(
            plain,
            by: [
                .setRetries(
                    task: "tools", RetryRule(limit: 5, backoff: .seconds(5), triggers: [.exitCode(75), .outOfMemory])),
                .setRetries(task: "fetch", RetryRule(limit: 3)), .setTimeout(task: "build", .seconds(90)),
            ])
        let expected = plain.replacing("{max: 2, backoff: 5s}", with: "{max: 5, backoff: 5s, on: [75, oom]}")
            .replacing("too much\n", with: "too much\n    retries: 3\n").replacing("timeout: 1h", with: "timeout: 90s")
        #expect(text == expected)
    }

    @Test("when a second attempt starts is set and changed where a timeout would be")
    func speculation() throws {
        let edits: [WorkflowEdit] = [.setSpeculation(task: "build", .seconds(1200))]
        let text = try edited(plain, by: edits)
        #expect(text == plain.replacing("timeout: 1h\n", with: "timeout: 1h\n    speculate: 20m\n"))
        #expect(
            try edited(text, by: [.setSpeculation(task: "build", .milliseconds(1500))])
                == text.replacing("speculate: 20m", with: "speculate: 1500ms"))
        #expect(throws: WorkflowEditProblem.self) {
            try edited(plain, by: [.setSpeculation(task: "build", .seconds(3600))])
        }
    }

    @Test("JSON stays JSON, in the lines that it has")
    func json() throws {
        let text = """
            {
              "tasks": {
                "a": {
                  "run": "x",
                  "resources": {"memory": "4GB"}
                },
                "b": {"run": "y", "needs": ["a"]},
                "c": {
                  "needs": [
                    "a",
                    "b"
                  ],
                  "run": "z"
                }
              }
            }

            """
        let found = try edited(
            text,
            by: [
                .setMemory(task: "a", bytes: 2_000_000_000), .setTimeout(task: "a", .seconds(60)),
                .removeNeed(task: "b", need: "a"), .removeNeed(task: "c", need: "b"), .setCached(task: "c", true),
            ], file: "test.json")
        let expected = """
            {
              "tasks": {
                "a": {
                  "run": "x",
                  "resources": {"memory": "2GB"},
                  "timeout": "1m"
                },
                "b": {"run": "y"},
                "c": {
                  "needs": [
                    "a"
                  ],
                  "run": "z",
                  "cache": true
                }
              }
            }

            """
        #expect(found == expected)
    }

    @Test("line endings, blanks around brackets and characters beyond ASCII stay")
    func notation() throws {
        let text =
            "tasks:\r\n  bäcker: { run: 'brö t' , resources: { cpu: 2 } } # é\r\n  b:\r\n    run: |\r\n      x\r\n      y\r\n\r\n"
        let found = try edited(
            text, by: [.setMemory(task: "bäcker", bytes: 1_000_000), .setPriority(task: "b", 1)])
        #expect(
            found
                == text.replacing("{ cpu: 2 }", with: "{ cpu: 2, memory: 1MB }")
                .replacing("y\r\n\r\n", with: "y\r\n    priority: 1\r\n\r\n"))
    }

    @Test("limits change where they are defined: under 'limits', or with the group")
    func limits() throws {
        let text = """
            limits: {db: 2}
            tasks:
              a: {run: x, resources: {slots: {db: 1}}}
              b:
                run: x
                concurrency: net
              c: {run: x, concurrency: net}

            """
        #expect(
            try edited(text, by: [.setLimit(name: "db", capacity: 4), .setLimit(name: "net", capacity: 3)])
                == text.replacing("db: 2", with: "db: 4")
                .replacing("concurrency: net\n", with: "concurrency: {group: net, limit: 3}\n"))
        #expect(
            try edited(text, by: [.removeSlots(task: "a", limit: "db"), .removeSlots(task: "b", limit: "net")])
                == text.replacing("limits: {db: 2}\n", with: "").replacing(", resources: {slots: {db: 1}}", with: "")
                .replacing("    concurrency: net\n", with: ""))
        let group = "tasks: {a: {run: x, concurrency: {group: g, limit: 2}}, b: {run: x, concurrency: g}}"
        #expect(
            try edited(group, by: [.removeSlots(task: "a", limit: "g")])
                == "tasks: {a: {run: x}, b: {run: x, concurrency: {group: g, limit: 2}}}")
    }

    @Test("a new limit stands before the tasks, and those that hold it say so")
    func newLimits() throws {
        let text = """
            name: flow

            # By size.
            tasks:
              a: {run: x, resources: {cpu: 2}}   # large
              b:
                run: x
                resources: auto
              c:
                run: x
                resources:
                  slots: {db: 1}
              d:
                run: x
                concurrency: net

            """
        let limited = text.replacing("# By size.", with: "limits: {db: 1}\n# By size.")
        let edits = ["a", "b", "c", "d"].map { WorkflowEdit.addSlot(task: $0, limit: "flow-x") }
        let wanted = limited.replacing("limits: {db: 1}", with: "limits: {db: 1, flow-x: 3}")
            .replacing("{cpu: 2}", with: "{cpu: 2, slots: {flow-x: 1}}")
            .replacing("resources: auto", with: "resources: {auto: true, slots: {flow-x: 1}}")
            .replacing("slots: {db: 1}", with: "slots: {db: 1, flow-x: 1}")
            .replacing("concurrency: net\n", with: "concurrency: net\n    resources: {slots: {flow-x: 1}}\n")
        #expect(try edited(limited, by: [.addLimit(name: "flow-x", capacity: 3)] + edits) == wanted)

        let first = text.replacing("      slots: {db: 1}\n", with: "      cpu: 1\n")
        let added = try edited(first, by: [.addLimit(name: "flow-x", capacity: 3), edits[0]])
        #expect(
            added
                == first.replacing("# By size.", with: "limits: {flow-x: 3}\n# By size.")
                .replacing("{cpu: 2}", with: "{cpu: 2, slots: {flow-x: 1}}"))
        #expect(
            try edited("{name: f, tasks: {a: {run: x}}}", by: [.addLimit(name: "f-a", capacity: 2)])
                == "{name: f, limits: {f-a: 2}, tasks: {a: {run: x}}}")
        #expect(refusal(limited, by: [.addLimit(name: "db", capacity: 2)]) == "there is a limit or group 'db' already")
        #expect(refusal(limited, by: [.addSlot(task: "c", limit: "db")]) == "'c' holds some of 'db' already")
        #expect(
            refusal(limited, by: [.addSlot(task: "a", limit: "dc")])
                == "there is no limit or group 'dc' Did you mean 'db'?")
    }

    @Test("what is shared through an anchor is changed where that is safe, and refused where it is not")
    func anchors() throws {
        let text = """
            tasks:
              a: &base
                run: x
                resources: &big {memory: 4GB}
              b:
                <<: *base
                timeout: 5m
              c:
                run: y
                resources: *big
              d: *base

            """
        #expect(
            try edited(text, by: [.setPriority(task: "b", 10), .setTimeout(task: "c", .seconds(1))])
                == text.replacing("timeout: 5m\n", with: "timeout: 5m\n    priority: 10\n")
                .replacing("resources: *big\n", with: "resources: *big\n    timeout: 1s\n"))
        #expect(
            try edited(text, by: [.setMemory(task: "b", bytes: 1_000_000)])
                == text.replacing("timeout: 5m\n", with: "timeout: 5m\n    resources: {memory: 1MB}\n"))
        #expect(
            refusal(text, by: [.setMemory(task: "a", bytes: 1_000_000)])
                == "the text of 'b', 'c', 'd' cannot be changed in the file without changing more than that "
                + "An anchor is shared there: write out what its aliases stand for.")
        #expect(
            refusal(text, by: [.setMemory(task: "c", bytes: 1_000_000)])
                == "'tasks.c.resources' is no map of its own in this file "
                + "Write it out there instead of using an alias.")
        #expect(refusal(text, by: [.setPriority(task: "d", 3)]).hasPrefix("'tasks.d' is no map of its own"))
    }

    @Test("what cannot be edited is refused in words")
    func refusals() {
        #expect(
            refusal(plain, by: [.setCPU(task: "biuld", milliCPU: 1)])
                == "there is no task 'biuld' Did you mean 'build'?")
        #expect(
            refusal(plain, by: [.removeNeed(task: "build", need: "tool")])
                == "'build' does not need 'tool' Did you mean 'tools'?")
        #expect(
            refusal(plain, by: [.addNeed(task: "fetch", need: "pack")]).hasPrefix(
                "tasks wait for each other in a circle"))
        #expect(refusal(plain, by: [.setLimit(name: "x", capacity: 2)]) == "there is no limit or group 'x'")
        #expect(refusal(plain, by: [.setPriority(task: "pack", 101)]) == "a priority goes from 0 to 100, found 101")
    }
}
