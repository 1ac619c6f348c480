public import BatonCore

extension MemoryStore {
    public func runs(matching filter: RunFilter) -> [RunSummary] {
        order.sorted(by: >).lazy.map { self.summary(of: self.runs[$0]!) }
            .filter { run in
                (filter.statuses?.contains(run.status) ?? true) && filter.workflow ?? run.workflow == run.workflow
                    && (filter.source == nil || filter.source == run.source)
                    && (filter.before.map { run.id < $0 } ?? true)
                    && (filter.search.map { run.workflow.contains($0) || run.id.description.contains($0) } ?? true)
            }
            .prefix(filter.limit).map { $0 }
    }

    public func run(_ run: Run.ID) throws(StoreError) -> RunSummary {
        summary(of: try known(run))
    }

    private func known(_ run: Run.ID) throws(StoreError) -> MemoryRun {
        guard let known = runs[run] else { throw .unknownRun(run.description) }
        return known
    }

    private func summary(of run: MemoryRun) -> RunSummary {
        let submission = run.submission
        return RunSummary(
            id: submission.run, workflow: submission.workflow.name, source: submission.source,
            directory: submission.directory, parameters: submission.parameters, status: run.status,
            submitted: run.submitted, ended: run.ended, counts: run.counts)
    }

    public func resolve(_ text: String) throws(StoreError) -> Run.ID {
        guard !text.isEmpty else { throw .unknownRun(text) }
        let found = order.sorted(by: >).filter { $0.description.hasPrefix(text) || $0.description.hasSuffix(text) }
        return try .only(of: found, for: text)
    }

    public func tasks(of run: Run.ID, in states: [TaskState.Label]?) -> [TaskSummary] {
        (runs[run]?.tasks ?? []).filter { states?.contains($0.state) ?? true }
    }

    public func approvalRequests() -> [ApprovalRequest] {
        order.sorted().map { runs[$0]! }.filter { !$0.status.isTerminal }.flatMap { run in
            run.tasks.filter { $0.state == .awaitingApproval }.map {
                ApprovalRequest(run: run.submission.run, workflow: run.submission.workflow.name, task: $0)
            }
        }
    }

    public func attempts(of run: Run.ID, task: TaskInstance.ID?) -> [AttemptSummary] {
        (runs[run]?.attempts ?? []).joined().filter { task == nil || task == $0.id.task }
    }

    public func decisions(of run: Run.ID, task: TaskInstance.ID?) -> [DecisionSummary] {
        (runs[run]?.decisions ?? []).filter { task == nil || task == $0.attempt.task }
            .sorted { ($0.number, $0.at, $0.attempt.task) < ($1.number, $1.at, $1.attempt.task) }
    }

    public func predictions(of run: Run.ID) -> [PredictionSummary] {
        (runs[run]?.predictions ?? []).compactMap { $0 }
    }

    public func dependencies(of run: Run.ID) -> [TaskDependency] {
        (runs[run]?.needs ?? []).enumerated().flatMap { child, parents in
            parents.map { TaskDependency(parent: TaskInstance.ID(Int($0)), child: TaskInstance.ID(child)) }
        }
    }

    public func metrics(of run: Run.ID) -> [PerformanceMetric] { runs[run]?.metrics ?? [] }

    public func systemStates(of run: Run.ID) -> [SystemState] {
        systemStates.filter { $0.run == run }.sorted { $0.at < $1.at }
    }

    public func changes(of run: Run.ID, after sequence: Int64) throws(StoreError) -> TaskChanges {
        let known = try known(run)
        return TaskChanges(
            sequence: lastSequence, status: known.status,
            tasks: zip(known.tasks, known.changed).filter { $0.1 > sequence }.map(\.0))
    }

    public func history(of workflow: String, limit: Int) -> [UsageSample] {
        var samples: [UsageSample] = []
        for run in order.sorted() {
            let known = runs[run]!
            guard known.submission.workflow.name == workflow else { continue }
            for attempt in known.attempts.joined() {
                let isKill = attempt.failure == .outOfMemory && attempt.id.number == 1
                guard attempt.status == .succeeded || isKill, let usage = attempt.usage else { continue }
                let task = known.tasks[Int(attempt.id.task.index)]
                samples.append(
                    UsageSample(
                        task: task.template, instance: task.name, usage: usage,
                        killedAtBytes: isKill ? attempt.grant.memoryBytes : nil))
            }
        }
        return samples.suffix(limit)
    }

    public func cachedResult(for key: String) -> CachedResult? { results[key] }

    public func remember(_ result: CachedResult, for key: String) { results[key] = result }

    public func remember(_ miss: CacheMiss) { misses[miss.task] = miss }

    public func cacheMiss(of task: TaskReference) -> CacheMiss? { misses[task] }

    public func cacheMiss(before task: TaskReference) -> CacheMiss? {
        guard let this = runs[task.run], this.tasks.indices.contains(Int(task.task.index)) else { return nil }
        let name = this.tasks[Int(task.task.index)].name
        for run in order.sorted(by: >) where run < task.run {
            guard let that = runs[run], that.submission.workflow.name == this.submission.workflow.name,
                let found = that.tasks.first(where: { $0.name == name && $0.state == .succeeded }),
                let miss = misses[TaskReference(run: run, task: found.id)]
            else { continue }
            return miss
        }
        return nil
    }

    public func remember(_ files: ObservedFiles, of attempt: Attempt.ID) {
        traced.removeAll { $0.attempt == attempt }
        traced.append(TracedAttempt(attempt: attempt, files: files))
    }

    public func observedFiles(of run: Run.ID) -> [TracedAttempt] {
        traced.filter { $0.attempt.run == run }
            .sorted { ($0.attempt.task, $0.attempt.number) < ($1.attempt.task, $1.attempt.number) }
    }

    public func hash(of file: FileStamp) -> String? {
        guard let known = hashes[file.path], known.file == file else { return nil }
        return known.hash
    }

    public func remember(_ hashes: [FileHash]) {
        for known in hashes { self.hashes[known.file.path] = known }
    }

    public func prune(_ retention: Retention, at now: Instant, while mayGoOn: () -> Bool) -> Bool {
        guard mayGoOn() else { return false }
        let executions = now.advanced(by: .zero - retention.executions)
        let decisions = now.advanced(by: .zero - retention.decisions)
        let pruned = order.sorted().filter { run in
            guard let ended = runs[run]!.ended else { return false }
            return ended < executions && !runs[run]!.tasks.isEmpty
        }
        for run in pruned {
            forget(eventsOf: run)
            runs[run]!.keptCounts = runs[run]!.counts
            runs[run]!.tasks = []
            runs[run]!.changed = []
            runs[run]!.attempts = []
            runs[run]!.predictions = []
            runs[run]!.needs = []
            misses = misses.filter { $0.key.run != run }
            traced.removeAll { $0.attempt.run == run }
        }
        let metrics = now.advanced(by: .zero - retention.metrics)
        systemStates.removeAll { $0.at < metrics }
        audit.removeAll { $0.at < metrics }
        requests.removeAll { $0.at < now.advanced(by: .zero - Retention.idempotentRequests) }
        let revisions = optimizations
        optimizations.removeAll { old in
            old.applied < metrics
                && revisions.contains { $0.workflow == old.workflow && $0.path == old.path && $0.id > old.id }
        }
        results = results.filter { $0.value.at >= executions }
        hashes = hashes.filter { $0.value.at >= executions }
        order.removeAll { run in
            guard let ended = runs[run]!.ended, ended < decisions else { return false }
            runs[run] = nil
            return true
        }
        firings.removeAll { firing in
            guard firing.at < executions, firing.batch != Firing.files else { return false }
            switch firing.state {
            case .waiting: return false
            case .skipped, .refused: return true
            case .started: return firing.run.map { runs[$0] == nil } ?? false
            }
        }
        return true
    }
}
