import BatonSimulator

extension Setting {
    /// What is compared pair by pair: trials; of a record that is played once, its runs.
    ///
    /// Not where a run failed under some policy, which leaves it without a partner.
    mutating func pairs(of trials: [[Measurement]]) -> [[Measurement]] {
        guard let count = recordedRuns, count > 1, trials.count == 1, objective == Objective(.completion),
            trials[0].allSatisfy({ $0.completionSeconds.count == count })
        else { return trials }
        comparesRuns = true
        let columns = trials[0].map(\.byJob)
        return (0..<count).map { run in columns.map { $0[run] } }
    }
}
