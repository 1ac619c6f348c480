import BatonCore
import BatonFormats
import BatonStore

/// What the record holds of a run beside its tasks, for programs.
struct RunObservations {
    var dependencies: [TaskDependency] = []
    var metrics: [PerformanceMetric] = []
    var moments: [SystemState] = []

    /// What each task waits for, as indices.
    var needs: [TaskInstance.ID: [TaskInstance.ID]] {
        Dictionary(grouping: dependencies, by: \.child).mapValues { $0.map(\.parent) }
    }

    var metricsJSON: Value {
        .map(metrics.map { Value.Entry(key: $0.name.rawValue, value: .number($0.value)) })
    }

    var momentsJSON: Value {
        .list(
            moments.map { moment in
                .object([
                    "at": .time(moment.at), "cpu_utilization": .number(moment.cpuUtilization),
                    "memory_utilization": .number(moment.memoryUtilization), "active": .number(moment.activeTasks),
                    "pending": .number(moment.pendingTasks), "failed": .number(moment.failedTasks),
                    "tasks_per_second": .number(moment.tasksPerSecond),
                ])
            })
    }
}
