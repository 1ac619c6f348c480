import BatonCore
import BatonPolicies
import BatonSimulator

/// Tries ways to share the cluster on the runs that came last, a little at each decision, and says which is best.
///
/// All candidates meet the same runs at the same times, on a cluster that is as busy as a stream leaves it that goes on: what
/// helps the first runs on an empty one may hold up all that come later. Another than the present way is chosen only if it
/// is better by more than chance: if the lower confidence bound of its gain is above zero. Until then runs are packed where
/// their tasks leave holes and their sizes are alike.
///
/// - Source: batch means; Schmeiser 1982, doi:10.1287/opre.30.3.556.
struct RuleTrial: Sendable {
    /// So much is simulated in one decision, which takes some 0.1 ms.
    private static let stepsPerDecision = 1_000
    /// Runs that are open at once wait for each other, so the gains of single runs are no independent samples; those of
    /// stretches of a stream nearly are.
    private static let batches = 8
    /// A gain must be so many standard errors above zero: Student's t with seven degrees of freedom is by chance in one case of
    /// 150, and a dozen candidates are tried.
    private static let confidence = 3.3
    /// Tasks whose shares of a worker differ by more, as a standard deviation, leave holes that packing fills.
    private static let packedSpread = 0.1
    /// Where the logarithms of what runs take differ by more, as a standard deviation, it matters more to end small ones early: what
    /// fills a hole is mostly a task of a large one, which then holds up those that come later.
    private static let packedSizeSpread = 1.2
    /// What has no room of a packed run is passed for so many usual runs: while a worker is emptied for it, all the others wait.
    private static let packedPatience: Int64 = 10

    /// A way to share, before it is known how long tasks are.
    struct Candidate: Hashable, Sendable {
        var reserve: Double
        /// Over the usual length of a run.
        var longFactor: Double
        var cap: Double?
        var order: SizeAwareSharing.Order
        /// Runs go by what the network bids for them.
        var isBidding = false
        /// Over what a run usually takes of the whole cluster.
        var foresightFactor = 2.0

        func parameters(
            usualLength: Int64, usualArea: Double = 0, _ cost: WaitingCost
        ) -> SizeAwareSharing.Parameters {
            var cost = cost
            cost.foresight = max(foresightFactor * usualArea, 1)
            return SizeAwareSharing.Parameters(
                reserve: reserve, longNanoseconds: Int64(longFactor * Double(usualLength)), cap: cap, order: order,
                cost: cost)
        }

        /// It, and what differs from it in one thing, or in what is kept free of how long tasks.
        ///
        /// - Parameters:
        ///   - proposal: what the network would do, with its bids.
        ///   - hasDeadlines: foresight makes a difference.
        func neighbourhood(_ proposal: Candidate?, hasDeadlines: Bool) -> [Candidate] {
            func with(_ change: (inout Candidate) -> Void) -> Candidate {
                var candidate = self
                change(&candidate)
                return candidate
            }
            var list = [self]
            list += [0, 0.05, 0.125, 0.25, 0.4].map { reserve in with { $0.reserve = reserve } }
            // Where most runs are short, all of their tasks count as long by a smaller factor.
            if longFactor < 1 {
                list += [0.125, 0.25, 0.4].map { reserve in with { ($0.reserve, $0.longFactor) = (reserve, 1) } }
            }
            if reserve > 0 { list += [0.1, 0.3, 1].map { factor in with { $0.longFactor = factor } } }
            list += [nil, 2, 3].map { cap in with { $0.cap = cap } }
            list += SizeAwareSharing.Order.allCases.map { order in with { $0.order = order } }
            if var proposal {
                list.append(with { $0.isBidding.toggle() })
                proposal.isBidding = true
                list.append(proposal)
            }
            if hasDeadlines { list += [0.5, 2, 8].map { factor in with { $0.foresightFactor = factor } } }
            return list.enumerated().filter { $0.offset == 0 || $0.element != self }.map(\.element)
        }
    }

    /// What it begins with: costs little where it does not help.
    private(set) var choice = Candidate(reserve: 0.05, longFactor: 0.5, order: .leastArea)
    private var candidates: [Candidate] = []
    /// Why it is this one, in words; empty before the first trial has ended.
    private(set) var basis = ""
    private var rollout: SharingRollout?
    private var usualLength: Int64 = 0
    private var usualArea = 0.0
    /// By candidate, what each run's wait has cost that came when the cluster was busy.
    private var costs: [[Double]] = []
    private let cost: WaitingCost
    /// Tried when so many runs have come: by fewer chance decides.
    private var nextAt = 3 * batches

    /// - Parameter cost: what is to be small; its foresight is tuned.
    init(_ cost: WaitingCost) {
        self.cost = cost
    }

    /// Does as the network says, untried.
    mutating func follow(_ recent: RecentRuns) {
        measure(recent)
        guard var proposal = recent.proposal?.candidate else { return }
        proposal.isBidding = true
        choice = proposal
    }

    /// What runs are usually like.
    private mutating func measure(_ recent: RecentRuns) {
        if let length = recent.usualLengthNanoseconds { usualLength = length }
        if let area = recent.usualAreaNanoseconds { usualArea = area }
        if basis.isEmpty, let spread = recent.demandSpread {
            let isPacked = spread > Self.packedSpread && recent.sizeSpread < Self.packedSizeSpread
            choice.order = isPacked ? .packed : .leastArea
        }
    }

    /// What has no room is passed for as long as a usual run takes, or several of them where runs are packed.
    var patience: Duration { patience(choice.order) }

    private func patience(_ order: SizeAwareSharing.Order) -> Duration {
        max(PolicyCatalog.patience, .nanoseconds((order == .packed ? Self.packedPatience : 1) * usualLength))
    }

    var parameters: SizeAwareSharing.Parameters {
        choice.parameters(usualLength: usualLength, usualArea: usualArea, cost)
    }

    mutating func advance(_ recent: RecentRuns, _ observation: Observation) {
        if rollout == nil {
            measure(recent)
            guard observation.hasUniformWorkers else { return }
            guard recent.count >= nextAt, recent.overlapCount > 0 else { return }
            nextAt = recent.count + max(recent.count / 4, 2)
            rollout = recent.rollout(on: Self.machines(observation))
            costs = []
            candidates = choice.neighbourhood(recent.proposal?.candidate, hasDeadlines: recent.hasDeadlines)
            begin(0)
        }
        guard rollout?.advance(steps: Self.stepsPerDecision) == true, let finished = rollout?.costs else {
            return
        }
        costs.append(Array(finished.suffix(finished.count / 2)))
        if costs.count < candidates.count {
            begin(costs.count)
        } else {
            choose()
            rollout = nil
        }
    }

    private mutating func begin(_ candidate: Int) {
        let parameters = candidates[candidate].parameters(usualLength: usualLength, usualArea: usualArea, cost)
        let rule = SharingRollout.Rule(
            parameters, byBids: candidates[candidate].isBidding, patience: patience(parameters.order))
        rollout?.begin(rule)
    }

    private mutating func choose() {
        let totals = costs.map { $0.reduce(0.0, +) }
        guard let best = totals.indices.min(by: { totals[$0] < totals[$1] }) else { return }
        let count = costs[0].count
        let gains = (0..<Self.batches).map { batch in
            let runs = batch * count / Self.batches..<(batch + 1) * count / Self.batches
            return Sample.mean(runs.map { costs[0][$0] - costs[best][$0] })
        }
        let error = Sample.standardDeviation(gains) / Double(Self.batches).squareRoot()
        let isBetter = Sample.mean(gains) > Self.confidence * error
        if isBetter { choice = candidates[best] }
        let tried = "\(candidates.count) ways to share were tried on the last \(count) runs"
        basis =
            isBetter
            ? "\(tried), and this one took \(percent(totals[best] / totals[0])) of the time of the one before"
            : "\(tried), and none was better than this one beyond doubt"
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    static func machines(_ observation: Observation) -> [Machine] {
        (0..<observation.workerCount).map { Worker.ID($0) }.filter(observation.isAlive).map {
            Machine(capacity: observation.capacity(of: $0))
        }
    }
}

extension SharingRollout.Rule {
    init(_ parameters: SizeAwareSharing.Parameters, byBids: Bool = false, patience: Duration? = nil) {
        let longParts = SizeAwareSharing.wholeParts - SizeAwareSharing.parts(parameters.reserve)
        self.init(
            longParts: parameters.reserve > 0 ? longParts : .max, longNanoseconds: parameters.longNanoseconds,
            cap: parameters.cap, byArea: parameters.order != .leastTime,
            packs: parameters.order == .packed, byBids: byBids, patience: patience?.nanoseconds, cost: parameters.cost)
    }
}
