import BatonCore
import BatonNeural

/// A trained network with what is known of it: what is kept, and what ships with Baton.
///
/// As bytes it is lines of text that say where it comes from, an empty line, and the weights in the format of `BatonNeural`.
public struct SchedulingNetwork: Sendable {
    var network: GraphNetwork
    public var origin: Origin
    /// Where it was found to pay, on workloads on which it was not trained.
    public var uses: Set<Use>

    public enum Use: String, Hashable, Sendable, CaseIterable {
        /// Proposes lists to the search for a plan.
        case plans
        /// Bids for runs that share a cluster, and proposes how to share it.
        case sharing
    }

    /// How to get the same weights again.
    public struct Origin: Hashable, Sendable {
        public var seed: UInt64
        /// What it was trained on, in words.
        public var data: String
        /// The program that trained it.
        public var program: String
        /// Training by stage: how many steps, in words.
        public var rounds: String
        /// The network that it began from, in words.
        public var start: String

        public init(seed: UInt64, data: String, program: String, rounds: String, start: String) {
            self.seed = seed
            self.data = data
            self.program = program
            self.rounds = rounds
            self.start = start
        }
    }

    init(_ network: GraphNetwork, origin: Origin, uses: Set<Use>) {
        self.network = network
        self.origin = origin
        self.uses = uses
    }

    /// Random weights: what training begins with, and what it is compared with.
    public init(seed: UInt64, singleAgent: Bool = false) {
        network = GraphNetwork(agents: singleAgent ? .single : .many, seed: seed)
        origin = Origin(seed: seed, data: "nothing", program: "", rounds: "none", start: "random weights")
        uses = []
    }

    public var weightCount: Int { network.parameters.values.count }
    public static var version: String { "\(GraphNetwork.version)" }

    /// - Returns: nil where it was not found to pay.
    func used(for use: Use) -> SchedulingNetwork? { uses.contains(use) ? self : nil }

    // MARK: Bytes

    private static let mark = "baton network"

    public var bytes: [UInt8] {
        let lines = [
            "\(Self.mark) \(Self.version)", "agents \(network.agents.rawValue)",
            "uses \(Use.allCases.filter(uses.contains).map(\.rawValue).joined(separator: " "))",
            "seed \(origin.seed)", "data \(origin.data)", "program \(origin.program)", "rounds \(origin.rounds)",
            "start \(origin.start)",
        ]
        let text = lines.map { $0.filter { !$0.isNewline } }.joined(separator: "\n") + "\n\n"
        return Array(text.utf8) + network.parameters.checkpoint
    }

    /// - Throws: what is wrong with the bytes, and where.
    public init(bytes: [UInt8]) throws(NetworkFault) {
        guard bytes.starts(with: Self.mark.utf8) else {
            throw NetworkFault("this is no network of Baton: it does not begin with '\(Self.mark)'")
        }
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 }) else {
            throw NetworkFault("cut off: the lines before the weights have no end")
        }
        var fields: [String: String] = [:]
        for line in String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            fields[String(words[0])] = words.count > 1 ? String(words[1]) : ""
        }
        func field(_ name: String) throws(NetworkFault) -> String {
            guard let value = fields[name] else { throw NetworkFault("it does not say its '\(name)'") }
            return value
        }
        let version = try field("baton").split(separator: " ").last.map(String.init) ?? ""
        guard version == Self.version else {
            throw NetworkFault(
                "a network of version \(version); this Baton uses version \(Self.version). 'baton train' makes one")
        }
        guard let agents = GraphNetwork.Agents(rawValue: try field("agents")) else {
            throw NetworkFault("'agents' is many or single, not '\(fields["agents"] ?? "")'")
        }
        guard let seed = UInt64(try field("seed")) else {
            throw NetworkFault("'seed' is a whole number, not '\(fields["seed"] ?? "")'")
        }
        var uses: Set<Use> = []
        for name in try field("uses").split(separator: " ") {
            guard let use = Use(rawValue: String(name)) else { throw NetworkFault("there is no use '\(name)'") }
            uses.insert(use)
        }
        var network = GraphNetwork(agents: agents, seed: 0)
        do throws(CheckpointError) {
            try network.parameters.load(checkpoint: Array(bytes[(end + 2)...]))
        } catch {
            throw NetworkFault("its weights: \(error)")
        }
        self.init(
            network,
            origin: Origin(
                seed: seed, data: try field("data"), program: try field("program"), rounds: try field("rounds"),
                start: try field("start")),
            uses: uses)
    }
}

/// Why bytes are no network.
public struct NetworkFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
