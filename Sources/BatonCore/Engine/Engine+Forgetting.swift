// A long life: what is over must not take memory for ever.

extension Engine {
    /// Lets go of all runs that have ended; they are unknown from now on.
    ///
    /// Places of runs and numbers of ready tasks are counted anew, so a policy that has seen any has to begin anew, too.
    /// - Complexity: O(V) for the tasks of the runs that stay.
    public mutating func forgetEndedRuns() {
        var places = [Int32](repeating: -1, count: runs.count)
        for (place, run) in openRuns.enumerated() { places[Int(run)] = Int32(place) }
        func moved(_ task: Readied) -> Readied { Readied(run: places[Int(task.run)], task: task.task) }

        var waiting: [Readied] = []
        for number in oldestWaiting..<readied.count where isWaiting(number) {
            let entry = readied[number]
            runs[Int(entry.run)].readyNumbers[Int(entry.task)] = Int32(waiting.count)
            waiting.append(moved(entry))
        }
        readied = waiting
        oldestWaiting = 0
        for worker in workers.indices {
            workers[worker].running = workers[worker].running.map {
                Started(run: places[Int($0.run)], task: $0.task, attempt: $0.attempt)
            }
        }
        runs = openRuns.map { runs[Int($0)] }
        runIndex = RunIndex()
        for (place, run) in runs.enumerated() { runIndex[run.id] = place }
        openRuns = runs.indices.map(Int32.init)
        endedTasks = 0
        generation += 1
    }
}
