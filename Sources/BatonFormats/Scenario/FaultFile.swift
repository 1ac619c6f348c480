public import BatonCore
public import BatonSimulator

/// Files in YAML or JSON that say what shall go wrong in a simulation.
public enum FaultFile {
    /// - Throws: everything that is wrong in it, with its place.
    public static func read(_ path: String) throws(WorkflowError) -> FaultSpecification {
        try ScenarioDocument.decode(path) { decoder, root in decoder.faults(root) }
    }
}

extension WorkflowDecoder {
    fileprivate mutating func faults(_ root: DocumentNode) -> FaultSpecification {
        var faults = FaultSpecification()
        for (key, node) in entries(of: root, FaultKey.self, place: "a file of faults") {
            let name = key.rawValue
            switch key {
            case .seed: faults.seed = UInt64(integer(node, name, 0...Int.max) ?? 0)
            case .rates: faults.rates = rates(node)
            case .until: faults.ratesEnd = duration(node, name)
            case .networkDelay: faults.networkDelay = duration(node, name) ?? .zero
            case .crashes: faults.crashes = list(node, name).compactMap { crash($0) }
            case .randomCrashes: faults.randomCrashes = randomCrashes(node)
            case .busy: faults.sharings = list(node, name).compactMap { sharing($0) }
            case .supervisor: faults.incidents += list(node, name).compactMap { supervisorDeath($0) }
            case .storeFull: faults.incidents += list(node, name).compactMap { fullStore($0) }
            case .memory: faults.hungryTasks = hungryTasks(node)
            case .estimates: estimates(node, into: &faults)
            }
        }
        return faults
    }

    private mutating func list(_ node: DocumentNode, _ key: String) -> [DocumentNode] {
        if let elements = node.elements { return elements }
        mismatch(node, key, expected: "a list", hint: "Put each entry on a line of its own, after '- '.")
        return []
    }

    private mutating func rates(_ node: DocumentNode) -> FaultPlan.Rates {
        var rates = FaultPlan.Rates()
        for (key, node) in entries(of: node, RateKey.self, place: "'rates'") {
            let rate = share(node, key.rawValue)
            switch key {
            case .failure: rates.spuriousFailure = rate
            case .straggler: rates.straggler = rate
            case .slowStart: rates.slowStart = rate
            case .growth: rates.growth = rate
            case .lateReport: rates.lateReport = rate
            case .lostReport: rates.lostReport = rate
            case .duplicateReport: rates.duplicateReport = rate
            }
        }
        return rates
    }

    /// Thousandths: `0.02` and `2%` are 20.
    private mutating func share(_ node: DocumentNode, _ key: String) -> UInt64 {
        var share = node.number
        if let text = node.text, text.hasSuffix("%") {
            share = DocumentNode.Scalar.number(String(text.dropLast())).map { $0 / 100 }
        }
        if let share, (0...1).contains(share) { return UInt64((share * 1000).rounded()) }
        mismatch(node, key, expected: "a share such as 0.02 or 2%, at most 1")
        return 0
    }

    private mutating func crash(_ node: DocumentNode) -> FaultSpecification.WorkerCrash? {
        var worker: Int?
        var at: Duration?
        var back: Duration?
        for (key, node) in entries(of: node, CrashKey.self, place: "a crash") {
            switch key {
            case .worker: worker = integer(node, key.rawValue, 0...1_000_000)
            case .at: at = duration(node, key.rawValue)
            case .back: back = duration(node, key.rawValue)
            }
        }
        guard let worker, let at else { return nil }
        return FaultSpecification.WorkerCrash(worker: worker, at: at, back: back)
    }

    private mutating func randomCrashes(_ node: DocumentNode) -> FaultSpecification.RandomCrashes? {
        var durations: [RandomCrashesKey: Duration] = [:]
        for (key, node) in entries(of: node, RandomCrashesKey.self, place: "'random-crashes'") {
            durations[key] = duration(node, key.rawValue)
        }
        guard let every = durations[.every], let back = durations[.back], let until = durations[.until] else {
            return nil
        }
        guard until.seconds <= every.seconds * 10_000 else {
            report(node.position, "more than 10,000 crashes of each worker", hint: "Raise 'every' or lower 'until'.")
            return nil
        }
        return FaultSpecification.RandomCrashes(every: every, back: back, until: until)
    }

    private mutating func sharing(_ node: DocumentNode) -> FaultSpecification.Sharing? {
        var worker: Int?
        var at: Duration?
        var length: Duration?
        var cores: Int64?
        var memory: Int64?
        for (key, node) in entries(of: node, BusyKey.self, place: "a busy worker") {
            switch key {
            case .worker: worker = integer(node, key.rawValue, 0...1_000_000)
            case .at: at = duration(node, key.rawValue)
            case .for: length = duration(node, key.rawValue)
            case .cpu: cores = self.cores(node)
            case .memory: memory = bytes(node, key.rawValue)
            }
        }
        guard let worker, let at, let length, let cores, let memory else { return nil }
        return FaultSpecification.Sharing(
            worker: worker, at: at, duration: length, remaining: Resources(milliCPU: cores, memoryBytes: memory))
    }

    private mutating func supervisorDeath(_ node: DocumentNode) -> FaultPlan.Incident? {
        var durations: [SupervisorKey: Duration] = [:]
        for (key, node) in entries(of: node, SupervisorKey.self, place: "a death of the supervisor") {
            durations[key] = duration(node, key.rawValue)
        }
        guard let at = durations[.at], let back = durations[.back] else { return nil }
        return FaultPlan.Incident(at: Instant.zero.advanced(by: at), .supervisorDies(back: back))
    }

    private mutating func fullStore(_ node: DocumentNode) -> FaultPlan.Incident? {
        var durations: [StoreKey: Duration] = [:]
        for (key, node) in entries(of: node, StoreKey.self, place: "a full store") {
            durations[key] = duration(node, key.rawValue)
        }
        guard let at = durations[.at], let length = durations[.for] else { return nil }
        return FaultPlan.Incident(at: Instant.zero.advanced(by: at), .storeFull(length))
    }

    private mutating func hungryTasks(_ node: DocumentNode) -> FaultSpecification.HungryTasks {
        var hungry = FaultSpecification.HungryTasks(permille: 0, factor: 1)
        for (key, node) in entries(of: node, HungerKey.self, place: "'memory'") {
            switch key {
            case .tasks: hungry.permille = share(node, key.rawValue)
            case .factor: hungry.factor = factor(node, key.rawValue)
            }
        }
        return hungry
    }

    private mutating func estimates(_ node: DocumentNode, into faults: inout FaultSpecification) {
        for (key, node) in entries(of: node, EstimatesKey.self, place: "'estimates'") {
            switch key {
            case .duration: faults.durationError = factor(node, key.rawValue)
            case .memory: faults.memoryError = factor(node, key.rawValue)
            }
        }
    }

    private mutating func factor(_ node: DocumentNode, _ key: String) -> Double {
        if let factor = node.number, (1...1000).contains(factor) { return factor }
        mismatch(node, key, expected: "a factor from 1 to 1000")
        return 1
    }
}
