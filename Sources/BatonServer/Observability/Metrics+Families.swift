extension Metrics {
    /// What is measured. Units are seconds, bytes and ratios of one.
    public enum Family: String, Hashable, Sendable, CaseIterable {
        case requests = "baton_http_requests_total"
        case requestSeconds = "baton_http_request_seconds"
        case authenticationFailures = "baton_authentication_failures_total"
        case eventStreams = "baton_event_streams"
        case decisionSeconds = "baton_scheduling_decision_seconds"
        case decisions = "baton_scheduling_decisions_total"
        case tasksScheduled = "baton_tasks_scheduled_total"
        case tasksFinished = "baton_tasks_finished_total"
        case schedulingErrors = "baton_scheduling_errors_total"
        case runsSubmitted = "baton_runs_submitted_total"
        case approvalsWaiting = "baton_approvals_waiting"
        case scheduleFirings = "baton_schedule_firings_total"
        case scheduleLag = "baton_schedule_lag_seconds"
        case triggerFirings = "baton_trigger_firings_total"
        case notificationDeliveries = "baton_notification_deliveries_total"
        case analysisSeconds = "baton_optimization_analysis_seconds"
        case optimizationsApplied = "baton_optimizations_applied_total"
        case improvementRatio = "baton_optimization_improvement_ratio"
        case predictionAccuracy = "baton_prediction_accuracy_ratio"
        case predictionSeconds = "baton_prediction_seconds"
        case resourceUtilization = "baton_resource_utilization_ratio"
        case activeTasks = "baton_active_tasks"
        case queueSize = "baton_queue_size"
        case openRuns = "baton_open_runs"
        case systemCPU = "baton_system_cpu_ratio"
        case systemMemory = "baton_system_memory_ratio"
        case systemDisk = "baton_system_disk_ratio"
        case processCPU = "baton_process_cpu_seconds_total"
        case processMemory = "baton_process_resident_memory_bytes"
    }
}

extension Metrics.Family {
    var kind: String {
        switch self {
        case .requests, .authenticationFailures, .decisions, .tasksScheduled, .tasksFinished, .schedulingErrors,
            .runsSubmitted, .scheduleFirings, .triggerFirings, .notificationDeliveries, .optimizationsApplied,
            .processCPU:
            "counter"
        case .requestSeconds, .decisionSeconds, .analysisSeconds, .predictionSeconds: "histogram"
        case .eventStreams, .approvalsWaiting, .scheduleLag, .improvementRatio, .predictionAccuracy,
            .resourceUtilization, .activeTasks, .queueSize, .openRuns, .systemCPU, .systemMemory, .systemDisk,
            .processMemory:
            "gauge"
        }
    }

    /// Upper ends of the buckets, in seconds.
    var bounds: [Double] { [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] }

    /// Has no series before its first value.
    var isLabelled: Bool {
        switch self {
        case .requests, .requestSeconds, .tasksFinished, .scheduleFirings, .triggerFirings, .notificationDeliveries,
            .resourceUtilization, .improvementRatio, .predictionAccuracy:
            true
        case .authenticationFailures, .eventStreams, .decisionSeconds, .decisions, .tasksScheduled, .schedulingErrors,
            .runsSubmitted, .approvalsWaiting, .scheduleLag, .analysisSeconds, .optimizationsApplied,
            .predictionSeconds, .activeTasks, .queueSize, .openRuns,
            .systemCPU, .systemMemory, .systemDisk, .processCPU, .processMemory:
            false
        }
    }

    var help: String {
        switch self {
        case .requests: "Requests answered, by method, route and status."
        case .requestSeconds: "Time from a request's head to its answer's, by route."
        case .authenticationFailures: "Requests whose key or token was none, or no longer good."
        case .eventStreams: "Clients that follow events."
        case .decisionSeconds: "Time that a scheduling decision took."
        case .decisions: "Scheduling decisions made."
        case .tasksScheduled: "Attempts that were given a place."
        case .tasksFinished: "Attempts that ended, by outcome."
        case .schedulingErrors: "Submissions and commands that were refused."
        case .runsSubmitted: "Runs taken."
        case .approvalsWaiting: "Tasks that wait for a person's yes."
        case .scheduleFirings: "Times of schedules that were dealt with, by result."
        case .scheduleLag: "For how long the time has been due that is most overdue of all schedules."
        case .triggerFirings: "Occasions of triggers that were dealt with, by result."
        case .notificationDeliveries: "Tries to tell somebody, by result; retried: it comes again."
        case .analysisSeconds: "Time that the analysis of a workflow took."
        case .optimizationsApplied: "Revisions of workflows made by optimisations."
        case .improvementRatio: "By what share the last applied optimisation promises to shorten its workflow."
        case .predictionAccuracy:
            "One minus the mean relative error of the newest predictions that came true or not, by target."
        case .predictionSeconds: "Time that a prediction took."
        case .resourceUtilization: "Granted over available, by resource."
        case .activeTasks: "Tasks that run."
        case .queueSize: "Tasks that could run and wait."
        case .openRuns: "Runs that have not ended."
        case .systemCPU: "Share of the machine's processors in use since the last look."
        case .systemMemory: "Share of the machine's memory in use."
        case .systemDisk: "Share of the disk under the server's data in use."
        case .processCPU: "Processor time of this process."
        case .processMemory: "Memory held by this process."
        }
    }
}
