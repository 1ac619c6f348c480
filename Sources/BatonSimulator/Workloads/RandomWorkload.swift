public import BatonCore

/// Small workflows that use everything a workflow can say: every shape, fan-outs known before and during the run,
/// conditions, limits, retries, timeouts, priorities, memory and `finally` tasks.
public struct RandomWorkload: Hashable, Sendable {
    /// Most runs; each arrives within a minute of the one before.
    public var runs: Int
    /// Tasks fail, time out and outgrow their memory by themselves.
    public var isTroubled: Bool

    /// Some tasks may run on workers of one of these kinds only.
    public var kinds: [String]

    public init(runs: Int = 3, isTroubled: Bool = true, kinds: [String] = []) {
        self.runs = runs
        self.isTroubled = isTroubled
        self.kinds = kinds
    }

    /// - Parameter worker: tasks ask for no more than this.
    public func workload(for worker: Resources, seed: UInt64) -> Workload {
        var generator = SeededGenerator(seed: seed)
        var at = Instant.zero
        let count = generator.int(in: 1...runs)
        return Workload(
            (0..<count).map { index in
                defer { at = at.advanced(by: generator.duration(in: 0...60)) }
                let run = Run.ID(rawValue: SeededGenerator.mix(seed) &+ UInt64(index))
                return arrival(run: run, at: at, worker, using: &generator)
            }
        )
    }

    private static let limits = [
        Workflow.Limit(name: "license", capacity: 2), Workflow.Limit(name: "one", capacity: 1),
    ]

    private func arrival(
        run: Run.ID, at: Instant, _ worker: Resources, using generator: inout SeededGenerator
    ) -> Workload.Arrival {
        var sketch = WorkflowSketch()
        var exits: [String] = []
        for _ in 0..<generator.int(in: 1...3) {
            let shape = generator.pick(Shape.allCases)
            exits = shape.draw(in: &sketch, after: generator.percent(80) ? exits : [], using: &generator)
        }
        for index in sketch.tasks.indices {
            sketch.adjust(index) { task, behaviour in decorate(&task, &behaviour, worker, using: &generator) }
        }
        addFinally(to: &sketch, using: &generator)
        return sketch.arrival(name: "random", run: run, at: at, limits: Self.limits)
    }

    private func decorate(
        _ task: inout Workflow.Task, _ behaviour: inout Workload.Behaviour, _ worker: Resources,
        using generator: inout SeededGenerator
    ) {
        if generator.percent(20) { task.priority = Int32(generator.int(in: 0...100)) }
        if generator.percent(30) {
            task.request.milliCPU = .exactly(Int64(generator.int(in: 0...Int(worker.milliCPU / 500))) * 500)
        }
        if generator.percent(30) {
            task.request.memoryBytes = .exactly(worker.memoryBytes / Int64(generator.int(in: 1...8)))
        }
        if generator.percent(15) {
            task.request.slots = [.init(limit: generator.pick(Self.limits).name)]
        }
        if generator.percent(30) { task.expectedDuration = behaviour.duration }
        if generator.percent(10) {
            let isTrue = generator.percent(70)
            task.condition = parse(isTrue ? "1 < 2" : "2 < 1")
        }
        if !kinds.isEmpty, generator.percent(50) { task.request.workerKinds = [generator.pick(kinds)] }
        guard isTroubled else { return }
        if generator.percent(40) {
            task.retry = RetryRule(
                limit: Int32(generator.int(in: 1...3)), backoff: generator.duration(in: 0...5),
                triggers: generator.percent(25) ? [.exitCode(75), .outOfMemory, .timeout, .signal] : nil
            )
        }
        if generator.percent(15) {
            behaviour.failures = (0..<generator.int(in: 1...3)).map { _ in generator.pick([1, 75, 137]) }
        }
        if generator.percent(15) { task.timeout = generator.duration(in: 1...30) }
        if task.timeout != nil && generator.percent(30) { behaviour.duration = .seconds(365 * 86_400) }  // it hangs
        if generator.percent(20) {
            task.speculation = task.timeout.map { $0 / 2 } ?? generator.duration(in: 1...20)
        }
        if generator.percent(20) {
            behaviour.peakMemoryBytes = worker.memoryBytes / Int64(generator.int(in: 1...6))
        }
    }

    private func addFinally(to sketch: inout WorkflowSketch, using generator: inout SeededGenerator) {
        guard generator.percent(40) else { return }
        // A fan-out as a whole has no state that could be read.
        let subject = sketch.tasks.first { $0.fanOut == nil }!.name
        var before: [String] = []
        for _ in 0..<generator.int(in: 1...2) {
            let name = sketch.add(needs: before, duration: generator.duration(in: 0.1...2))
            sketch.adjustLast { task, _ in
                task.isFinally = true
                if generator.percent(30) { task.condition = parse("tasks.\(subject).state != \"succeeded\"") }
            }
            before = [name]
        }
    }
}

/// How some tasks hang together.
private enum Shape: CaseIterable {
    case chain, diamond, layered, forkJoin, fanOut, dynamicFanOut

    /// - Returns: names of the tasks at its end.
    func draw(
        in sketch: inout WorkflowSketch, after entries: [String], using generator: inout SeededGenerator
    ) -> [String] {
        let seconds = 0.1...20.0
        switch self {
        case .chain:
            var last = entries
            for _ in 0..<generator.int(in: 1...5) {
                last = [sketch.add(needs: last, duration: generator.duration(in: seconds))]
            }
            return last
        case .diamond:
            let top = sketch.add(needs: entries, duration: generator.duration(in: seconds))
            return sketch.addForkJoin(width: 2, after: [top], seconds, using: &generator)
        case .layered:
            let (layers, width) = (generator.int(in: 2...3), generator.int(in: 1...4))
            return sketch.addLayers(layers, width: width, degree: 2, after: entries, seconds, using: &generator)
        case .forkJoin:
            return sketch.addForkJoin(width: generator.int(in: 1...6), after: entries, seconds, using: &generator)
        case .fanOut:
            let values = (0..<generator.int(in: 0...5)).map { Value.number(Double($0)) }
            return fanOut(over: .list(values), in: &sketch, after: entries, using: &generator)
        case .dynamicFanOut:
            let lister = sketch.add(needs: entries, duration: generator.duration(in: seconds))
            let lines = (0..<generator.int(in: 0...5)).map { "file\($0)" }.joined(separator: "\n")
            sketch.adjustLast { _, behaviour in behaviour.values = TaskValues(stdout: lines) }
            return fanOut(
                over: .expression(parse("tasks.\(lister).lines")), in: &sketch, after: [], using: &generator
            )
        }
    }

    /// A fan-out, and a task that waits for all of it.
    private func fanOut(
        over values: Workflow.FanOut.Values, in sketch: inout WorkflowSketch, after entries: [String],
        using generator: inout SeededGenerator
    ) -> [String] {
        let group = sketch.add(needs: entries, duration: generator.duration(in: 0.1...10))
        sketch.adjustLast { task, _ in task.fanOut = Workflow.FanOut(axes: [.init(name: "x", values: values)]) }
        return [sketch.add(needs: [group], duration: generator.duration(in: 0.1...5))]
    }
}

extension WorkflowSketch {
    /// Layers of equally many tasks; each needs some tasks of the layer before.
    ///
    /// - Returns: names of the last layer.
    fileprivate mutating func addLayers(
        _ layers: Int, width: Int, degree: Int, after entries: [String], _ seconds: ClosedRange<Double>,
        using generator: inout SeededGenerator
    ) -> [String] {
        var before = entries
        for layer in 0..<layers {
            var names: [String] = []
            for _ in 0..<width {
                var needs: [String] = layer == 0 ? entries : []
                if layer > 0 {
                    for _ in 0..<degree {
                        let need = generator.pick(before)
                        if !needs.contains(need) { needs.append(need) }
                    }
                }
                names.append(add(needs: needs, duration: generator.duration(in: seconds)))
            }
            before = names
        }
        return before
    }

    /// Tasks side by side, and one that waits for all of them.
    ///
    /// - Returns: the name of the closing task.
    fileprivate mutating func addForkJoin(
        width: Int, after entries: [String], _ seconds: ClosedRange<Double>, using generator: inout SeededGenerator
    ) -> [String] {
        let fork = (0..<width).map { _ in add(needs: entries, duration: generator.duration(in: seconds)) }
        return [add(needs: fork, duration: generator.duration(in: seconds))]
    }
}

/// An expression that this file spells correctly.
private func parse(_ source: String) -> Expression {
    do throws(ExpressionError) {
        return try Expression(parsing: source)
    } catch {
        preconditionFailure("\(source): \(error.message)")
    }
}
