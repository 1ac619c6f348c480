import BatonCore
import BatonSimulator

/// Cores that a run may hold at once of machines that have more, as with `--jobs`.
struct Allowance {
    private let milliCPU: Int64

    /// - Returns: nil where it may hold all of them.
    init?(milliCPU: Int64, of machines: [Machine]) {
        guard milliCPU < machines.reduce(0, { $0 + $1.capacity.milliCPU }) else { return nil }
        self.milliCPU = milliCPU
    }

    /// Whether a run may hold as much.
    func permits(_ resources: Resources) -> Bool { resources.milliCPU <= milliCPU }

    /// Keeps a run to it by a limit that no other run has.
    func bound(_ workflow: inout Workflow, _ expansion: inout Expansion, of run: Run.ID) {
        workflow.limits.append(.init(name: "cores of \(run)", capacity: milliCPU))
        expansion.addSlots(of: Int32(workflow.limits.count - 1)) { min($0.milliCPU ?? 1000, milliCPU) }
    }
}
