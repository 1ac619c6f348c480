public import BatonCore

/// Draws a different mixture of faults for every seed.
///
/// Each kind of fault is in or out as a whole: a plan in which everything always goes wrong a little never shows what
/// one kind can do alone.
///
/// - Source: Groce and others 2012, "Swarm testing", doi:10.1145/2338965.2336763.
public struct Swarm: Hashable, Sendable {
    /// Faults end within this time.
    public var span: Duration

    public init(span: Duration = .seconds(120)) {
        self.span = span
    }

    public func plan(for runs: [Run.ID], on workers: [Machine], seed: UInt64) -> FaultPlan {
        var generator = SeededGenerator(seed: ~seed)
        var plan = FaultPlan(seed: seed, endsAt: Instant.zero.advanced(by: span))
        plan.rates = rates(using: &generator)
        if generator.percent(50) { plan.crashes = crashes(using: &generator) }
        func some(_ share: Int, _ most: Int, _ incident: (Instant) -> [FaultPlan.Incident]) {
            guard generator.percent(share) else { return }
            for _ in 0..<generator.int(in: 1...most) {
                let at = Instant.zero.advanced(by: generator.duration(in: 0...span.seconds))
                plan.incidents += incident(at)
            }
        }
        some(30, 2) { at in
            [.init(at: at, .supervisorDies(back: generator.duration(in: 0...10)))]
        }
        var names = Array(workers.indices)
        some(30, min(2, workers.count)) { at in
            let lost = names.remove(at: generator.int(in: 0...names.count - 1))
            let back = at.advanced(by: generator.duration(in: 0...30))
            return [
                .init(at: at, .workerLost(Worker.ID(lost))), .init(at: back, .workerJoins(workers[lost])),
            ]
        }
        some(30, 2) { at in [.init(at: at, .storeFull(generator.duration(in: 0.1...20)))] }
        some(30, 3) { at in
            let index = generator.int(in: 0...workers.count - 1)
            var remaining = workers[index].capacity
            remaining.milliCPU /= Int64(generator.int(in: 1...4))
            remaining.memoryBytes /= Int64(generator.int(in: 1...4))
            return [
                .init(at: at, .workerShared(Worker.ID(index), remaining: remaining, generator.duration(in: 1...30)))
            ]
        }
        some(30, 2) { at in
            let run = generator.pick(runs)
            let end = at.advanced(by: generator.duration(in: 0...20))
            return [.init(at: at, .wish(.pause(run))), .init(at: end, .wish(.unpause(run)))]
        }
        some(30, 2) { at in
            let run = generator.pick(runs)
            let again = at.advanced(by: generator.duration(in: 0...10))
            let force = generator.percent(30)
            return [
                .init(at: at, .wish(.cancel(run, force: force))), .init(at: again, .wish(.cancel(run, force: true))),
            ]
        }
        some(40, 3) { at in [.init(at: at.advanced(by: span), .wish(.retry(generator.pick(runs))))] }
        // A crash before the append swallows an unpausing; the user notices, and asks again.
        for patience in 2...3 {
            let at = plan.endsAt.advanced(by: span * patience)
            plan.incidents += runs.map { FaultPlan.Incident(at: at, .wish(.unpause($0))) }
        }
        return plan
    }

    private func rates(using generator: inout SeededGenerator) -> FaultPlan.Rates {
        func rate(_ most: Int) -> UInt64 { generator.percent(40) ? UInt64(generator.int(in: 1...most)) : 0 }
        return FaultPlan.Rates(
            straggler: rate(100), spuriousFailure: rate(200), lostReport: rate(200), lateReport: rate(300),
            duplicateReport: rate(300), growth: rate(300)
        )
    }

    private func crashes(using generator: inout SeededGenerator) -> [FaultPlan.Crash] {
        (0..<generator.int(in: 1...4)).map { _ in
            let point: FaultPlan.Crash.Point =
                generator.percent(40) ? .beforeAppend : .afterOrders(generator.int(in: 0...3))
            return FaultPlan.Crash(
                turn: generator.int(in: 1...60), point: point, downtime: generator.duration(in: 0...30)
            )
        }
    }
}
