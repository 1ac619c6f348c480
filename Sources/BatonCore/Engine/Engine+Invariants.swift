// What must be true after every event; the simulator checks it there.

extension Engine {
    /// Sentences about what is broken; empty when all is well.
    public func brokenInvariants() -> [String] {
        var broken: [String] = []
        var used = Array(repeating: Resources.zero, count: workers.count)
        for run in runs {
            broken += run.brokenInvariants()
            var held = Resources.zero
            for task in run.states.indices {
                for running in run.running(task) {
                    held += running.grant
                    used[Int(running.worker.index)] += running.grant
                    let worker = workers[Int(running.worker.index)]
                    if !run.expansion.instances[task].request.allows(worker.worker.kind) {
                        broken.append("task \(task) of \(run.id) runs on a worker of another kind")
                    }
                    if !worker.isAlive { broken.append("\(run.id) runs on lost worker \(running.worker.index)") }
                }
            }
            if held != run.held { broken.append("\(run.id) counts \(run.held) but its attempts hold \(held)") }
        }
        for number in 0..<oldestWaiting where isWaiting(number) {
            broken.append("ready number \(number) waits before the oldest, \(oldestWaiting)")
        }
        for (index, worker) in workers.enumerated() {
            if worker.used != used[index] {
                broken.append("worker \(index) counts \(worker.used) but its attempts hold \(used[index])")
            }
            if worker.free != free[index] {
                broken.append("worker \(index) has \(worker.free) free, not \(free[index])")
            }
            if used[index].milliCPU > worker.worker.capacity.milliCPU {
                broken.append("worker \(index) is over-committed: \(used[index])")
            }
        }
        return broken
    }
}

extension RunState {
    fileprivate func brokenInvariants() -> [String] {
        var broken: [String] = []
        var inUse = limitsInUse.map { _ in Int64(0) }
        for (index, state) in states.enumerated() {
            let name = expansion.instances[index].name
            switch state {
            case .awaitingApproval, .ready, .running, .backingOff, .succeeded:
                for dependency in expansion.graph.dependencies(of: index)
                where !isSatisfied(Int(dependency), for: index) {
                    broken.append(
                        "\(name) is \(state.label) before \(expansion.instances[Int(dependency)].name) succeeded")
                }
            case .blocked, .failed, .skipped, .cancelled:
                break
            }
            let attempts = Int64(running(index).count)
            for slot in expansion.instances[index].request.slots {
                inUse[Int(slot.limit)] += attempts * slot.units
            }
            if status.isTerminal && !state.isTerminal {
                broken.append("\(name) is \(state.label) in a run that has \(status)")
            }
        }
        for (index, limit) in submission.workflow.limits.enumerated() {
            if inUse[index] != limitsInUse[index] || inUse[index] > limit.capacity {
                broken.append(
                    "limit \(limit.name): \(inUse[index]) held, \(limitsInUse[index]) counted of \(limit.capacity)")
            }
        }
        for task in companions.keys.sorted() {
            broken += brokenInvariants(ofCompanionOf: Int(task)).map { "\(expansion.instances[Int(task)].name) \($0)" }
        }
        let active = states.count { $0.label == .running }
        if active != runningTasks { broken.append("\(id) counts \(runningTasks) running tasks but has \(active)") }
        let open = states.count { !$0.isTerminal }
        if open != unfinished { broken.append("\(id) counts \(unfinished) unfinished tasks but has \(open)") }
        return broken
    }

    private func brokenInvariants(ofCompanionOf task: Int) -> [String] {
        guard case .running(let running) = states[task], let companion = companions[Int32(task)] else {
            return ["has had a second attempt but is \(states[task].label)"]
        }
        switch companion {
        case .copy(let copy):
            return copy.attempt > running.attempt ? [] : ["has a copy \(copy.attempt) of attempt \(running.attempt)"]
        case .ended: return []
        case .winner(let number):
            var broken: [String] = []
            if number == running.attempt { broken.append("still runs attempt \(number), which has succeeded") }
            if running.stopping == nil { broken.append("has attempt \(running.attempt) go on, which was outrun") }
            return broken
        }
    }
}
