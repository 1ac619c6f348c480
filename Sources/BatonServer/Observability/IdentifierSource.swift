import Synchronization

/// Numbers for the ids of requests and traces: all different, evenly spread, and no secret.
///
/// Three random ids from the kernel took a twentieth of the time of a request. These are one step of SplitMix64 (Steele, Lea,
/// Flood 2014, doi:10.1145/2714064.2660195), which begins somewhere else in each process.
enum IdentifierSource {
    private static let state = Atomic<UInt64>(UInt64.random(in: .min ... .max))

    static func next() -> UInt64 {
        var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
