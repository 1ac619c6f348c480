import BatonCore
import BatonFormats
import BatonSimulator

/// Two policies against each other, trial by trial, until one is better beyond doubt or the trials are used up.
struct ABTest {
    let setting: Setting
    private(set) var test = SequentialTest()

    /// - Parameter setting: with two contenders.
    init(_ setting: Setting) {
        precondition(setting.experiment.contenders.count == 2, "an A/B test is between two")
        self.setting = setting
    }

    /// Runs trials in the order of a seeded shuffle, since problems of one folder come sorted by difficulty.
    mutating func run() {
        var generator = SeededGenerator(seed: 0xAB)
        let order = Array(0..<setting.experiment.trialCount).shuffled(using: &generator)
        let runner = ExperimentRunner(threads: setting.threads)
        // A batch may run trials that are not needed any more; they are never looked at.
        for start in stride(from: 0, to: order.count, by: setting.threads) {
            let batch = order[start..<min(start + setting.threads, order.count)]
            for pair in runner.run(setting.experiment, trials: Array(batch)).measurements {
                let first = pair[0].value(of: setting.objective, over: pair[1])
                let second = pair[1].value(of: setting.objective, over: pair[1])
                guard first > 0, second > 0, first.isFinite, second.isFinite else { continue }
                // Logarithms, so that halving and doubling weigh the same.
                test.add(PortableMath.log(first / second))
                if test.verdict != .undecided { return }
            }
        }
    }

    private var names: (first: String, second: String) {
        (setting.experiment.contenders[0].name, setting.experiment.contenders[1].name)
    }

    /// The first one's time over the second one's, with where it lies.
    private var ratio: (value: Double, interval: Interval?) {
        (
            PortableMath.exp(test.mean),
            test.interval.map {
                Interval(PortableMath.exp($0.low), PortableMath.exp($0.high))
            }
        )
    }

    var text: String {
        let trials = "\(test.differences.count) of at most \(setting.experiment.trialCount) trials"
        let heading = [
            "workload     \(setting.workload)", "cluster      \(setting.cluster)", "uncertainty  \(setting.noise)",
            "question     does \(names.first) \(setting.objective.question) than \(names.second)?", "",
        ]
        return (heading + [answer(after: trials)]).joined(separator: "\n")
    }

    private func answer(after trials: String) -> String {
        guard let interval = ratio.interval else {
            return
                "No answer: an A/B test looks at \(test.least) trials or more, and there were \(test.differences.count). Try --seeds 300."
        }
        let range = "between \(Figures.ratio(interval.low)) and \(Figures.ratio(interval.high))"
        switch test.verdict {
        case .below, .above:
            let isFirst = test.verdict == .below
            let (winner, loser) = isFirst ? names : (names.second, names.first)
            let factor = isFirst ? ratio.value : 1 / ratio.value
            return
                "\(winner) \(setting.objective.claim(Figures.percent((1 - factor) * 100))) than \(loser): decided after \(trials). "
                + "The ratio \(names.first) to \(names.second) lies \(range), with 95 % confidence however often one looks."
        case .undecided:
            return
                "No difference was found in \(trials): the ratio \(names.first) to \(names.second) lies \(range), with 95 % "
                + "confidence however often one looks."
        }
    }

    var json: Value {
        .object([
            "workload": .string(setting.workload), "objective": .string(setting.objective.description),
            "cluster": .string(setting.cluster),
            "uncertainty": .string(setting.noise), "a": .string(names.first), "b": .string(names.second),
            "trials": .number(test.differences.count), "trials_at_most": .number(setting.experiment.trialCount),
            "ratio": .number(ratio.value),
            "confidence_sequence_95": ratio.interval.map { .list([.number($0.low), .number($0.high)]) } ?? .null,
            "better": winner.map { .string($0) } ?? .null,
        ])
    }

    private var winner: String? {
        switch test.verdict {
        case .below: names.first
        case .above: names.second
        case .undecided: nil
        }
    }
}
