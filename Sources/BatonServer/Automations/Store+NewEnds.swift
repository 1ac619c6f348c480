import BatonCore
import BatonStore

extension Store {
    /// Runs may end out of order, and on clocks that differ: it is looked back so far for those that were not seen.
    private static var lookBack: Duration { .seconds(3_600) }

    /// The runs that ended since an automation last looked, each end once.
    ///
    /// - Parameters:
    ///   - workflow: by name; nil: of all.
    ///   - since: what ended before does not count.
    /// - Returns: the automation as it is to be kept together with what is made of the ends.
    func newEnds(
        for automation: Automation, of workflow: String?, in statuses: [Run.Status], since: Instant, at now: Instant,
        limit: Int
    ) throws(StoreError) -> (Automation, [(run: RunSummary, end: Instant)]) {
        let after = max(since, automation.seen.advanced(by: .zero - Self.lookBack))
        let found = try endedRuns(
            of: workflow, in: statuses, after: after, withoutFiringOf: automation.kind, named: automation.name,
            limit: limit)
        var automation = automation
        // The place moves on when there is something to write, or when looking back would come to take long.
        if !found.isEmpty || automation.seen.duration(to: now) > Self.lookBack, found.count < limit {
            automation.seen = max(automation.seen, now)
        }
        return (automation, found.compactMap { run in run.ended.map { (run, $0) } })
    }
}
