/// How much longer than on the first machine tasks take on another, as logarithms.
///
/// A run time is divided by its machine's factor before it is remembered, so that attempts on all machines speak of one;
/// what is predicted is multiplied by that of the machine in question. A single machine has the factor 1 and changes
/// nothing. Memory and CPU load are left as they are: corrected alike, they were predicted worse.
struct MachineFactors: Sendable {
    struct Factor: Sendable {
        var shift = 0.0
        var count = 0.0

        /// The first errors move it most; in the end the newest thirty decide.
        mutating func learn(_ error: Double, doubt: Double) {
            shift += error / (min(count, 30) + doubt)
            count += 1
        }
    }

    struct Key: Hashable, Sendable {
        var machine: Int32
        var signature: Int32
    }

    var identifiers: [String: Int32] = [:]
    /// By machine, over all signatures.
    var overall: [Factor] = []
    /// What a signature differs from its machine's factor by.
    var own: [Key: Factor] = [:]

    /// - Returns: 0 for a machine that was never seen or is not known.
    func shift(of machine: String?, signature: Int32) -> Double {
        guard let machine, let place = identifiers[machine], place > 0 else { return 0 }
        return overall[Int(place)].shift + (own[Key(machine: place, signature: signature)]?.shift ?? 0)
    }

    /// - Parameter error: measured - predicted, in logarithms; nil where nothing was predicted.
    mutating func learn(error: Double?, on machine: String?, signature: Int32) {
        guard let machine else { return }
        guard let place = identifiers[machine] else {
            identifiers[machine] = Int32(overall.count)
            overall.append(Factor())
            return learn(error: error, on: machine, signature: signature)
        }
        guard place > 0, let error else { return }
        // Beyond a factor of 7 a machine is not slower but something else happened.
        let bounded = min(max(error, -2), 2)
        overall[Int(place)].learn(bounded, doubt: 1.5)
        own[Key(machine: place, signature: signature), default: Factor()].learn(bounded, doubt: 3)
    }
}
