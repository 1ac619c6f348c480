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
        let ranks = subject.graph.upwardRanks(nanoseconds: times)
        var place = [Int](repeating: 0, count: tasks.count)
        for (position, task) in subject.order.enumerated() { place[task] = position }
        let order = tasks.sorted { (-ranks[$0], place[$0]) < (-ranks[$1], place[$1]) }.map(Int32.init)
        let demands = tasks.map { subject.isCommand($0) ? subject.demand(of: $0) : .zero }
        var points: [Point] = []
        var count = 1
        while count <= Self.most {
            var problem = StaticProblem(
                machines: Self.machines(count, like: subject.machines), graph: subject.graph, durations: times,
                demands: demands, isCommand: tasks.map(subject.isCommand), jobs: [.init(arrival: 0, tasks: tasks)])
            problem.workerKinds = subject.expansion.instances.map(\.request.workerKinds)
            if problem.isFeasible {
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

    /// One machine with so many cores, or so many machines, of each sort about as large a part as now.
    private static func machines(_ count: Int, like machines: [Machine]) -> [Machine] {
        guard machines.count == 1, var machine = machines.first else { return mix(count, of: machines) }
        let cores = max(machine.capacity.milliCPU / 1000, 1)
        // More cores come with more memory; fewer leave the machine what it has.
        machine.capacity.memoryBytes = max(
            machine.capacity.memoryBytes, machine.capacity.memoryBytes / cores * Int64(count))
        machine.capacity.milliCPU = Int64(count) * 1000
        return [machine]
    }

    /// The larger mix has all that the smaller one has.
    private static func mix(_ count: Int, of machines: [Machine]) -> [Machine] {
        let sorts = machines.reduce(into: [Machine]()) { if !$0.contains($1) { $0.append($1) } }
        let shares = sorts.map { sort in Double(machines.count { $0 == sort }) / Double(machines.count) }
        var counts = sorts.map { _ in 0 }
        return (1...count).map { place in
            let lacking = shares.indices.map { shares[$0] * Double(place) - Double(counts[$0]) }
            let next = lacking.indices.max { (lacking[$0], $1) < (lacking[$1], $0) } ?? 0
            counts[next] += 1
            return sorts[next]
        }
    }
}
