import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Logging

/// Makes the runs of firings, each once.
///
/// The id of a run is on the disk before the run is made. So whoever dies in between makes it later, if it is not there.
struct FiringStarter: Sendable {
    let stores: StorePool
    let control: any RunControl
    let configuration: ServerConfiguration
    let shelf: WorkflowShelf
    let events: EventBus
    let audit: AuditLog
    let metrics: Metrics
    var clock: @Sendable () -> Instant
    let logger: Logger

    /// What a firing has to have done.
    struct Errand: Sendable {
        var template: RunTemplate
        var occasion: Occasion
        /// Of all tasks; nil: as the workflow has it.
        var priority: Int32?
    }

    /// Makes the run of a firing, unless it is there already.
    ///
    /// - Returns: the firing as it is then; it still waits where its turn has not come: the queue is full, a disk is.
    func start(_ firing: Firing, for errand: Errand) async throws -> Firing {
        var firing = firing
        do {
            let run = try claim(&firing)
            if try isMissing(run) { try await submit(run, for: errand, origin: firing.origin) }
            firing.state = .started
        } catch {
            let problem = Problem(error)
            switch problem?.status {
            case 409? where problem?.code == "duplicate-run": firing.state = .started
            case 429?: return firing
            case let status? where status < 500:
                firing.state = .refused
                firing.reason = problem?.detail ?? problem?.title
                metrics.add(to: .schedulingErrors)
                log(error, of: firing)
            case _?, nil:
                log(error, of: firing)
                return firing
            }
        }
        firing.input = nil
        let settled = firing
        try stores.with { (store) throws(StoreError) in try store.settle(settled) }
        metrics.count(settled)
        return settled
    }

    /// The id of the run to be made, on the disk.
    private func claim(_ firing: inout Firing) throws(StoreError) -> Run.ID {
        if let run = firing.run { return run }
        let run = Run.ID(at: clock(), random: UInt32.random(in: 0...UInt32.max))
        firing.run = run
        let claimed = firing
        try stores.with { (store) throws(StoreError) in
            try store.settle(claimed)
            try store.flush()
        }
        return run
    }

    private func isMissing(_ run: Run.ID) throws(StoreError) -> Bool {
        try stores.with { (store) throws(StoreError) in
            do throws(StoreError) {
                _ = try store.run(run)
                return false
            } catch {
                if error.code == .unknownRun { return true }
                throw error
            }
        }
    }

    private func submit(_ run: Run.ID, for errand: Errand, origin: String) async throws {
        let workflow = try await workflow(of: errand.template, origin: origin)
        let submission = try workflow.submission(
            of: errand.template, run: run, on: errand.occasion, priority: errand.priority)
        try await control.submit(submission)
        events.publish()
        audit.collect(
            AuditEntry(
                at: clock(), actor: origin, action: "run.submitted", subject: run.description,
                detail: submission.workflow.name))
    }

    func workflow(of template: RunTemplate, origin: String) async throws -> ReadyWorkflow {
        try await ReadyWorkflow.find(
            for: template, origin: origin, stores: stores, shelf: shelf, configuration: configuration)
    }

    /// Makes sure that a template can be run as it is now.
    ///
    /// - Parameter occasion: one as it may come to this workflow.
    /// - Returns: the template with the name of its workflow.
    /// - Throws: what is wrong with its workflow, parameters or folder.
    func check(
        _ template: RunTemplate, origin: String, on occasion: (Workflow) -> Occasion
    ) async throws -> RunTemplate {
        let workflow = try await workflow(of: template, origin: origin)
        let probe = Run.ID(at: clock(), random: 0)
        _ = try workflow.submission(of: template, run: probe, on: occasion(workflow.workflow)).expand()
        var template = template
        template.workflow = workflow.workflow.name
        return template
    }

    private func log(_ error: any Error, of firing: Firing) {
        logger.error(
            "firing",
            metadata: [
                "origin": .string(firing.origin), "time": .string(firing.at.rfc3339), "error": .string("\(error)"),
            ])
    }
}

extension Firing {
    /// Who starts its run, in the audit log and as the source of what came without a file: `schedule:nightly`.
    var origin: String { "\(kind.rawValue):\(name)" }
}
