import BatonCore
import BatonOptimizer
import BatonSimulator
import Testing

/// Clusters of several kinds of workers, with prices.
@Suite struct WorkerKindTests {
    private static func machine(
        _ kind: String, cores: Int64, memory: Int64, speed: Int64 = 1000, price: Double?
    ) -> Machine {
        Machine(
            capacity: Resources(milliCPU: cores * 1000, memoryBytes: memory << 30), speedPermille: speed, kind: kind,
            pricePerHour: price)
    }

    private static func subject(
        _ tasks: [Workflow.Task], _ machines: [Machine], seconds: Int64 = 10
    ) throws -> Subject {
        let workflow = Workflow(name: "w", tasks: tasks)
        let expansion = try workflow.expand(parameters: [])
        return Subject(
            workflow, expansion: expansion,
            knowledge: expansion.instances.map { _ in TaskKnowledge(nanoseconds: seconds * 1_000_000_000) },
            machines: machines)
    }

    /// One task that only the large worker can hold, and three after it that any can.
    private static let tail = [
        Fixture.task("big") { $0.request.memoryBytes = .exactly(32 << 30) }, Fixture.task("post1", needs: ["big"]),
        Fixture.task("post2", needs: ["post1"]), Fixture.task("post3", needs: ["post2"]),
    ]

    private static let large = machine("large", cores: 4, memory: 64, price: 4)

    @Test("what may run on one kind only sets the pace of that kind, and more workers help where they are of it")
    func confined() throws {
        let machines = ["plain", "plain", "gpu"].map { Self.machine($0, cores: 1, memory: 8, price: nil) }
        let tasks = (0..<4).map { number in
            Fixture.task("train\(number)") { ($0.request.milliCPU, $0.request.workerKinds) = (.exactly(1000), ["gpu"]) }
        }
        let analysis = Analysis(try Self.subject(tasks, machines))
        #expect(analysis.paces.first?.kind == .kinds(["gpu"]) && analysis.paces.first?.nanoseconds == 40_000_000_000)
        let speedUp = SpeedUp(analysis)
        // The second worker is the first of that kind, the fifth the second.
        #expect(speedUp.points.prefix(4).map(\.count) == [2, 3, 4, 6])
        #expect(speedUp.points.prefix(4).map(\.nanoseconds) == [40, 40, 40, 20].map { $0 * 1_000_000_000 })
    }

    @Test("what needs no dear worker leaves it to those that do, at the same time for less")
    func cheaper() throws {
        let small = Self.machine("small", cores: 2, memory: 8, price: 0.2)
        let proposal = try #require(
            Fixture.priced(try Self.subject(Self.tail, [Self.large, small])).proposals.first {
                $0.finding.kind == .workerKind
            })
        #expect(proposal.finding.id == "worker-kind:post1")
        #expect(
            proposal.finding.edits == (1...3).map { .setWorkerKinds(task: "post\($0)", ["small"]) })
        #expect(
            proposal.finding.evidence == [
                "'post1' and 2 others can run on 'small' and be done by the same time; "
                    + "a core costs 1 an hour on 'large' and 0.1 on 'small'."
            ])
        #expect(proposal.verdict == .worthIt)
        let promise = try #require(proposal.promise)
        // 40 s of the large worker before; 10 s of it and 40 s of the small one after.
        #expect(abs(promise.cost.mean - (1 - (4 * 10 + 0.2 * 40) / (4 * 40))) < 0.001)
        #expect(promise.cost.isSure && promise.completionTime.isNothing)
    }

    @Test("what would be late on a slower worker stays where it is, and what has the time goes")
    func slower() throws {
        let slow = Self.machine("slow", cores: 2, memory: 8, speed: 500, price: 0.2)
        let chain = Analysis(try Self.subject(Self.tail, [Self.large, slow]))
        #expect(!chain.findings.contains { $0.kind == .workerKind })
        let aside = Analysis(try Self.subject(Self.tail + [Fixture.task("aside")], [Self.large, slow]))
        let found = aside.findings.first { $0.kind == .workerKind }
        #expect(found?.edits == [.setWorkerKinds(task: "aside", ["slow"])])
        let evidence = try #require(found?.evidence.first)
        #expect(evidence.contains("by the same time, with 20.0s to spare; a core costs 1 an hour"))
    }

    @Test("nothing is said without prices, of one kind, or of tasks that say where they run")
    func silent() throws {
        func isFound(_ machines: [Machine], _ tasks: [Workflow.Task] = Self.tail) throws -> Bool {
            Analysis(try Self.subject(tasks, machines)).findings.contains { $0.kind == .workerKind }
        }
        let small = Self.machine("small", cores: 2, memory: 8, price: 0.2)
        #expect(try isFound([Self.large, small]))
        #expect(try !isFound([Self.large, Self.machine("small", cores: 2, memory: 8, price: nil)]))
        #expect(try !isFound([Self.large, Self.large]))
        #expect(try !isFound([Self.large, Self.machine("other", cores: 2, memory: 8, price: 2)]), "as dear")
        let said = Self.tail.map { task in
            var task = task
            task.request.workerKinds = ["large", "small"]
            return task
        }
        #expect(try !isFound([Self.large, small], said))
        // 60 such tasks beside one another would take longer than all the rest on two cores.
        let many = Self.tail + (0..<60).map { Fixture.task("side\($0)") }
        #expect(
            !Analysis(try Self.subject(many, [Self.large, small])).findings.contains {
                $0.kind == .workerKind && $0.tasks.contains("side0")
            })
    }
}
