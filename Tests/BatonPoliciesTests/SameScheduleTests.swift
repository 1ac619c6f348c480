import BatonCore
import BatonPolicies
import BatonSimulator
import Testing

/// The same schedule in every process: hash seeds, and with them the order of sets and dictionaries, differ between
/// processes, so a digest that was written down shows what a second run in the same process can't.
@Suite struct SameScheduleTests {
    private static let digests: [(policy: String, digest: UInt64)] = [
        ("critical-path", 0x9249b1f19eb7a6f4),
        ("fifo", 0x6bf2b7ecb175f826),
        ("fair", 0xdbed07b23b9db933),
        ("weighted-fair", 0xdbed07b23b9db933),
        ("shortest-first", 0x258a83a82a00c75f),
        ("srpt-critical-path", 0xb97013ea55709cfc),
        ("heft", 0x3e766c10305d8861),
        ("peft", 0x265cf1dca96755ac),
        ("cpop", 0xd465c8038e699414),
        ("min-min", 0x819ddc034f42c31f),
        ("max-min", 0x29e8ecdd55890e74),
        ("tetris", 0x685a8e7f84bc1f2e),
        ("graphene", 0x59b08a746e8af16c),
        ("best-fit", 0x76de480f2cfb5e80),
        ("edf", 0x6bf2b7ecb175f826),
        ("least-laxity", 0x6bf2b7ecb175f826),
        ("random", 0xdfd187e8004d7fae),
    ]

    @Test("each policy gives the schedule that it gave in an earlier process", arguments: digests)
    func digest(policy: String, expected: UInt64) {
        #expect(Self.digest(policy) == expected, "if the policy was meant to change, write down the new digest")
    }

    @Test("every policy of the catalogue is watched")
    func complete() {
        #expect(Self.digests.map(\.policy) == PolicyCatalog.names)
    }

    private static func digest(_ policy: String) -> UInt64 {
        var digest: UInt64 = 0
        for seed in UInt64(1)...5 {
            var scenario = Jobs.mixed(seed: seed)
            // Without noise, so that only policies and the engine have a say.
            scenario.durations = DurationModel(seed: 0, spread: .exact)
            scenario.expectations = Expectations()
            scenario.recordsSpans = true
            var simulation = Simulation(scenario)
            for span in simulation.run(under: { PolicyCatalog.policy(named: policy, patience: nil)! }).spans {
                let facts = [
                    span.attempt.seed, UInt64(span.worker.index), UInt64(bitPattern: span.start.nanoseconds),
                    UInt64(bitPattern: span.end.nanoseconds),
                ]
                for fact in facts { digest = SeededGenerator.mix(digest ^ fact) }
            }
        }
        return digest
    }
}
