/// Forecasts from many moments of the past, each from what had come before it, compared with what came.
struct LoadBacktest {
    /// What a member said at one moment.
    struct Path: Hashable, Sendable {
        var origin: Int
        var forecast: [Double]
        var actual: [Double]

        /// In square roots.
        var errors: [Double] { zip(forecast, actual).map { $1.squareRoot() - $0.squareRoot() } }
    }

    private static let mostOrigins = 40
    /// Learning takes a while: the network of one origin serves those after it, too.
    private static let originsOfNetwork = 10

    private let values: [Double]
    private let period: Int?
    private let horizon: Int
    private let first: Int
    private let members: [LoadMember]
    private var paths: [LoadMember: [Path]] = [:]

    /// - Parameter first: the earliest origin.
    init(_ values: [Double], period: Int?, horizon: Int, first: Int, members: [LoadMember]) {
        self.values = values
        self.period = period
        self.horizon = horizon
        self.first = first
        self.members = members
    }

    mutating func run() {
        let last = values.count - horizon
        let count = min(Self.mostOrigins, last - first + 1)
        var network: LoadNetwork?
        for index in 0..<count {
            let origin = count == 1 ? first : first + (last - first) * index / (count - 1)
            let past = values[..<origin]
            if members.contains(.lstm), index % Self.originsOfNetwork == 0 {
                network = LoadNetwork(past, period: period, seed: 1)
            }
            for member in members {
                let forecast = member.forecast(past, period: period, horizon: horizon, network: network)
                guard let forecast else { continue }
                let actual = Array(values[origin..<origin + horizon])
                paths[member, default: []].append(Path(origin: origin, forecast: forecast, actual: actual))
            }
        }
    }

    /// Those that spoke at every origin, the best first; of equal ones the simpler.
    var scores: [LoadForecast.Score] {
        let most = members.map { paths(of: $0).count }.max() ?? 0
        let scores = members.filter { paths(of: $0).count == most }.map { member in
            var (error, sum, count) = (0.0, 0.0, 0.0)
            for path in paths(of: member) {
                for (forecast, actual) in zip(path.forecast, path.actual) {
                    error += abs(forecast - actual)
                    sum += actual
                    count += 1
                }
            }
            return LoadForecast.Score(
                member: member, meanAbsoluteError: error / count, relativeError: sum > 0 ? error / sum : nil)
        }
        return scores.enumerated().sorted {
            ($0.element.meanAbsoluteError, $0.offset) < ($1.element.meanAbsoluteError, $1.offset)
        }.map(\.element)
    }

    func paths(of member: LoadMember) -> [Path] { paths[member] ?? [] }

    func errors(of member: LoadMember) -> [[Double]] { paths(of: member).map(\.errors) }

    /// From the end of the past on.
    func forecast(by member: LoadMember) -> [Double] {
        let network = member == .lstm ? LoadNetwork(values[...], period: period, seed: 1) : nil
        guard let forecast = member.forecast(values[...], period: period, horizon: horizon, network: network) else {
            preconditionFailure("\(member) spoke of the past and not of the future")
        }
        return forecast
    }
}
