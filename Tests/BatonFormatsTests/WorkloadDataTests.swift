import BatonCore
import BatonFormats
import BatonSimulator
import Foundation
import Testing

/// The real traces, read where they lie; without them these tests are skipped.
@Suite("Workload data", .enabled(if: SharedData.isThere, "the folder ../shared/data is not there"))
struct WorkloadDataTests {
    @Test("every file of every folder reads", arguments: SharedData.expected)
    func everyFileReads(_ expected: SharedData.Folder) throws {
        var options = WorkloadFile.Options()
        options.instanceLimit = 10
        let workload = try WorkloadFile.read(path: SharedData.path(expected.name), options: options)
        #expect(workload.jobs.count == expected.jobs)
        #expect(workload.jobs.reduce(0) { $0 + $1.taskCount } == expected.tasks)
        for job in workload.jobs {
            #expect(job.criticalPath > .zero, "\(job.name)")
            #expect(job.coreSeconds() > 0, "\(job.name)")
        }
    }

    @Test("a stage as one task keeps a query's stages, and takes a share of 600 cores")
    func shares() throws {
        var options = WorkloadFile.Options()
        options.stagesAreTasks = true
        let workload = try WorkloadFile.read(path: SharedData.path("tpch"), options: options)
        #expect(workload.jobs.reduce(0) { $0 + $1.taskCount } == 756)
        #expect(workload.jobs.allSatisfy { $0.expansion.misfit(on: $0.machines) == nil })
    }

    @Test("the best known makespan of all 480 problems is found, and no chain is longer")
    func bestKnown() throws {
        var jobs = try WorkloadFile.read(path: SharedData.path("psplib")).jobs
        let best = try BestKnown.read(path: SharedData.path("psplib"))
        #expect(best.attach(to: &jobs) == 480)
        for job in jobs {
            let known = try #require(job.bestKnownMakespan)
            #expect(job.criticalPath <= known, "\(job.name)")
        }
    }

    @Test("13 jobs of Alibaba wait for themselves, and the notes say so")
    func cycles() throws {
        let workload = try WorkloadFile.read(path: SharedData.path("alibaba2018"))
        #expect(workload.notes.contains { $0.message.hasPrefix("left out 13 of 1325 jobs") })
    }
}

enum SharedData {
    struct Folder: Sendable, CustomTestStringConvertible {
        var name: String
        var jobs: Int
        var tasks: Int

        var testDescription: String { name }
    }

    static let expected = [
        Folder(name: "wfinstances", jobs: 90, tasks: 29_431), Folder(name: "tpch", jobs: 105, tasks: 96_514),
        Folder(name: "sizey", jobs: 2, tasks: 2_938 + 1_011), Folder(name: "lotaru", jobs: 84, tasks: 7_895),
        Folder(name: "alibaba2018", jobs: 1_306, tasks: 101_285),
        Folder(name: "psplib", jobs: 480, tasks: 240 * (30 + 60)),
    ]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data").path

    static var isThere: Bool { FileManager.default.fileExists(atPath: root) }

    static func path(_ folder: String) -> String { "\(root)/\(folder)" }
}
