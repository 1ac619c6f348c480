/// Learns from attempts what the next will take.
///
/// ```
/// var predictor = Predictor()
/// predictor.observe(measurement, of: profile)
/// predictor.predict(profile, .memory).p90
/// ```
/// A value: the same observations in the same order give the same predictions, on every machine.
public struct Predictor: Sendable {
    /// Attempts remembered of a signature, and of a tool: older ones say nothing that these do not.
    static let rowLimit = 48

    public static let version = "ensemble-2"

    var signatures: [String: Int32] = [:]
    var tools: [String: Int32] = [:]
    var histories: [[Observation]] = []
    var toolHistories: [[Observation]] = []
    var largest: [SIMD4<Double>] = []
    var ledger = SampleLedger()
    var machines = MachineFactors()
    var models = Target.allCases.map { TargetModel(target: $0) }
    /// For the ablation: who keeps silent.
    var silent = Member.unearned
    private var sequences: [SequenceMember] = []

    public internal(set) var observationCount = 0

    public init() {}

    // MARK: Prediction

    public func predict(_ profile: TaskProfile, _ target: Target) -> Prediction {
        predict(profile, [target])[0]
    }

    /// - Complexity: O(attempts remembered x tasks of the sample), at most 48 and 24.
    public func predict(_ profile: TaskProfile, _ targets: [Target]) -> [Prediction] {
        let (rows, signature, basis) = rows(for: profile)
        let samples = ledger.find(profile)
        let input = Self.logarithm(profile.inputBytes)
        let table = FeatureTable(
            inputLogarithm: input, samples: samples, signature: signature, rows: rows, ledger: ledger)
        let slowness = machines.shift(of: profile.machine, signature: signature)
        return targets.map { target in
            let model = models[target.rawValue]
            let shift = target == .duration ? slowness : 0
            guard rows.contains(where: { !$0.logarithms[target.rawValue].isNaN }) else {
                return cold(profile, model, signature, shift)
            }
            let evidence = Evidence(
                target: target, rows: rows, samples: samples, signature: signature, inputLogarithm: input,
                table: table, noise: model.noise, slopes: model.slopes,
                sequence: sequences.isEmpty ? nil : sequences[target.rawValue])
            return warm(evidence, model, signature, basis, shift)
        }
    }

    private func rows(for profile: TaskProfile) -> ([Observation], Int32, Prediction.Basis) {
        let signature = signatures[profile.signature]
        if let signature, !histories[Int(signature)].isEmpty {
            return (Array(histories[Int(signature)].suffix(Self.rowLimit)), signature, .signature)
        }
        let own = signature ?? Int32(histories.count)
        if let tool = tools[profile.tool], !toolHistories[Int(tool)].isEmpty {
            return (Array(toolHistories[Int(tool)].suffix(Self.rowLimit)), own, .tool)
        }
        return ([], own, .global)
    }

    private func warm(
        _ evidence: Evidence, _ model: TargetModel, _ signature: Int32, _ basis: Prediction.Basis, _ shift: Double
    ) -> Prediction {
        var beliefs: [(belief: Belief, weight: Double)] = []
        var members: [(member: Member, logarithm: Double)] = []
        for member in Member.allCases where !silent.contains(member) {
            guard let belief = member.belief(evidence) else { continue }
            beliefs.append((belief, model.weights.weight(member, signature: signature)))
            members.append((member, belief.median + shift))
        }
        if beliefs.isEmpty {
            beliefs = [(Belief(points: evidence.measured.suffix(20).sorted()), 1)]
        }
        let count = evidence.measured.count
        let mixture = Mixture(beliefs)
        // Few attempts leave the scale itself open, and then the smallest values count in full.
        let point = mixture.leastRelativeError(limit: count < 4 ? 1_000 : 8)
        var prediction = finish(mixture, point: point, model, signature, shift)
        prediction.members = members
        prediction.basis = basis
        prediction.sampleCount = count
        if basis == .signature {
            prediction.largestSeen = Logarithm.value(largest[Int(signature)][evidence.target.rawValue])
        }
        return prediction
    }

    private func cold(
        _ profile: TaskProfile, _ model: TargetModel, _ signature: Int32, _ shift: Double
    ) -> Prediction {
        let mixture = Mixture(model.coldBeliefs(declared: Self.declared(profile, model.target)))
        var prediction = finish(
            mixture, point: mixture.leastRelativeError(limit: .infinity), model, signature, shift)
        prediction.basis = model.firsts.isEmpty ? .none : .global
        return prediction
    }

    /// The mixture's middle and spread, with the quantiles that earlier errors call for.
    private func finish(
        _ mixture: Mixture, point: Double, _ model: TargetModel, _ signature: Int32, _ shift: Double
    ) -> Prediction {
        let middle = mixture.quantile(0.5) + shift
        // 2.56 deviations lie between the 10 % and the 90 % quantile of a normal distribution.
        let spread = max((mixture.quantile(0.9) - mixture.quantile(0.1)) / 2.56, 0.01)
        let scores = model.quantiles.scores(signature: signature)
        // Four times what anybody believes is far enough: a rare error of a sure member says little about an unsure one.
        let largest = mixture.quantile(1) + shift + 1.4
        let distribution = scores.map { (value: min(middle + spread * $0.score, largest), weight: $0.weight) }
        let level = model.quantiles.level(signature: signature)
        // The middle is the members' own: errors say how far a measurement may lie from it, not that it is elsewhere.
        let p90 = max(middle, Self.quantile(distribution, level))
        let p99 = max(p90, Self.quantile(distribution, max(level, 0.99)))
        var prediction = Prediction(
            target: model.target, point: Logarithm.value(point + shift), p50: Logarithm.value(middle),
            p90: Logarithm.value(p90), p99: Logarithm.value(p99),
            distribution: distribution.map { (Logarithm.value($0.value), $0.weight) }, basis: .none, sampleCount: 0)
        prediction.middle = middle
        prediction.spread = spread
        return prediction
    }

    private static func quantile(_ distribution: [(value: Double, weight: Double)], _ level: Double) -> Double {
        let wanted = level * distribution.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        for point in distribution {
            sum += point.weight
            if sum >= wanted { return point.value }
        }
        return distribution[distribution.count - 1].value
    }

    // MARK: Learning

    /// - Parameter predictions: those made for the attempt, of any targets; nil: those that would be made now. An empty
    ///   array remembers the attempt without judging anybody by it, which takes a microsecond.
    public mutating func observe(
        _ measurement: Measurement, of profile: TaskProfile, predictions: [Prediction]? = nil
    ) {
        let judged = predictions ?? predict(profile, Target.allCases)
        let signature = identify(profile)
        let samples = ledger.identify(profile)
        var observation = Observation(
            signature: signature, samples: samples, inputLogarithm: Self.logarithm(profile.inputBytes),
            logarithms: measurement.logarithms)
        machines.learn(error: nil, on: profile.machine, signature: signature)
        for prediction in judged {
            let measured = observation.logarithms[prediction.target.rawValue]
            guard !measured.isNaN else { continue }
            judge(prediction, measured, signature)
            if prediction.target == .duration, prediction.basis == .signature {
                machines.learn(error: measured - prediction.middle, on: profile.machine, signature: signature)
            }
        }
        observation.logarithms[Target.duration.rawValue] -= machines.shift(of: profile.machine, signature: signature)
        for target in Target.allCases where !observation.logarithms[target.rawValue].isNaN {
            if histories[Int(signature)].allSatisfy({ $0.logarithms[target.rawValue].isNaN }) {
                models[target.rawValue].learn(
                    first: observation.logarithms[target.rawValue], declared: Self.declared(profile, target))
            }
        }
        if !judged.isEmpty { learnSlopes(observation) }
        remember(observation, tool: profile.tool)
        observationCount += 1
        if !silent.contains(.lstm) { fitSequences() }
    }

    private mutating func fitSequences() {
        if sequences.isEmpty { sequences = Target.allCases.map { SequenceMember(seed: UInt64($0.rawValue)) } }
        for target in Target.allCases {
            sequences[target.rawValue].fit(histories, target, observations: observationCount)
        }
    }

    private mutating func judge(_ prediction: Prediction, _ measured: Double, _ signature: Int32) {
        let place = prediction.target.rawValue
        for (member, logarithm) in prediction.members {
            let error = abs(Logarithm.value(min(logarithm - measured, 5)) - 1)
            models[place].weights.score(member, signature: signature, error: error)
        }
        if let best = prediction.members.lazy.map({ abs($0.logarithm - measured) }).min() {
            models[place].learn(error: best)
        }
        models[place].quantiles.learn(
            (measured - prediction.middle) / prediction.spread,
            isCovered: measured <= Logarithm.of(prediction.p90) + 1e-9, signature: signature)
    }

    /// How this attempt's size differed from those before, and its targets with it.
    private mutating func learnSlopes(_ observation: Observation) {
        let rows = Array(histories[Int(observation.signature)].suffix(10))
        guard !rows.isEmpty else { return }
        let table = FeatureTable(
            inputLogarithm: observation.inputLogarithm, samples: observation.samples,
            signature: observation.signature, rows: rows, ledger: ledger, hasPeers: false)
        for feature in table.features {
            let x = table.values[feature.start..<feature.start + rows.count]
            for target in Target.allCases where !observation.logarithms[target.rawValue].isNaN {
                var (count, sumX, sumY) = (0.0, 0.0, 0.0)
                for (x, row) in zip(x, rows) where !(x + row.logarithms[target.rawValue]).isNaN {
                    count += 1
                    sumX += x
                    sumY += row.logarithms[target.rawValue]
                }
                guard count > 0 else { continue }
                models[target.rawValue].learn(
                    pool: feature.kind.pool, dx: feature.query - sumX / count,
                    dy: observation.logarithms[target.rawValue] - sumY / count)
            }
        }
    }

    private mutating func remember(_ observation: Observation, tool: String) {
        let signature = Int(observation.signature)
        Self.append(observation, to: &histories[signature])
        let place = tools[tool] ?? Int32(toolHistories.count)
        if Int(place) == toolHistories.count {
            tools[tool] = place
            toolHistories.append([])
        }
        Self.append(observation, to: &toolHistories[Int(place)])
        for index in 0..<4 where !observation.logarithms[index].isNaN {
            largest[signature][index] = max(largest[signature][index], observation.logarithms[index])
        }
        ledger.record(observation.logarithms, of: observation.signature, samples: observation.samples)
    }

    private static func append(_ observation: Observation, to history: inout [Observation]) {
        history.append(observation)
        if history.count >= 2 * rowLimit { history.removeFirst(rowLimit) }
    }

    private mutating func identify(_ profile: TaskProfile) -> Int32 {
        if let known = signatures[profile.signature] { return known }
        let signature = Int32(histories.count)
        signatures[profile.signature] = signature
        histories.append([])
        largest.append(SIMD4(repeating: -.infinity))
        return signature
    }

    private static func logarithm(_ value: Double?) -> Double {
        guard let value, value > 0, value < 1e18 else { return .nan }
        return Logarithm.of(value)
    }

    /// What was declared of a target, as a logarithm; NaN where nothing was.
    private static func declared(_ profile: TaskProfile, _ target: Target) -> Double {
        switch target {
        case .duration: .nan
        case .memory: logarithm(profile.declaredMemoryBytes)
        case .cpu: logarithm(profile.declaredCores.map { $0 * 100 })
        }
    }
}
