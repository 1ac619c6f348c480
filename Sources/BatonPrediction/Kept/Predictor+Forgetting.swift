extension Predictor {
    /// Forgets samples that no remembered attempt worked on: a new attempt on one of them fills in again what it needs,
    /// and without an end to them a kept model would grow with every run.
    mutating func forgetUnusedSamples() {
        var isUsed = Array(repeating: false, count: ledger.entries.count)
        for observation in (histories + toolHistories).joined() {
            for place in 0..<2 where observation.samples[place] >= 0 { isUsed[Int(observation.samples[place])] = true }
        }
        var numbers = Array(repeating: Int32(-1), count: isUsed.count)
        var entries: [[SampleLedger.Entry]] = []
        for sample in isUsed.indices where isUsed[sample] {
            numbers[sample] = Int32(entries.count)
            entries.append(ledger.entries[sample])
        }
        ledger.entries = entries
        ledger.identifiers = ledger.identifiers.filter { isUsed[Int($0.value)] }.mapValues { numbers[Int($0)] }
        func renumber(_ observation: Observation) -> Observation {
            var observation = observation
            for place in 0..<2 where observation.samples[place] >= 0 {
                observation.samples[place] = numbers[Int(observation.samples[place])]
            }
            return observation
        }
        histories = histories.map { $0.map(renumber) }
        toolHistories = toolHistories.map { $0.map(renumber) }
    }
}
