import HeapModule

/// All machines as one that works on a single job at a time and may interrupt it: always on the job with the least
/// work left, which no other order beats for the sum of completion times.
///
/// - Source: Schrage 1968, doi:10.1287/opre.16.3.687.
enum PreemptiveSRPT {
    struct Job {
        var arrival: Double
        var work: Double
    }

    /// The sum over jobs of the time from arrival to end.
    ///
    /// - Complexity: O(n log n).
    static func totalCompletion(_ jobs: [Job]) -> Double {
        let jobs = jobs.sorted { $0.arrival < $1.arrival }
        var open = Heap<Open>()
        var now = 0.0
        var total = 0.0
        var next = 0
        while next < jobs.count || !open.isEmpty {
            if open.isEmpty { now = max(now, jobs[next].arrival) }
            while next < jobs.count, jobs[next].arrival <= now {
                open.insert(Open(left: jobs[next].work, arrival: jobs[next].arrival))
                next += 1
            }
            guard var job = open.popMin() else { break }
            let end = now + job.left
            if next < jobs.count, jobs[next].arrival < end {
                job.left = end - jobs[next].arrival
                now = jobs[next].arrival
                open.insert(job)
            } else {
                now = end
                total += end - job.arrival
            }
        }
        return total
    }

    private struct Open: Comparable {
        var left: Double
        var arrival: Double

        static func < (first: Open, second: Open) -> Bool {
            first.left != second.left ? first.left < second.left : first.arrival < second.arrival
        }
    }
}
