import BatonCore
import BatonSimulator

/// How long the workflow takes on smaller and larger clusters, by usual run times and the longest path first.
///
/// - Source: Amdahl 1967, doi:10.1145/1465482.1465560: what must run one after the other bounds what more workers gain.
public struct SpeedUp: Sendable {
    public struct Point: Hashable, Sendable {
        /// Machines, or cores where there is one machine.
        public var count: Int
        public var nanoseconds: Int64
    }

    public let points: [Point]
    /// Counts are of cores of one machine, not of machines.
    public let isOfCores: Bool
    /// Place of the smallest cluster within a twentieth of the fastest; nil when none can run the workflow.
    public let knee: Int?
    /// Of the time on the smallest cluster, what no cluster can do away with, 0 to 1.
    public let serialShare: Double

    private static let most = 128

    public init(_ analysis: Analysis) {
        let subject = analysis.subject
        isOfCores = subject.machines.count == 1
        let tasks = 0..<subject.graph.count
        let times = subject.nanoseconds
        let machine = subject.machines[0]
        let ranks = subject.graph.upwardRanks(nanoseconds: times)
        var place = [Int](repeating: 0, count: tasks.count)
        for (position, task) in subject.order.enumerated() { place[task] = position }
        let order = tasks.sorted { (-ranks[$0], place[$0]) < (-ranks[$1], place[$1]) }.map(Int32.init)
        let demands = tasks.map { subject.isCommand($0) ? subject.demand(of: $0) : .zero }
        var points: [Point] = []
        var count = 1
        while count <= Self.most {
            let machines = Self.machines(count, machine, isOfCores: isOfCores)
            if demands.allSatisfy({ $0.fits(in: machines[0].capacity) }) {
                let problem = StaticProblem(
                    machines: machines, graph: subject.graph, durations: times, demands: demands,
                    isCommand: tasks.map(subject.isCommand), jobs: [.init(arrival: 0, tasks: tasks)])
                var rollout = Rollout(problem)
                points.append(Point(count: count, nanoseconds: rollout.run(order: order).endNanoseconds))
            }
            count = count < 4 ? count + 1 : count * 3 / 2
        }
        self.points = points
        let fastest = Double(points.map(\.nanoseconds).min() ?? 0)
        knee = points.firstIndex { Double($0.nanoseconds) <= 1.05 * fastest }
        let slowest = Double(points.first?.nanoseconds ?? 1)
        serialShare = min(1, Double(analysis.criticality.lengthNanoseconds) / max(slowest, 1))
    }

    private static func machines(_ count: Int, _ machine: Machine, isOfCores: Bool) -> [Machine] {
        guard isOfCores else { return Array(repeating: machine, count: count) }
        var machine = machine
        let cores = max(machine.capacity.milliCPU / 1000, 1)
        // More cores come with more memory; fewer leave the machine what it has.
        machine.capacity.memoryBytes = max(
            machine.capacity.memoryBytes, machine.capacity.memoryBytes / cores * Int64(count))
        machine.capacity.milliCPU = Int64(count) * 1000
        return [machine]
    }
}
