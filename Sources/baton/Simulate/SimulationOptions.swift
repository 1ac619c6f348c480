import ArgumentParser
import BatonCore
import BatonFormats
import BatonSimulator

/// The virtual cluster.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Number of workers. [100; with --last: 1]", valueName: "count"))
    var workers: Int?

    @Option(help: ArgumentHelp("Cores of each worker. [16; with --last: as it was]", valueName: "cores"))
    var cpu: Double?

    @Option(help: ArgumentHelp("Memory of each worker. [64GB; with --last: as it was]", valueName: "size"))
    var memory: MemorySize?

    @Option(
        help: ArgumentHelp("Workers of different kinds, described in a file, instead.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var cluster: String?

    mutating func validate() throws {
        if let workers, !(1...100_000).contains(workers) {
            throw ValidationError("--workers must be between 1 and 100000, not \(workers).")
        }
        if let cpu, !(0.001...100_000).contains(cpu) {
            throw ValidationError("--cpu must be between 0.001 and 100000, not \(Self.number(cpu)).")
        }
    }

    /// - Parameter own: the machine that is meant where nothing else is said; nil: a hundred large ones.
    func machines(own: Machine?) throws -> [Machine] {
        if let cluster { return try ClusterFile.read(cluster) }
        var capacity = own?.capacity ?? Resources(milliCPU: 16_000, memoryBytes: 64_000_000_000)
        if let cpu { capacity.milliCPU = Int64((cpu * 1000).rounded()) }
        if let memory { capacity.memoryBytes = memory.bytes }
        return Array(repeating: Machine(capacity: capacity), count: workers ?? (own == nil ? 100 : 1))
    }

    private static func number(_ value: Double) -> String { Value.number(value).json }
}

/// How durations vary, what is known of them beforehand, and what goes wrong.
struct NoiseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How much durations vary: standard deviation over mean, or 'heavy-tail'.", valueName: "ratio"))
    var durationCv = DurationSpread.exact

    @Option(
        help: ArgumentHelp("What policies are told of durations is off by up to this factor.", valueName: "factor"))
    var estimateError = 1.0

    @Option(help: ArgumentHelp("The same for memory; tasks with too little are killed.", valueName: "factor"))
    var memoryError = 1.0

    @Option(
        help: ArgumentHelp("What goes wrong, described in a file.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var faults: String?

    mutating func validate() throws {
        for (name, error) in [("estimate", estimateError), ("memory", memoryError)] {
            guard (1...1000).contains(error) else {
                throw ValidationError(
                    "--\(name)-error is a factor between 1 and 1000: with 2, estimates are between half and twice the "
                        + "truth. It can't be \(Value.number(error).json).")
            }
        }
    }

    /// Of the two places that may say how far estimates are off, the one that says more counts.
    func conditions(on machines: [Machine]) throws -> Conditions {
        let faults = try faults.map(FaultFile.read) ?? FaultSpecification()
        return Conditions(
            machines: machines, spread: durationCv.spread, durationError: max(estimateError, faults.durationError),
            memoryError: max(memoryError, faults.memoryError), faults: faults)
    }
}

/// `0.5`, or `heavy-tail`.
struct DurationSpread: ExpressibleByArgument, CustomStringConvertible {
    var spread: DurationModel.Spread

    static let exact = DurationSpread(spread: .exact)

    init(spread: DurationModel.Spread) {
        self.spread = spread
    }

    init?(argument: String) {
        if argument == "heavy-tail" {
            // Between the exponents of CPU time of Unix processes (about 1) and one with a variance (above 2).
            spread = .heavyTail(exponent: 1.5)
        } else if let variation = Double(argument), (0...100).contains(variation) {
            spread = variation == 0 ? .exact : .logNormal(coefficientOfVariation: variation)
        } else {
            return nil
        }
    }

    var description: String {
        switch spread {
        case .exact: "0"
        case .logNormal(let variation): Value.number(variation).json
        case .heavyTail: "heavy-tail"
        }
    }
}

/// A whole number, also in hexadecimal: `7`, `0x2A`.
struct SeedNumber: ExpressibleByArgument, CustomStringConvertible {
    var value: UInt64

    init(_ value: UInt64) {
        self.value = value
    }

    init?(argument: String) {
        let isHexadecimal = argument.lowercased().hasPrefix("0x")
        let digits = isHexadecimal ? String(argument.dropFirst(2)) : argument
        guard let value = UInt64(digits, radix: isHexadecimal ? 16 : 10) else { return nil }
        self.value = value
    }

    var description: String { "\(value)" }
}
