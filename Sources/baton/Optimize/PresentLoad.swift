import BatonCore
import BatonOptimizer
import BatonPolicies
import BatonRuntime
import BatonSimulator
import BatonStore

/// What goes on in a data directory now: its open runs that somebody drives, on the machine that a workflow would share with them.
struct PresentLoad {
    let runs: [OpenRun]
    let now: Instant
    /// Of the machine that all share.
    let capacity: Resources
    /// A server drives them all, and would drive the workflow; else each has an orchestrator of its own.
    let isOfServer: Bool
    /// In sentences.
    let notes: [String]

    /// Simulating more of others would take longer than the prices are worth.
    private static let mostTasks = 2_000

    /// - Parameters:
    ///   - store: nil where nothing has run.
    ///   - machine: as far as the workflow may use it; in a server all its runs together may.
    init(_ data: DataDirectory, _ store: (any Store)?, on machine: BatonSimulator.Machine, isOfServer: Bool) throws {
        now = LiveClock().now
        var machine = machine
        if !isOfServer {
            let cores = Int64(BatonRuntime.Machine.cores) * 1000
            machine.capacity.milliCPU = max(machine.capacity.milliCPU, cores)
        }
        capacity = machine.capacity
        self.isOfServer = isOfServer
        let open = try store?.runs(matching: RunFilter(statuses: [.running, .paused, .cancelling], limit: 256)) ?? []
        let driven = open.filter { data.isDriven($0.id) }
        var runs: [OpenRun] = []
        for run in driven {
            var replay = Replay(run: run.id)
            _ = try store.map { try replay.advance($0) }
            let open = Self.run(run.id, replay.engine, now, [machine], mostTasks: Self.mostTasks / driven.count)
            if let open { runs.append(open) }
        }
        self.runs = runs
        let omitted = runs.reduce(0) { $0 + $1.omittedTasks }
        notes =
            omitted == 0
            ? []
            : [
                "\(Sentence.count(omitted, "task")) of other runs \(omitted == 1 ? "is" : "are") left out: they start last, wait "
                    + "for approval, or their run is paused."
            ]
    }

    private static func run(
        _ run: Run.ID, _ engine: Engine, _ now: Instant, _ machines: [BatonSimulator.Machine], mostTasks: Int
    ) -> OpenRun? {
        let known = engine.instances(of: run).enumerated().compactMap { index, instance -> Int64? in
            instance.expectedNanoseconds(engine.estimate(of: TaskReference(run: run, task: TaskInstance.ID(index))))
        }.sorted()
        let typical = known.isEmpty ? Duration.seconds(1) : .nanoseconds(known[known.count / 2])
        return OpenRun(run, in: engine, at: now, machines: machines, mostTasks: mostTasks) {
            TaskKnowledge($0, $1, typical: typical)
        }
    }

    var isEmpty: Bool { runs.isEmpty }
    var runningTasks: Int { runs.reduce(0) { $0 + $1.runningTasks } }
    var waitingTasks: Int { runs.reduce(0) { $0 + $1.waitingTasks } }
    var held: Resources { runs.reduce(into: .zero) { $0 += $1.held } }

    /// How runs share the machine where 'intelligent' decides: in a server the run with the least left goes first; orchestrators
    /// of their own leave each other equal parts.
    var sharingPolicy: any Policy {
        isOfServer ? ShortestRemainingRunFirst(capFactor: .infinity, patience: nil) : EqualShares()
    }
}
