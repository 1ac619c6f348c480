import BatonCore
import BatonOptimizer
import BatonTesting
import Testing

@Suite struct AnalysisTests {
    @Test("the longer of two branches is critical, and the other has slack") func criticality() throws {
        let subject = try Fixture.subject([
            Fixture.task("long"), Fixture.task("short"), Fixture.task("end", needs: ["long", "short"]),
        ]) { name in
            TaskKnowledge(nanoseconds: name == "long" ? 10_000_000_000 : 1_000_000_000, spread: 0.1)
        }
        let analysis = Analysis(subject)
        #expect(analysis.criticality.path == [0, 2])
        #expect(analysis.criticality.share == [1, 0, 1])
        #expect(analysis.criticality.slackNanoseconds == [0, 9_000_000_000, 0])
        #expect(analysis.bottlenecks.map(\.tasks) == [["long"], ["end"]])
        #expect(analysis.findings.filter { $0.kind != .order }.isEmpty, "nothing is wrong with it")
    }

    @Test("of two branches that are alike each is critical in about half of the executions") func tie() throws {
        let subject = try Fixture.subject([
            Fixture.task("a"), Fixture.task("b"), Fixture.task("end", needs: ["a", "b"]),
        ]) { _ in TaskKnowledge(nanoseconds: 1_000_000_000, spread: 0.5) }
        let share = Analysis(subject).criticality.share
        #expect(share[0] + share[1] == 1)
        #expect((0.35...0.65).contains(share[0]))
    }

    @Test("what takes longest to let everything through sets the pace") func pace() throws {
        let subject = try Fixture.subject(
            (0..<8).map { Fixture.task("t\($0)") { $0.request.memoryBytes = .exactly(8_000_000_000) } })
        // Two at a time by memory, four by cores.
        let paces = Analysis(subject).paces
        #expect(paces.map(\.kind) == [.memory, .cores, .path])
        #expect(paces.map(\.nanoseconds) == [4_000_000_000, 2_000_000_000, 1_000_000_000])
    }

    @Test("an edge is redundant exactly when its ends are connected without it", arguments: 0..<20 as Range<UInt64>)
    func redundantEdges(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let count = 30
        var edges: [(Int, Int)] = []
        for to in 1..<count {
            for from in 0..<to where generator.unit() < 0.12 { edges.append((from, to)) }
        }
        let tasks = (0..<count).map { node in
            Fixture.task("t\(node)", needs: edges.filter { $0.1 == node }.map { "t\($0.0)" })
        }
        let subject = try Fixture.subject(tasks)
        let found = Analysis(subject).findings.filter { $0.kind == .redundantDependency }.flatMap(\.edits)
        let expected = edges.filter { edge in isConnected(edge.0, edge.1, edges.filter { $0 != edge }) }
            .map { WorkflowEdit.removeNeed(task: "t\($0.1)", need: "t\($0.0)") }
        #expect(Set(found) == Set(expected))
        // All can go at once.
        let edited = try subject.workflow.applying(found)
        let again = try Fixture.subject(edited.tasks)
        #expect(!Analysis(again).findings.contains { $0.kind == .redundantDependency })
    }

    private func isConnected(_ from: Int, _ to: Int, _ edges: [(Int, Int)]) -> Bool {
        var reached: Set = [from]
        for node in from...to where reached.contains(node) {
            for edge in edges where edge.0 == node { reached.insert(edge.1) }
        }
        return reached.contains(to)
    }

    @Test("a speed-up ends where the longest path does") func speedUp() throws {
        let subject = try Fixture.subject(
            (0..<8).map { Fixture.task("t\($0)") } + [Fixture.task("end", needs: (0..<8).map { "t\($0)" })])
        let speedUp = SpeedUp(Analysis(subject))
        #expect(speedUp.points.first?.nanoseconds == 9_000_000_000)
        #expect(speedUp.points.last?.nanoseconds == 2_000_000_000)
        let knee = try #require(speedUp.knee)
        #expect(speedUp.points[knee].count >= 8)
        #expect(abs(speedUp.serialShare - 2.0 / 9) < 1e-9)
    }
}
