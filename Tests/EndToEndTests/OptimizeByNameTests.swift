import Foundation
import Testing

@testable import baton

@Suite("Workflows to optimise, by name", .timeLimit(.minutes(1)))
struct OptimizeByNameTests {
    private let house: Household

    init() throws {
        house = try Household()
        try house.write(
            """
            name: flow
            params: {word: x}
            tasks:
              a: {run: "true ${{ params.word }}"}
              b: {needs: a, run: "true"}
              c: {needs: [a, b], run: "true"}

            """, to: "steps.yaml")
        #expect(try house.run("run", "steps.yaml", "--set", "word=y").exitCode == 0)
    }

    @Test("the name of a workflow that has run stands for its file, with the parameters of its latest run")
    func file() throws {
        let looked = try house.run("optimize", "flow", "--json")
        #expect(looked.exitCode == 0, "\(looked.messages)")
        #expect(looked.output.contains("redundant-dependency:c"))
        #expect(!looked.output.contains("Nothing is known yet"), "the run with 'y' is one of these")
        let applied = try house.run("optimize", "flow", "--apply", "redundant-dependency:c")
        #expect(applied.exitCode == 0, "\(applied.messages)")
        #expect(house.read("steps.yaml")?.contains("c: {needs: [b], run:") == true)
        #expect(try house.run("optimize", "flow", "--history").output.contains("redundant-dependency:c"))
        #expect(try house.run("optimize", "flow", "--revert").exitCode == 0)
        #expect(house.read("steps.yaml")?.contains("c: {needs: [a, b], run:") == true)
    }

    @Test("where the file is gone, what ran last is looked at and can't be changed")
    func gone() throws {
        try FileManager.default.removeItem(at: house.folder.appending(path: "steps.yaml"))
        #expect(try house.run("optimize", "flow", "--json").output.contains("redundant-dependency:c"))
        let applied = try house.run("optimize", "flow", "--apply", "redundant-dependency:c")
        #expect(applied.exitCode == 2 && applied.messages.contains("the file of 'flow' is gone"))
        let history = try house.run("optimize", "flow", "--history")
        #expect(history.exitCode == 2 && history.messages.contains("steps.yaml, is not there"), "\(history.messages)")
    }

    @Test("what is wrong with the file is told, and it is not passed over for what once ran")
    func broken() throws {
        try house.write("name: flow\ntasks: {a: {run: 1, needs: z}}\n", to: "steps.yaml")
        let failed = try house.run("optimize", "flow")
        #expect(failed.exitCode == 2 && failed.messages.contains("steps.yaml:2"), "\(failed.messages)")
    }

    @Test("a name that nothing has is answered with the one that was probably meant")
    func unknown() throws {
        let failed = try house.run("optimize", "flaw")
        #expect(failed.exitCode == 2)
        #expect(
            failed.messages.contains(
                "there is no file 'flaw', and no workflow of that name has run. Did you mean 'flow'?"),
            "\(failed.messages)")
        let path = try house.run("optimize", "flaw.yaml")
        #expect(path.exitCode == 2 && path.messages.contains("cannot read the file"), "\(path.messages)")
    }
}
