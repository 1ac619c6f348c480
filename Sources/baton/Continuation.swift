import BatonCore
import BatonStore

/// What `run --resume` goes on with.
enum Continuation {
    /// The latest run is of this very workflow and has not succeeded: it is taken up again.
    case same(Run.ID)
    /// The workflow was edited: results of tasks that are the same in both are carried over into a new run.
    case changed([Run.CarriedOver])

    /// - Returns: nil when there is nothing to go on with: no earlier run, or one that has succeeded.
    static func find(for submission: Run.Submission, in store: any Store) throws -> Continuation? {
        let filter = RunFilter(workflow: submission.workflow.name, source: submission.source)
        guard let latest = try store.latestRun(matching: filter) else { return nil }
        if latest.status == .succeeded { return nil }
        var engine = Engine()
        for logged in try store.replay(latest.id, after: 0) { _ = engine.handle(logged.event, at: logged.at) }
        guard let earlier = engine.submission(of: latest.id) else { return nil }
        if earlier.workflow == submission.workflow && earlier.parameters == submission.parameters
            && earlier.directory == submission.directory
        {
            return .same(latest.id)
        }
        return .changed(try carriedOver(from: engine, earlier, to: submission))
    }

    /// Instances with the same definition that succeeded, provided that all they depend on is carried over too; also
    /// those of fan-outs over what a task printed, when that is carried over.
    private static func carriedOver(
        from engine: Engine, _ earlier: Run.Submission, to submission: Run.Submission
    ) throws -> [Run.CarriedOver] {
        var done: [String: (fingerprint: UInt64, values: TaskValues?)] = [:]
        for (index, instance) in engine.instances(of: earlier.run).enumerated() {
            let reference = TaskReference(run: earlier.run, task: TaskInstance.ID(index))
            guard case .succeeded? = engine.state(of: reference) else { continue }
            let fingerprint = earlier.workflow.fingerprint(of: instance, parameters: earlier.parameters)
            done[instance.name] = (fingerprint, engine.values(of: reference))
        }
        _ = try submission.expand()  // the engine takes only what is valid
        var trial = submission
        while true {
            // Each round opens the fan-outs whose values the round before carried over.
            var engine = Engine()
            _ = engine.handle(.runSubmitted(trial), at: .zero)
            let carried = carriedOver(done, from: earlier.run, in: engine, submission)
            if carried.count == trial.carriedOver.count { return carried }
            trial.carriedOver = carried
        }
    }

    private static func carriedOver(
        _ done: [String: (fingerprint: UInt64, values: TaskValues?)], from earlier: Run.ID, in engine: Engine,
        _ submission: Run.Submission
    ) -> [Run.CarriedOver] {
        guard let graph = engine.graph(of: submission.run) else { return [] }
        let instances = engine.instances(of: submission.run)
        var isCarried = [Bool](repeating: false, count: instances.count)
        var carried: [Run.CarriedOver] = []
        for index in ((try? graph.topologicalOrder()) ?? []).map(Int.init) {
            guard graph.dependencies(of: index).allSatisfy({ isCarried[Int($0)] }) else { continue }
            let instance = instances[index]
            switch instance.kind {
            case .group(let isExpanded): isCarried[index] = isExpanded
            case .command:
                guard let known = done[instance.name],
                    known.fingerprint
                        == submission.workflow.fingerprint(of: instance, parameters: submission.parameters)
                else { continue }
                isCarried[index] = true
                carried.append(Run.CarriedOver(instance: instance.name, from: earlier, values: known.values))
            }
        }
        return carried
    }
}
