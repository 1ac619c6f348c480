import BatonCore

/// What the fault plan has in store for one attempt.
struct AttemptLuck {
    var isStraggler = false
    var spuriousFailure: Failure?
    var losesReport = false
    var reportDelayNanoseconds: Int64 = 0
    /// Delay of a second report of the same end.
    var duplicateDelay: Duration?
    var grows = false
    var startDelayNanoseconds: Int64 = 0
}

extension FaultPlan {
    /// Depends on the plan and the attempt's identity alone.
    func luck(of attempt: Attempt.ID, at now: Instant) -> AttemptLuck {
        guard now < endsAt else { return AttemptLuck() }
        let latency = networkDelay.nanoseconds
        guard rates != Rates() else {
            return AttemptLuck(reportDelayNanoseconds: latency, startDelayNanoseconds: latency)
        }
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed) ^ attempt.seed)
        func happens(_ rate: UInt64) -> Bool { generator.next() % 1000 < rate }
        func delay() -> Duration { .milliseconds(Int64(generator.next() % 20_000)) }
        var luck = AttemptLuck()
        luck.isStraggler = happens(rates.straggler)
        if happens(rates.spuriousFailure) {
            let failures: [Failure] = [
                .exitCode(1), .exitCode(75), .signal(11), .notStarted("no such file"), .missingOutputs(["out"]),
            ]
            luck.spuriousFailure = failures[Int(generator.next() % UInt64(failures.count))]
        }
        luck.losesReport = happens(rates.lostReport)
        luck.reportDelayNanoseconds = latency
        luck.startDelayNanoseconds = latency
        if happens(rates.lateReport) { luck.reportDelayNanoseconds += delay().nanoseconds }
        if happens(rates.duplicateReport) { luck.duplicateDelay = delay() }
        luck.grows = happens(rates.growth)
        if happens(rates.slowStart) { luck.startDelayNanoseconds += Int64(generator.next() % 60_000) * 1_000_000 }
        return luck
    }
}
