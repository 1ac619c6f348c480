import Foundation
import Testing

@Suite("Kinds of workers") struct WorkerKindRunTests {
    @Test("a task runs where it may, which is not here unless somebody says so")
    func kinds() throws {
        let house = try Household()
        try house.write(
            """
            name: far
            tasks:
              near: {run: touch near}
              far: {run: touch far, runs_on: [gpu, large]}

            """, to: "far.yaml")
        let refused = try house.run("run", "far.yaml")
        #expect(refused.exitCode == 2)
        #expect(
            refused.messages.contains("'far' may run on 'gpu' or 'large' only, and no worker says of what kind it is"))
        #expect(refused.messages.contains("Change 'runs_on', or say with --kind of what kind this machine is."))
        #expect(house.read("near") == nil)
        let elsewhere = try house.run("run", "far.yaml", "--kind", "small")
        #expect(elsewhere.messages.contains("the workers are of kind 'small'"))
        #expect(try house.run("run", "far.yaml", "--kind", "large").exitCode == 0)
        #expect(house.read("far") != nil)
        let simulated = try house.run("simulate", "far.yaml")
        #expect(simulated.exitCode == 2)
        #expect(simulated.messages.contains("task 'far' of 'far' may run on 'gpu' or 'large' only"))
        try house.write("- {kind: small, cpu: 2, memory: 4GB}\n- {kind: gpu, cpu: 2, memory: 4GB}\n", to: "c.yaml")
        #expect(try house.run("simulate", "far.yaml", "--cluster", "c.yaml").exitCode == 0)
    }
}
