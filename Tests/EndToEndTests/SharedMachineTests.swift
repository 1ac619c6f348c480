import Foundation
import Testing

@Suite("Several at once on one machine") struct SharedMachineTests {
    @Test("runs at once whose tasks are each larger than an equal share take turns", .timeLimit(.minutes(1)))
    func turns() throws {
        let house = try Household()
        // What nothing is known of gets the memory of its core's share: with five runs on two cores no task fits in a fifth.
        try house.write(
            """
            name: large
            tasks:
              t: {foreach: {i: [1, 2, 3, 4, 5]}, run: "true"}
            """, to: "large.yaml")
        let processes = try (1...5).map { try house.start(["run", "large.yaml", "-j", "2"], streams: "run\($0)-") }
        for (place, process) in processes.enumerated() {
            #expect(process.wait() == 0, "\(house.read("run\(place + 1)-stderr") ?? "")")
        }
    }

    @Test("runs that take turns get to all of their tasks", .timeLimit(.minutes(2)))
    func everyTask() throws {
        let house = try Household()
        // Two have room on the machine, none in an equal share: of what is proposed for an idle machine one is started.
        let items = (1...30).map(String.init).joined(separator: ", ")
        try house.write(
            """
            name: pairs
            tasks:
              t: {foreach: {i: [\(items)]}, run: "true", resources: {cpu: 1.5}}
            """, to: "pairs.yaml")
        let processes = try (1...6).map {
            try house.start(["run", "pairs.yaml", "-j", "4", "--policy", "critical-path"], streams: "run\($0)-")
        }
        for (place, process) in processes.enumerated() {
            #expect(process.wait() == 0, "\(house.read("run\(place + 1)-stderr") ?? "")")
        }
    }
}
