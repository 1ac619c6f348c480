public import BatonCore
public import BatonSimulator

/// Files in YAML or JSON that list the machines of a simulated cluster, kind by kind.
public enum ClusterFile {
    private static let machineLimit = 100_000

    /// The machines in the order of the file: `{kind: big, count: 2, cpu: 64, memory: 256GB}` gives two.
    ///
    /// - Throws: everything that is wrong in it, with its place.
    public static func read(_ path: String) throws(WorkflowError) -> [Machine] {
        try ScenarioDocument.decode(path) { decoder, root in
            guard let elements = root.elements, !elements.isEmpty else {
                decoder.report(
                    root.position, "expected a list of machines, found \(root.summary)",
                    hint: "Write '- {count: 10, cpu: 16, memory: 64GB}'.")
                return []
            }
            var machines: [Machine] = []
            for element in elements {
                guard let (machine, count) = decoder.machines(element) else { continue }
                guard machines.count + count <= machineLimit else {
                    decoder.report(element.position, "more than \(machineLimit) machines", hint: "Simulate fewer.")
                    break
                }
                machines += Array(repeating: machine, count: count)
            }
            return machines
        }
    }
}

extension WorkflowDecoder {
    fileprivate mutating func machines(_ node: DocumentNode) -> (Machine, Int)? {
        var machine = Machine(capacity: .zero)
        var count: Int? = 1
        let known = problems.count
        for (key, node) in entries(of: node, MachineKey.self, place: "a kind of machine") {
            let name = key.rawValue
            switch key {
            case .kind: machine.kind = text(node, name) ?? machine.kind
            case .count: count = integer(node, name, 1...100_000)
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
            case .network: machine.networkBytesPerSecond = bytes(node, name) ?? 0
            }
        }
        guard problems.count == known, let count else { return nil }
        return (machine, count)
    }
}
