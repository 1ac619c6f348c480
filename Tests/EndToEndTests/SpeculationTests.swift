import Foundation
import Testing

@Suite("speculate")
struct SpeculationTests {
    @Test("an attempt that hangs is outrun by a second one, whose output counts")
    func outrun() throws {
        let house = try Household()
        try house.write(
            """
            name: late
            tasks:
              hang:
                speculate: 200ms
                resources: {cpu: 0.25, memory: 32MB}
                run: 'if [ "$BATON_ATTEMPT_NUMBER" = 1 ]; then echo slow; exec sleep 1000; fi; echo quick'
              after: {needs: [hang], run: 'echo "${{ tasks.hang.stdout }}" > result'}

            """, to: "late.yaml")
        let result = try house.run("run", "late.yaml")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(result.messages.contains("hang takes long; starting attempt 2 beside it."))
        #expect(!result.messages.contains("trying again"))
        #expect(house.read("result") == "quick\n")
        #expect(try house.run("logs", "latest", "hang").output == "quick\n")
        let explanation = try house.run("explain", "latest", "hang").output
        #expect(
            explanation.contains(/Attempt 2 had .* \(started beside attempt 1, which had run for \d+ms\) and succeeded/)
        )
        #expect(explanation.contains(/Attempt 1 had .* and was ended after .*, as attempt 2 was first\./))
    }

    @Test("where the first attempt is first after all, its output counts, though the copy is the latest")
    func firstIsFirst() throws {
        let house = try Household()
        try house.write(
            """
            name: late
            tasks:
              work:
                speculate: 200ms
                resources: {cpu: 0.25, memory: 32MB}
                run: |
                  if [ "$BATON_ATTEMPT_NUMBER" = 2 ]; then touch second; exec sleep 1000; fi
                  until [ -e second ]; do sleep 0.02; done
                  echo first

            """, to: "late.yaml")
        let result = try house.run("run", "late.yaml")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(try house.run("logs", "latest", "work").output == "first\n")
        let status = try house.run("get", "latest", "--json").output
        #expect(status.contains(/"attempts": ?2/))
        #expect(try house.run("explain", "latest", "work").output.contains("as attempt 1 was first"))
    }

    @Test("both attempts live through the death of baton, and are taken over")
    func adoption() throws {
        let house = try Household()
        try house.write(
            """
            name: late
            tasks:
              work:
                speculate: 200ms
                resources: {cpu: 0.25, memory: 32MB}
                run: |
                  touch "started.$BATON_ATTEMPT_NUMBER"
                  until [ -e "go.$BATON_ATTEMPT_NUMBER" ]; do sleep 0.02; done
                  echo "attempt $BATON_ATTEMPT_NUMBER"

            """, to: "late.yaml")
        let process = try house.start(["run", "late.yaml"])
        try process.wait { house.read("started.2") != nil }
        process.signal(SIGKILL)
        _ = process.wait()
        try house.write("", to: "go.2")
        let result = try house.run("resume")
        #expect(result.exitCode == 0, "\(result.messages)")
        #expect(house.read("started.3") == nil, "neither was started again")
        #expect(try house.run("logs", "latest", "work").output == "attempt 2\n")
    }

    @Test("a time that makes no sense is an error that says where")
    func refused() throws {
        let house = try Household()
        try house.write(
            """
            name: late
            tasks:
              work: {run: make, timeout: 1m, speculate: 2m}

            """, to: "late.yaml")
        let result = try house.run("run", "late.yaml")
        #expect(result.exitCode == 2)
        #expect(result.messages.contains("late.yaml:3:45: error: 'speculate' must be shorter than 'timeout'"))
    }
}
