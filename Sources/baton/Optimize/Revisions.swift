import BatonCore
import BatonFormats
import BatonStore

/// The revisions that optimisations made of a workflow's file.
enum Revisions {
    /// Newest first.
    static func of(_ file: WorkflowFile, in store: any Store) throws(StoreError) -> [WorkflowOptimization] {
        let path = WorkflowOptimization.path(of: file)
        return try store.optimizations(of: file.workflow.name).filter { $0.path == path }
    }

    /// Changes the file and records it: both or neither.
    ///
    /// - Returns: the id in the record.
    static func make(
        _ revision: WorkflowRevision, _ record: WorkflowOptimization, in store: any Store
    ) throws -> Int64 {
        try revision.write()
        do {
            let id = try store.remember(record)
            try store.flush()
            return id
        } catch {
            try revision.undo()
            throw error
        }
    }
}
