// Workers: how they join, change and are lost.

/// A worker and what is taken of it.
struct WorkerState: Sendable {
    /// With the capacity that it joined with: what could ever be had.
    let worker: Worker
    /// What may be used now; less than the capacity while others use the same machine.
    var available: Resources
    var used = Resources.zero
    /// What runs here now, in no particular but always the same order.
    var running: [Engine.Started] = []
    var isAlive = true

    /// Less than nothing for a lost worker: there a task that asks for nothing doesn't fit either.
    var free: Resources {
        isAlive ? available - used : Resources(milliCPU: -1, memoryBytes: -1, gpus: -1, diskBytes: -1)
    }
}

/// What all workers together are like, kept up to date so that no decision has to look at each of them.
struct ClusterTraits: Sendable {
    /// Rises whenever a worker joins, is lost, or has more or less to offer.
    var revision = 0
    /// Of each capacity and kind the first worker that joined with it.
    private(set) var models: [Worker] = []
    /// True while all workers are of one kind, equally fast, and bring their data from one file system.
    private(set) var isUniform = true

    /// - Returns: true when tasks may be granted something there that they are granted nowhere else.
    mutating func note(_ worker: Worker) -> Bool {
        revision += 1
        let first = models.first ?? worker
        isUniform =
            isUniform && worker.speedPermille == first.speedPermille && worker.kind == first.kind
            && worker.networkBytesPerSecond == 0
        if models.contains(where: { $0.capacity == worker.capacity && $0.kind == worker.kind }) { return false }
        models.append(worker)
        return true
    }
}

extension Engine {
    mutating func join(_ worker: Worker, into effects: inout [Effect]) {
        precondition(Int(worker.id.index) == workers.count, "worker \(worker.id.index) joined out of order")
        workers.append(WorkerState(worker: worker, available: worker.capacity))
        free.append(worker.capacity)
        if cluster.note(worker) { generation += 1 }
        effects.append(.decide)
    }

    mutating func resize(_ id: Worker.ID, to capacity: Resources, into effects: inout [Effect]) {
        change(id) { $0.available = capacity }
        cluster.revision += 1
        effects.append(.decide)
    }

    mutating func share(_ heldByOthers: [Int64], of run: Run.ID, into effects: inout [Effect]) {
        guard let index = runIndex[run], runs[index].limitsHeldByOthers.count == heldByOthers.count else { return }
        runs[index].limitsHeldByOthers = heldByOthers
        generation += 1
        effects.append(.decide)
    }

    /// Units of each of the run's limits that its attempts hold, in the order of the limits.
    public func limitsInUse(by run: Run.ID) -> [Int64] {
        runIndex[run].map { runs[$0].limitsInUse } ?? []
    }

    /// What other runs held of the run's limits when it last looked.
    public func limitsHeldByOthers(than run: Run.ID) -> [Int64] {
        runIndex[run].map { runs[$0].limitsHeldByOthers } ?? []
    }

    /// Its attempts have an unknown end; each task gets a new attempt, at no cost to its retry budget.
    mutating func lose(_ id: Worker.ID, at now: Instant, into effects: inout [Effect]) {
        guard workers[Int(id.index)].isAlive else { return }
        change(id) { $0.isAlive = false }
        cluster.revision += 1
        let lost = workers[Int(id.index)].running.sorted {
            ($0.run, $0.task, $0.attempt) < ($1.run, $1.task, $1.attempt)
        }
        for lost in lost {
            let attempt = attemptID(lost.attempt, of: Int(lost.task), in: Int(lost.run))
            end(attempt, .lost, nil, at: now, into: &effects)
        }
        effects.append(.decide)
    }

    /// The one way to change a worker: keeps `free` in step.
    mutating func change(_ id: Worker.ID, _ change: (inout WorkerState) -> Void) {
        change(&workers[Int(id.index)])
        free[Int(id.index)] = workers[Int(id.index)].free
    }

    /// Tasks that ask for more than any living worker has of those that they may run on.
    func misfits(in expansion: Expansion) -> [CommandError.Misfit] {
        let living = workers.filter(\.isAlive).map(\.worker)
        if living.isEmpty { return [] }  // no worker has joined yet: nothing is known to be impossible
        let instances = expansion.instances
        return instances.indices.compactMap { index in
            guard instances[index].kind == .command else { return nil }
            let request = instances[index].request
            let declared = request.required
            let able = living.lazy.filter { request.allows($0.kind) }
            if able.contains(where: { declared.fits(in: $0.capacity) }) { return nil }
            var misfit = CommandError.Misfit(task: instances[index].name, request: declared, largestWorker: .zero)
            if let largest = able.max(by: { $0.capacity.memoryBytes < $1.capacity.memoryBytes }) {
                misfit.largestWorker = largest.capacity
            } else {
                misfit.missingKind = WorkerKindGap(request, on: living.map(\.kind))
            }
            return misfit
        }
    }

    /// The most memory of any living worker that has all else the task asks for; 0 when there is none.
    func mostMemory(for task: Int, in run: Int) -> Int64 {
        let request = runs[run].expansion.instances[task].request
        var required = request.required
        required.memoryBytes = 0
        let candidates = workers.lazy.filter {
            $0.isAlive && request.allows($0.worker.kind) && required.fits(in: $0.worker.capacity)
        }
        return candidates.map(\.worker.capacity.memoryBytes).max() ?? 0
    }

    /// What the next attempt of a task takes on a worker; more than any has where it may not run.
    ///
    /// So whoever asks whether a task fits somewhere keeps to the kinds of workers that it names.
    func grant(for task: Int, in run: Int, of capacity: Resources, kind: @autoclosure () -> String?) -> Resources {
        guard runs[run].expansion.instances[task].request.allows(kind()) else { return .outOfReach }
        return grant(for: task, in: run, of: capacity)
    }

    /// What the next attempt of a task takes of so much: declared, else learned, else an equal share.
    ///
    /// The share of memory is that of the CPU: on 4 cores and 16 GB, a task of one core gets 4 GB. With `auto` what was
    /// declared is a bound, and what counts as long as nothing is known.
    func grant(for task: Int, in run: Int, of capacity: Resources) -> Resources {
        let request = runs[run].expansion.instances[task].request
        let estimate = runs[run].estimates[task]
        let milliCPU = request.milliCPU(expecting: estimate, of: capacity)
        let memory = max(
            request.memoryBytes(expecting: estimate, share: capacity.memoryShare(of: milliCPU), of: capacity),
            runs[run].memoryFloors[task])
        return Resources(
            milliCPU: milliCPU, memoryBytes: memory, gpus: request.gpus ?? 0, diskBytes: request.diskBytes ?? 0
        )
    }
}

extension Engine {
    /// The worker's capacity as it joined.
    public func capacity(of worker: Worker.ID) -> Resources {
        workers[Int(worker.index)].worker.capacity
    }

    /// What may be used of the worker now, by whatever runs there included.
    public func available(on worker: Worker.ID) -> Resources {
        workers[Int(worker.index)].available
    }

    /// What the running attempts of a run hold, on all workers.
    public func held(by run: Run.ID) -> Resources {
        runIndex[run].map { runs[$0].held } ?? .zero
    }

    /// What the running attempts on a worker hold.
    public func used(on worker: Worker.ID) -> Resources {
        workers[Int(worker.index)].used
    }

    /// Workers that have ever joined, lost ones included.
    public var workerCount: Int { workers.count }

    /// Runs that are known, ended ones included.
    public var runCount: Int { runs.count }

    /// True when any run has not ended.
    public var hasOpenRuns: Bool { !openRuns.isEmpty }

    /// Tasks of all runs that have not ended, and how many of them run.
    public var openTasks: (unfinished: Int, running: Int) {
        openRuns.reduce((0, 0)) { ($0.0 + runs[Int($1)].unfinished, $0.1 + runs[Int($1)].runningTasks) }
    }

    /// True when any task of any run waits for nothing but room.
    public var hasReadyTasks: Bool {
        openRuns.contains { runs[Int($0)].readyTasks > 0 && runs[Int($0)].isStartable }
    }
}

extension Resources {
    /// The part of the memory that is to all of it as this CPU is to all of that; exact also where the product
    /// exceeds 64 bits.
    fileprivate func memoryShare(of part: Int64) -> Int64 {
        let whole = max(milliCPU, 1)
        return whole.dividingFullWidth(memoryBytes.multipliedFullWidth(by: min(part, whole))).quotient
    }
}

extension TaskInstance.Request {
    /// What no grant may fall short of; nothing where Baton chooses.
    var required: Resources {
        Resources(
            milliCPU: isAutomatic ? 0 : milliCPU ?? 0, memoryBytes: isAutomatic ? 0 : memoryBytes ?? 0,
            gpus: gpus ?? 0, diskBytes: diskBytes ?? 0
        )
    }

    fileprivate func milliCPU(expecting estimate: Estimate?, of capacity: Resources) -> Int64 {
        if let milliCPU, !isAutomatic { return milliCPU }
        return min(estimate?.requestMilliCPU ?? milliCPU ?? 1000, milliCPU ?? .max, capacity.milliCPU)
    }

    fileprivate func memoryBytes(expecting estimate: Estimate?, share: Int64, of capacity: Resources) -> Int64 {
        if let memoryBytes, !isAutomatic { return memoryBytes }
        let most = min(memoryBytes ?? .max, capacity.memoryBytes)
        guard let estimate, estimate.sampleCount > 0 else { return min(memoryBytes ?? share, most) }
        let wanted = estimate.requestBytes ?? estimate.peakMemoryP99Bytes
        // What holds to a bound is killed above its grant: without a measurement the bound is all there is to go by.
        if let memoryBytes, wanted == 0 { return min(memoryBytes, most) }
        // A task sizes itself by what it is told it has, and nothing is gained by promising less than 64 MiB.
        return min(max(wanted, min(share, 64 << 20)), most)
    }
}

extension Array {
    /// Takes an element out in O(1): the last one gets its place.
    mutating func swapRemove(at index: Int) {
        swapAt(index, count - 1)
        removeLast()
    }
}
