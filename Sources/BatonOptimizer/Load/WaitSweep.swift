import BatonCore
import BatonSimulator

/// Goes through a simulated run beside others from its start to its end, and notes what it waits for that others hold.
///
/// At each moment it asks for the task of the workflow that starts next of those that are ready: what has too little room for it,
/// and would have enough if the others held nothing. What the workflow itself holds is no fault of the load.
struct WaitSweep {
    private let subject: Subject
    private let load: [OpenRun]
    private let machines: [Machine]
    private let allowance: Allowance?
    /// Of the workflow's own run.
    private let own: Run.ID
    /// By machine.
    private var ownUse: [Resources]
    /// By run and machine.
    private var use: [[Resources]]
    /// By limit of the workflow.
    private var ownUnits: [Int64]
    /// By run and limit of the workflow.
    private var units: [[Int64]]

    /// - Parameters:
    ///   - machines: that all share.
    ///   - allowance: of the workflow; nil for all of them.
    init(
        _ subject: Subject, beside load: [OpenRun], on machines: [Machine], within allowance: Allowance?, own: Run.ID
    ) {
        self.subject = subject
        self.load = load
        self.machines = machines
        self.allowance = allowance
        self.own = own
        ownUse = machines.map { _ in .zero }
        use = load.map { _ in machines.map { _ in .zero } }
        ownUnits = subject.workflow.limits.map { _ in 0 }
        units = load.map { _ in subject.workflow.limits.map { _ in 0 } }
    }

    private enum Step: Int {
        case end, start, ready
    }

    /// - Parameter spans: of all attempts, those of others included.
    mutating func record(_ spans: [Report.Span]) -> WaitRecord {
        let waiting = waiting(spans)
        var steps: [(at: Int64, step: Step, place: Int)] = []
        for (place, span) in spans.enumerated() where span.start < span.end {
            steps.append((span.start.nanoseconds, .start, place))
            steps.append((span.end.nanoseconds, .end, place))
        }
        for (place, wait) in waiting.enumerated() { steps.append((wait.ready, .ready, place)) }
        steps.sort { ($0.at, $0.step.rawValue, $0.place) < ($1.at, $1.step.rawValue, $1.place) }
        var record = WaitRecord()
        var queue = TimedQueue<Int>()
        for (number, step) in steps.enumerated() {
            switch step.step {
            case .start: book(spans[step.place], sign: 1)
            case .end: book(spans[step.place], sign: -1)
            case .ready: queue.insert(step.place, at: Instant(nanoseconds: waiting[step.place].start))
            }
            while queue.popDue(at: Instant(nanoseconds: step.at)) != nil {}
            guard number + 1 < steps.count, steps[number + 1].at > step.at, let next = queue.first else { continue }
            note(waiting[next], from: step.at, to: steps[number + 1].at, in: &record)
        }
        return record
    }

    // MARK: Who waits

    private struct Waiting {
        var instance: Int
        var ready: Int64
        var start: Int64
        var grant: Resources
    }

    /// First attempts of the workflow that did not start when they could.
    private func waiting(_ spans: [Report.Span]) -> [Waiting] {
        let count = subject.graph.count
        var starts = [Int64?](repeating: nil, count: count)
        var ends = [Int64](repeating: 0, count: count)
        var grants = [Resources](repeating: .zero, count: count)
        for span in spans where span.attempt.run == own {
            let instance = Int(span.attempt.task.index)
            if span.start.nanoseconds < starts[instance] ?? .max {
                starts[instance] = span.start.nanoseconds
                grants[instance] = span.grant
            }
            ends[instance] = max(ends[instance], span.end.nanoseconds)
        }
        var waiting: [Waiting] = []
        for instance in subject.order {
            let ready = subject.graph.dependencies(of: instance).reduce(0) { max($0, ends[Int($1)]) }
            guard subject.isCommand(instance) else {
                ends[instance] = ready
                continue
            }
            guard let start = starts[instance], start > ready, !subject.task(of: instance).isFinally else { continue }
            waiting.append(Waiting(instance: instance, ready: ready, start: start, grant: grants[instance]))
        }
        return waiting
    }

    // MARK: Who holds what

    private mutating func book(_ span: Report.Span, sign: Int64) {
        let machine = Int(span.worker.index)
        let instance = Int(span.attempt.task.index)
        if span.attempt.run == own {
            ownUse[machine] = ownUse[machine].adding(span.grant, times: sign)
            for slot in subject.expansion.instances[instance].request.slots {
                ownUnits[Int(slot.limit)] += sign * slot.units
            }
        } else if let run = load.firstIndex(where: { $0.id == span.attempt.run }) {
            use[run][machine] = use[run][machine].adding(span.grant, times: sign)
            let limits = load[run].rest.workflow.limits
            for slot in load[run].rest.expansion.instances[instance].request.slots {
                let name = limits[Int(slot.limit)].name
                guard let limit = subject.workflow.limits.firstIndex(where: { $0.name == name }) else { continue }
                units[run][limit] += sign * slot.units
            }
        }
    }

    private func note(_ waiting: Waiting, from start: Int64, to end: Int64, in record: inout WaitRecord) {
        guard let (cause, amounts) = obstacle(waiting) else { return }
        let holders = zip(load, amounts).filter { $1 > 0 }.map { (key: $0.id, weight: $1) }
        guard !holders.isEmpty else { return }
        record.add(
            cause, from: start, to: end, task: subject.task(of: waiting.instance).name, holders: holders)
    }

    /// What keeps the task from starting that the others hold, and how much of it each of them does.
    private func obstacle(_ waiting: Waiting) -> (cause: Pace.Kind, amounts: [Double])? {
        let request = subject.expansion.instances[waiting.instance].request
        for slot in request.slots {
            let limit = Int(slot.limit)
            let left = subject.workflow.limits[limit].capacity - ownUnits[limit] - slot.units
            let others = units.reduce(0) { $0 + $1[limit] }
            if left < others {
                guard left >= 0 else { return nil }
                return (.limit(subject.workflow.limits[limit].name), units.map { Double($0[limit]) })
            }
        }
        let held = ownUse.reduce(waiting.grant) { $0 + $1 }
        guard allowance?.permits(held) ?? true else { return nil }
        let able = machines.indices.filter { request.allows(machines[$0].kind) }
        let alone = able.filter { waiting.grant.fits(in: machines[$0].capacity - ownUse[$0]) }
        // Where others hold least of what it could have.
        func left(_ machine: Int) -> Resources {
            use.reduce(machines[machine].capacity - ownUse[machine]) { $0 - $1[machine] }
        }
        guard let machine = alone.max(by: { left($0).milliCPU < left($1).milliCPU }),
            !alone.contains(where: { waiting.grant.fits(in: left($0)) })
        else { return nil }
        let resources: [(Pace.Kind, KeyPath<Resources, Int64>)] = [
            (.cores, \.milliCPU), (.memory, \.memoryBytes), (.gpus, \.gpus), (.disk, \.diskBytes),
        ]
        for (cause, amount) in resources where waiting.grant[keyPath: amount] > left(machine)[keyPath: amount] {
            let isOfKind = able.count < machines.count
            let kinds = request.workerKinds ?? []
            return (isOfKind ? .kinds(kinds) : cause, use.map { Double($0[machine][keyPath: amount]) })
        }
        return nil
    }
}

extension Resources {
    fileprivate func adding(_ other: Resources, times sign: Int64) -> Resources {
        sign > 0 ? self + other : self - other
    }
}
