/// Where a run stands, for policies that share the cluster between runs.
public struct RunView: Hashable, Sendable {
    /// Place in the engine; stays the same for the life of the engine.
    public var index: Int
    public var id: Run.ID
    public var submittedAt: Instant
    /// The highest priority of any of its tasks, 0 to 100.
    public var priority: Int32
    public var unfinishedTasks: Int
    public var readyTasks: Int
    public var runningTasks: Int
    /// What its running attempts hold, on all workers.
    public var held: Resources
    /// Expected time of all tasks that have not ended, one after the other on a worker of reference speed; running ones
    /// count in full.
    public var remainingNanoseconds: Int64
}

// Runs as wholes: what policies that plan ahead or weigh runs against each other look at.
extension Observation {
    /// Indices of the runs that have not ended, as they were submitted.
    public var openRuns: [Int32] { engine.openRuns }

    /// All runs have indices below this.
    public var runCount: Int { engine.runs.count }

    public func run(at index: Int) -> RunView {
        engine.runView(index)
    }

    /// Rises when the run's tasks, or what is expected of them, are not what they were; not with tasks that join and
    /// leave the others as they are, whose indices are beyond those that were there.
    public func revision(ofRun run: Int) -> Int {
        engine.runs[run].revision
    }

    /// True for a run that tasks have joined, and more may: there is no whole to plan.
    public func isOpenEnded(run: Int) -> Bool {
        engine.runs[run].isOpenEnded
    }

    /// What stands between the tasks of a run, fan-out groups included.
    public func graph(ofRun run: Int) -> Graph {
        engine.runs[run].expansion.graph
    }

    /// Expected time of each task of a run on a worker of reference speed, guesses included; 0 for groups.
    public func durations(ofRun run: Int) -> [Int64] {
        engine.runs[run].durations
    }

    /// What was learned of a task; nil where nothing was.
    public func estimate(of task: Int, inRun run: Int) -> Estimate? {
        engine.runs[run].estimates[task]
    }

    /// Expected time of a task on a worker of reference speed, learned or else declared; nil where it is a guess.
    public func expectedNanoseconds(of task: Int, inRun run: Int) -> Int64? {
        engine.runs[run].expectedNanoseconds(of: task)
    }

    /// Expected time from the start of each task to the end of the run along its longest path.
    public func upwardRanks(ofRun run: Int) -> [Int64] {
        engine.runs[run].ranks
    }

    /// When the run should have ended; nil where its workflow says nothing.
    public func deadline(ofRun run: Int) -> Instant? {
        engine.runs[run].submission.workflow.deadline.map { engine.runs[run].submittedAt.advanced(by: $0) }
    }

    /// When the task should have ended by a deadline of its own; nil where it has none.
    public func deadline(of task: Int, inRun run: Int) -> Instant? {
        let definition = Int(engine.runs[run].expansion.instances[task].task)
        return engine.runs[run].submission.workflow.tasks[definition].deadline.map {
            engine.runs[run].submittedAt.advanced(by: $0)
        }
    }

    /// When each task of a run must have ended for no deadline behind it to be missed; empty in a run without deadlines.
    public func latestEnds(ofRun run: Int) -> [Instant] {
        engine.runs[run].latestEnds
    }

    public func state(of task: Int, inRun run: Int) -> TaskState {
        engine.runs[run].states[task]
    }

    /// When the task ended, which may be a while ago: nobody is asked while there is nothing to start. Nil before it has.
    public func end(of task: Int, inRun run: Int) -> Instant? {
        engine.runs[run].states[task].isTerminal ? engine.runs[run].ends[task] : nil
    }

    public func reference(to task: Int, inRun run: Int) -> TaskReference {
        engine.reference(task, in: run)
    }

    /// True when the run's workflow has limits, of which its tasks may need units.
    public func hasLimits(run: Int) -> Bool {
        !engine.runs[run].limitsInUse.isEmpty
    }

    /// False for a fan-out's group, which takes no time and no place.
    public func isCommand(_ task: Int, inRun run: Int) -> Bool {
        engine.runs[run].expansion.instances[task].kind == .command
    }

    /// True for a task that waits until all others of its run have ended.
    public func isFinally(_ task: Int, inRun run: Int) -> Bool {
        engine.runs[run].isFinally(task)
    }

    public func priority(of task: Int, inRun run: Int) -> Int32 {
        engine.runs[run].expansion.instances[task].priority
    }

    /// What any task, ready or not, would be granted there; more than any worker has where it may not run.
    public func grant(for task: Int, inRun run: Int, on worker: Worker.ID) -> Resources {
        engine.grant(
            for: task, in: run, of: capacity(of: worker), kind: engine.workers[Int(worker.index)].worker.kind)
    }

    /// What any task would be granted on the first worker that it may run on.
    public func usualGrant(for task: Int, inRun run: Int) -> Resources {
        let request = engine.runs[run].expansion.instances[task].request
        let worker = engine.workers.first { request.allows($0.worker.kind) } ?? engine.workers[0]
        return engine.grant(for: task, in: run, of: worker.worker.capacity)
    }

    /// Bytes that a task reads of each of its dependencies, in the graph's order; empty where nothing is known.
    public func inputBytes(of task: Int, inRun run: Int) -> [Int64] {
        engine.runs[run].inputBytes.isEmpty ? [] : engine.runs[run].inputBytes[task]
    }

    /// Where a task runs or last ran; nil before that.
    public func worker(of task: Int, inRun run: Int) -> Worker.ID? {
        let place = engine.runs[run].places[task]
        return place < 0 ? nil : Worker.ID(Int(place))
    }
}

extension Engine {
    fileprivate func runView(_ index: Int) -> RunView {
        RunView(
            index: index, id: runs[index].id, submittedAt: runs[index].submittedAt, priority: runs[index].priority,
            unfinishedTasks: runs[index].unfinished, readyTasks: runs[index].readyTasks,
            runningTasks: runs[index].runningTasks, held: runs[index].held,
            remainingNanoseconds: runs[index].remainingNanoseconds
        )
    }
}
