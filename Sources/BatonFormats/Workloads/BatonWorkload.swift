internal import BatonCore
internal import BatonSimulator

/// A user's own workflow as a job: tasks take what `duration` says, and hold the memory that they declare.
enum BatonWorkload {
    /// - Parameter notes: what was assumed, because only a run could tell, added to.
    /// - Throws: everything that is wrong in the file.
    static func read(
        path: String, options: WorkloadFile.Options, notes: inout [DocumentProblem]
    ) throws(WorkflowError) -> Job {
        let file = try WorkflowFile.read(path)
        let planned = PlannedWorkflow(file.workflow)
        for assumption in planned.assumptions { notes.append(DocumentProblem(.start, assumption)) }
        let untimed = planned.workflow.tasks.count { $0.expectedDuration == nil }
        if untimed > 0 {
            let duration = DurationText.format(options.duration)
            let share = "\(untimed) of \(planned.workflow.tasks.count) tasks"
            notes.append(DocumentProblem(.start, "\(duration) is assumed for \(share), which say no 'duration'"))
        }
        let behaviours = planned.workflow.tasks.map { task in
            var peak: Int64 = 0
            if case .exactly(let bytes)? = task.request.memoryBytes { peak = bytes }
            return Workload.Behaviour(duration: task.expectedDuration ?? options.duration, peakMemoryBytes: peak)
        }
        do throws(WorkflowError) {
            return try Job(planned.workflow, behaviours: behaviours)
        } catch {
            throw file.locate(error)
        }
    }
}
