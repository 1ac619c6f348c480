import BatonCore

/// Under rules that pack, machine by machine is filled.
extension SharingRollout {
    /// Neither classes nor deadlines count.
    var packs: Bool {
        rule.packs && deadlines.allSatisfy { $0 == nil }
            && (!rule.cost.hasClasses || priorities.allSatisfy { $0 == priorities[0] })
    }

    /// The order with tasks of one job and kind together; notes where they are.
    mutating func grouped(_ order: [Int32]) -> [Int32] {
        var grouped: [Int32] = []
        grouped.reserveCapacity(order.count)
        for job in shape.jobs {
            let tasks = order[job.tasks]
            var ranges: [Range<Int>] = []
            for kind in Set(tasks.map { shape.kindOf[Int($0)] }).sorted() {
                let begin = grouped.count
                grouped += tasks.filter { shape.kindOf[Int($0)] == kind }
                ranges.append(begin..<grouped.count)
            }
            groups.append(ranges)
        }
        return grouped
    }

    /// Tasks of one job and kind, and which of them is next.
    private struct Candidate {
        var job: Int
        /// In the order of the queue, up to this one.
        var end: Int
        var place: Int
        var preference: Int32
        var left: Double
    }

    mutating func pack(_ cap: Double?, _ now: Int64) {
        var candidates = candidates
        if let patience = rule.patience, let first = candidates.first?.job {
            let overdue = candidates.prefix { $0.job == first }.filter {
                now - readySince[Int(ready.task(at: $0.place))] >= patience
            }
            for candidate in overdue where mayStart(candidate, cap) {
                let task = Int(ready.task(at: candidate.place))
                guard let machine = findRoom(problem.demands[task]) else { return }
                begin(task, at: candidate.place, of: candidate.job, on: machine, now)
            }
            if !overdue.isEmpty { candidates = self.candidates }
        }
        for machine in free.indices {
            while let chosen = best(candidates, on: machine, cap) {
                let candidate = candidates[chosen]
                begin(Int(ready.task(at: candidate.place)), at: candidate.place, of: candidate.job, on: machine, now)
                if let next = ready.next(after: candidate.place), next < candidate.end {
                    candidates[chosen].place = next
                } else {
                    candidates.remove(at: chosen)
                }
            }
        }
    }

    /// Those of the jobs with the least left first.
    private var candidates: [Candidate] {
        let preferences = rule.byBids ? self.preferences.byBids! : self.preferences.usual
        var candidates: [Candidate] = []
        for job in open where readyCounts[job] > 0 {
            let left = Double(remaining[job]) * widths[job] * (rule.byBids ? weights![job] : 1)
            for range in groups[job] {
                guard let place = ready.next(after: range.lowerBound - 1), place < range.upperBound else { continue }
                candidates.append(
                    Candidate(
                        job: job, end: range.upperBound, place: place,
                        preference: preferences[Int(ready.task(at: place))], left: left))
            }
        }
        candidates.sort { ($0.left, $0.job, $0.preference) < ($1.left, $1.job, $1.preference) }
        return candidates
    }

    private func mayStart(_ candidate: Candidate, _ cap: Double?) -> Bool {
        let task = Int(ready.task(at: candidate.place))
        if shape.durations[task] > rule.longNanoseconds, heldByLong >= rule.longParts { return false }
        return cap.map { held[candidate.job].dominantShare(of: total) < $0 } ?? true
    }

    private mutating func best(_ candidates: [Candidate], on machine: Int, _ cap: Double?) -> Int? {
        stepsLeft -= 1 + candidates.count / 8
        let room = free[machine]
        let capacity = problem.machines[machine].capacity
        return Packing.best(of: candidates.count) { place in
            let demand = problem.demands[Int(ready.task(at: candidates[place].place))]
            guard demand.fits(in: room), mayStart(candidates[place], cap) else { return nil }
            return demand.alignment(with: room, of: capacity)
        } left: {
            candidates[$0].left
        }
    }
}
