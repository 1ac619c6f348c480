/// What may explain how attempts of a signature differ, for the task in question and for each remembered attempt.
struct FeatureTable: Sendable {
    struct Feature: Sendable {
        var kind: Kind
        /// Of the task in question.
        var query: Double
        /// Where its values begin in `values`.
        var start: Int
    }

    enum Kind: Hashable, Sendable {
        /// Bytes to be read.
        case input
        /// How far the sample's other tasks were from what is usual, in one of the ledger's quantities.
        case factor(Int)
        /// What one other task of the same sample took, in one of the ledger's quantities.
        case peer(Int)

        /// Which pooled slope is expected of it: the input's, or that of a quantity.
        var pool: Int {
            switch self {
            case .input: 0
            case .factor(let quantity), .peer(let quantity): 1 + quantity
            }
        }

        /// Known for every attempt of its kind, not only beside one particular other task.
        var isGeneral: Bool {
            switch self {
            case .input, .factor: true
            case .peer: false
            }
        }
    }

    static let poolCount = 4

    private(set) var features: [Feature] = []
    /// Feature by feature, a value for each attempt; NaN where it is unknown.
    private(set) var values: [Double] = []
    let rowCount: Int

    /// - Parameters:
    ///   - rows: remembered attempts, the oldest first.
    ///   - hasPeers: false: only what is general, for which one attempt is enough.
    init(
        inputLogarithm: Double, samples: SIMD2<Int32>, signature: Int32, rows: [Observation], ledger: SampleLedger,
        hasPeers: Bool = true
    ) {
        rowCount = rows.count
        if !inputLogarithm.isNaN, rows.contains(where: { !$0.inputLogarithm.isNaN }) {
            features.append(Feature(kind: .input, query: inputLogarithm, start: 0))
            values = rows.map(\.inputLogarithm)
        }
        let own = ledger.peers(of: samples, without: signature)
        guard own.contains(where: { $0.signature != signature }) else { return }
        let peers = rows.map { ledger.peers(of: $0.samples, without: $0.signature) }
        addFactors(own, signature, rows, peers, ledger)
        if hasPeers, rowCount >= 3 { addPeers(own, signature, peers) }
    }

    private mutating func addFactors(
        _ own: [SampleLedger.Entry], _ signature: Int32, _ rows: [Observation], _ peers: [[SampleLedger.Entry]],
        _ ledger: SampleLedger
    ) {
        let query = ledger.factors(own, without: signature)
        let factors = rows.indices.map { ledger.factors(peers[$0], without: rows[$0].signature) }
        for place in SampleLedger.quantities.indices where !query[place].isNaN {
            guard factors.contains(where: { !$0[place].isNaN }) else { continue }
            features.append(Feature(kind: .factor(place), query: query[place], start: values.count))
            for factor in factors { values.append(factor[place]) }
        }
    }

    /// Both lists are in the order of signatures, so one walk along them finds what they share.
    private mutating func addPeers(
        _ own: [SampleLedger.Entry], _ signature: Int32, _ peers: [[SampleLedger.Entry]]
    ) {
        let width = SampleLedger.quantities.count
        var shared = Array(repeating: Double.nan, count: own.count * width * rowCount)
        var counts = Array(repeating: 0, count: own.count * width)
        for row in 0..<rowCount {
            var place = 0
            for (index, entry) in own.enumerated() {
                while place < peers[row].count, peers[row][place].signature < entry.signature { place += 1 }
                guard place < peers[row].count else { break }
                guard peers[row][place].signature == entry.signature, entry.signature != signature else { continue }
                for (quantity, logarithm) in SampleLedger.quantities.enumerated() {
                    let value = peers[row][place].logarithms[logarithm]
                    guard !value.isNaN, !entry.logarithms[logarithm].isNaN else { continue }
                    shared[(index * width + quantity) * rowCount + row] = value
                    counts[index * width + quantity] += 1
                }
            }
        }
        for (index, entry) in own.enumerated() {
            for quantity in 0..<width where counts[index * width + quantity] >= 3 {
                let start = (index * width + quantity) * rowCount
                features.append(
                    Feature(
                        kind: .peer(quantity), query: entry.logarithms[SampleLedger.quantities[quantity]],
                        start: values.count))
                values.append(contentsOf: shared[start..<start + rowCount])
            }
        }
    }
}

/// A remembered attempt.
struct Observation: Sendable {
    var signature: Int32
    var samples: SIMD2<Int32>
    var inputLogarithm: Double
    /// Duration, memory, CPU and bytes written; NaN where nothing was measured.
    var logarithms: SIMD4<Double>
}
