public import BatonCore

/// Which files an attempt read and wrote, where somebody watched.
public struct TracedAttempt: Hashable, Sendable {
    public var attempt: Attempt.ID
    public var files: ObservedFiles

    public init(attempt: Attempt.ID, files: ObservedFiles) {
        self.attempt = attempt
        self.files = files
    }
}

// What operators and later models read of runs beside their tasks.

/// `child` starts only when `parent` has succeeded; groups of fan-outs stand between their instances and what follows.
public struct TaskDependency: Hashable, Sendable {
    public var parent: TaskInstance.ID
    public var child: TaskInstance.ID

    public init(parent: TaskInstance.ID, child: TaskInstance.ID) {
        self.parent = parent
        self.child = child
    }
}

/// A moment of a run and of the share of the machine that it was given.
public struct SystemState: Hashable, Sendable {
    public var at: Instant
    public var run: Run.ID
    /// Granted cores over those that the run might use, 0...1.
    public var cpuUtilization: Double
    /// Granted memory likewise.
    public var memoryUtilization: Double
    public var activeTasks: Int
    /// Not ended and not running.
    public var pendingTasks: Int
    public var failedTasks: Int
    /// Tasks that ended since the moment before, per second.
    public var tasksPerSecond: Double

    public init(
        at: Instant, run: Run.ID, cpuUtilization: Double, memoryUtilization: Double, activeTasks: Int,
        pendingTasks: Int, failedTasks: Int, tasksPerSecond: Double
    ) {
        self.at = at
        self.run = run
        self.cpuUtilization = cpuUtilization
        self.memoryUtilization = memoryUtilization
        self.activeTasks = activeTasks
        self.pendingTasks = pendingTasks
        self.failedTasks = failedTasks
        self.tasksPerSecond = tasksPerSecond
    }
}

/// One figure of a run.
public struct PerformanceMetric: Hashable, Sendable {
    public var name: Name
    public var value: Double
    public var at: Instant

    public init(name: Name, value: Double, at: Instant) {
        self.name = name
        self.value = value
        self.at = at
    }

    public enum Name: String, Hashable, Sendable, CaseIterable {
        /// From the submission to the end.
        case makespanSeconds = "makespan_seconds"
        /// Of all attempts.
        case cpuSeconds = "cpu_seconds"
        /// Of all attempts: granted memory times wall time.
        case grantedMemoryGigabyteSeconds = "granted_memory_gigabyte_seconds"
        case attempts
        /// Mean over the tasks that succeeded and had been estimated: the error of the expected duration over the duration.
        case durationError = "duration_error"
    }
}
