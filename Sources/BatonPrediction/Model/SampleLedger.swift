/// What the tasks took that worked on the same sample.
///
/// A sample twice as large as others takes twice as long in most tasks: how far the finished ones were from what is
/// usual for them tells what to expect of the next.
struct SampleLedger: Sendable {
    typealias SampleID = Int32
    typealias SignatureID = Int32

    struct Entry: Sendable {
        var signature: SignatureID
        /// Duration, memory, CPU and bytes written.
        var logarithms: SIMD4<Double>
    }

    /// Which of the logarithms speak of a sample's size; CPU load does not.
    static let quantities = [0, 1, 3]
    /// Of a sample, this many signatures are remembered: 16 to 64 predict equally well, and 64 take twice as long as 24.
    private static let entryLimit = 24

    var identifiers: [String: SampleID] = [:]
    /// By sample, in the order of the signatures.
    var entries: [[Entry]] = []
    /// By signature.
    var counts: [SIMD4<Double>] = []
    var means: [SIMD4<Double>] = []

    /// The sample and the one that it is part of; -1 where there is none.
    mutating func identify(_ profile: TaskProfile) -> SIMD2<SampleID> {
        var found = SIMD2<SampleID>(repeating: -1)
        for (place, name) in profile.sample.prefix(2).enumerated() {
            if let known = identifiers[name] {
                found[place] = known
            } else {
                found[place] = SampleID(entries.count)
                identifiers[name] = found[place]
                entries.append([])
            }
        }
        return found
    }

    /// As `identify`, without remembering names that are new.
    func find(_ profile: TaskProfile) -> SIMD2<SampleID> {
        var found = SIMD2<SampleID>(repeating: -1)
        for (place, name) in profile.sample.prefix(2).enumerated() { found[place] = identifiers[name] ?? -1 }
        return found
    }

    mutating func record(_ logarithms: SIMD4<Double>, of signature: SignatureID, samples: SIMD2<SampleID>) {
        for place in 0..<2 where samples[place] >= 0 {
            insert(Entry(signature: signature, logarithms: logarithms), Int(samples[place]))
        }
        while counts.count <= Int(signature) {
            counts.append(.zero)
            means.append(.zero)
        }
        for quantity in 0..<4 where !logarithms[quantity].isNaN {
            counts[Int(signature)][quantity] += 1
            let step = (logarithms[quantity] - means[Int(signature)][quantity]) / counts[Int(signature)][quantity]
            means[Int(signature)][quantity] += step
        }
    }

    private mutating func insert(_ entry: Entry, _ sample: Int) {
        let place = entries[sample].firstIndex { $0.signature >= entry.signature } ?? entries[sample].count
        if place < entries[sample].count, entries[sample][place].signature == entry.signature {
            entries[sample][place] = entry
        } else if entries[sample].count < Self.entryLimit {
            entries[sample].insert(entry, at: place)
        }
    }

    /// What is known of the sample from other tasks; of the one it is part of where there is nothing of its own.
    func peers(of samples: SIMD2<SampleID>, without signature: SignatureID) -> [Entry] {
        for place in 0..<2 where samples[place] >= 0 {
            let known = entries[Int(samples[place])]
            if known.contains(where: { $0.signature != signature }) { return known }
        }
        return []
    }

    /// How far a sample's tasks were from what is usual for them, as logarithms, for each of `quantities`.
    ///
    /// The mean, drawn towards 0 by half an observation; NaN where no task is known well enough.
    func factors(_ peers: [Entry], without signature: SignatureID) -> SIMD4<Double> {
        var factors = SIMD4<Double>(repeating: .nan)
        for (place, quantity) in Self.quantities.enumerated() {
            var sum = 0.0
            var count = 0.0
            for peer in peers where peer.signature != signature && counts[Int(peer.signature)][quantity] >= 2 {
                guard !peer.logarithms[quantity].isNaN else { continue }
                sum += peer.logarithms[quantity] - means[Int(peer.signature)][quantity]
                count += 1
            }
            if count > 0 { factors[place] = sum / (count + 0.5) }
        }
        return factors
    }
}
