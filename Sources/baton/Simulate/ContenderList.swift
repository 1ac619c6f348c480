import ArgumentParser
import BatonCore
import BatonSimulator

/// `--policy a,b`: policies by name, each with what it is told.
///
/// `fifo:declared` knows only what workflows declare, `fifo:sized` grants the memory that is estimated instead of what
/// they declare, `fifo:oracle` knows the true durations.
struct ContenderList: ExpressibleByArgument, CustomStringConvertible {
    var text: String

    init(argument: String) {
        text = argument
    }

    var description: String { text }

    static var allValueStrings: [String] { Wiring.policyNames + ["all"] }

    /// - Throws: which name is unknown, and which was probably meant.
    func contenders(planning: Wiring.Planning = Wiring.Planning()) throws -> [Contender] {
        var contenders: [Contender] = []
        for entry in text.split(separator: ",").map(String.init) {
            let parts = entry.split(separator: ":", maxSplits: 1).map(String.init)
            guard let name = parts.first else { continue }
            let knowledge = try parts.count > 1 ? Self.knowledge(parts[1], in: entry) : .estimates
            for policy in try Self.policies(name) {
                let shown = knowledge == .estimates ? policy.name : "\(policy.name):\(knowledge.rawValue)"
                guard !contenders.contains(where: { $0.name == shown }) else { continue }
                contenders.append(
                    Contender(name: shown, knowledge: knowledge) {
                        Wiring.policy(policy, in: .simulation, planning: planning)
                    })
            }
        }
        guard !contenders.isEmpty else {
            throw CommandFailure("--policy names no policy. \(Self.choice)", exit: .usage)
        }
        return contenders
    }

    private static func policies(_ name: String) throws -> [PolicyName] {
        if name == "all" { return Wiring.policyNames.compactMap { PolicyName(argument: $0) } }
        if let policy = PolicyName(argument: name) { return [policy] }
        let hint = Suggestion.hint(for: name, among: allValueStrings) ?? choice
        throw CommandFailure("there is no policy '\(name)'. \(hint)", exit: .usage)
    }

    private static func knowledge(_ text: String, in entry: String) throws -> Contender.Knowledge {
        if let knowledge = Contender.Knowledge(rawValue: text) { return knowledge }
        let names = Contender.Knowledge.allCases.map(\.rawValue)
        throw CommandFailure(
            "'\(entry)': what a policy is told is \(Sentence.alternatives(names)), not '\(text)'", exit: .usage)
    }

    private static var choice: String { "There are \(Sentence.list(allValueStrings, limit: 30))." }
}
