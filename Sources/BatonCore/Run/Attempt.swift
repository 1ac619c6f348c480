/// One try at a task.
public enum Attempt {
    /// Run, task and number: the idempotency key of everything that happens outside the engine.
    public struct ID: Hashable, Sendable, Codable {
        public var run: Run.ID
        public var task: TaskInstance.ID
        /// From 1, never reused, also not after a lost worker.
        public var number: Int32

        public init(run: Run.ID, task: TaskInstance.ID, number: Int32) {
            self.run = run
            self.task = task
            self.number = number
        }

        public var reference: TaskReference { TaskReference(run: run, task: task) }

        /// A stable hash of the identity; retry jitter comes from it, so it replays.
        public var seed: UInt64 {
            SeededGenerator.mix(run.rawValue ^ SeededGenerator.mix(UInt64(task.index) << 32 | UInt64(number)))
        }
    }
}
