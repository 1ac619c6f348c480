public import BatonCore
public import BatonSimulator

/// Files in YAML or JSON that list the machines of a simulated cluster, kind by kind.
public enum ClusterFile {
    private static let machineLimit = 100_000

    /// Machines of one kind.
    public struct Kind: Hashable, Sendable {
        public var machine: Machine
        /// How many there are.
        public var count: Int
        /// Of one, for an hour; nil where the file says nothing.
        public var pricePerHour: Double?
        /// How many could be had.
        public var most: Int
    }

    /// The machines in the order of the file: `{kind: big, count: 2, cpu: 64, memory: 256GB}` gives two.
    ///
    /// - Throws: everything that is wrong in it, with its place.
    public static func read(_ path: String) throws(WorkflowError) -> [Machine] {
        let kinds = try kinds(path, areAllPriced: false)
        let machines = kinds.flatMap { Array(repeating: $0.machine, count: $0.count) }
        guard machines.isEmpty else { return machines }
        throw WorkflowError([DocumentProblem(.start, "no machine: every count is 0", hint: "Count one.")], file: path)
    }

    /// The kinds in the order of the file, those of which there are none today included.
    ///
    /// - Parameter areAllPriced: each has to have a price.
    /// - Throws: everything that is wrong in it, with its place.
    public static func kinds(_ path: String, areAllPriced: Bool) throws(WorkflowError) -> [Kind] {
        try ScenarioDocument.decode(path) { decoder, root in
            guard let elements = root.elements, !elements.isEmpty else {
                decoder.report(
                    root.position, "expected a list of machines, found \(root.summary)",
                    hint: "Write '- {count: 10, cpu: 16, memory: 64GB}'.")
                return []
            }
            var kinds: [Kind] = []
            var count = 0
            for element in elements {
                guard let kind = decoder.kind(element) else { continue }
                count += kind.count
                guard count <= machineLimit else {
                    decoder.report(element.position, "more than \(machineLimit) machines", hint: "Simulate fewer.")
                    break
                }
                if areAllPriced, kind.pricePerHour == nil {
                    decoder.report(
                        element.position, "'\(kind.machine.kind)' has no price",
                        hint: "Write 'price: 0.20', for an hour.")
                }
                kinds.append(kind)
            }
            return kinds
        }
    }
}

extension WorkflowDecoder {
    fileprivate mutating func kind(_ node: DocumentNode) -> ClusterFile.Kind? {
        var machine = Machine(capacity: .zero)
        var count: Int? = 1
        var most: Int?
        var price: Double?
        let known = problems.count
        for (key, node) in entries(of: node, MachineKey.self, place: "a kind of machine") {
            let name = key.rawValue
            switch key {
            case .kind: machine.kind = text(node, name) ?? machine.kind
            case .count: count = integer(node, name, 0...100_000)
            case .most: most = integer(node, name, 1...100_000)
            case .cpu: machine.capacity.milliCPU = cores(node) ?? 0
            case .memory: machine.capacity.memoryBytes = bytes(node, name) ?? 0
            case .gpus: machine.capacity.gpus = integer(node, name, 0...1_024).map(Int64.init) ?? 0
            case .disk: machine.capacity.diskBytes = bytes(node, name) ?? 0
            case .speed:
                if let speed = node.number, (0.001...1000).contains(speed) {
                    machine.speedPermille = Int64((speed * 1000).rounded())
                } else {
                    mismatch(node, name, expected: "a factor from 0.001 to 1000")
                }
            case .price:
                if let number = node.number, (0...1e9).contains(number) {
                    price = number
                    machine.pricePerHour = number
                } else {
                    mismatch(node, name, expected: "what one costs for an hour, such as 0.20")
                }
            case .network: machine.networkBytesPerSecond = bytes(node, name) ?? 0
            }
        }
        guard problems.count == known, let count else { return nil }
        return ClusterFile.Kind(machine: machine, count: count, pricePerHour: price, most: most ?? max(count, 20))
    }
}
