import BatonCore
import BatonFormats
import BatonRuntime
import BatonStore
import Hummingbird

extension Problem {
    /// What a client is told of an error; nil for one that is nobody's business but the server's.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreError: self = Self.store(error)
        case let error as RuntimeError: self = Self.runtime(error)
        case let error as CommandError: self = Self.refused(error)
        case let error as WorkflowError: self = Self.workflow(error)
        case let error as JSONInput.Problem:
            self = .badRequest("line \(error.line), column \(error.column): \(error.message)")
        case let error as HTTPError: self = Self.http(error)
        default: return nil
        }
    }

    private static func store(_ error: StoreError) -> Problem {
        switch error.code {
        case .unknownRun: Problem(404, "unknown-run", "There is no such run", detail: error.location)
        case .ambiguousRun: Problem(400, "ambiguous-run", "Several runs have such an id", detail: error.message)
        case .busy, .diskFull, .corrupt, .notPermitted, .newerSchema, .device, .unreadableEntry, .other:
            // Where the database is, and what the system says of it, is for the log.
            Problem(
                503, "storage-\(error.code.rawValue)", "The record can't be read or written at the moment",
                retryAfter: 1)
        }
    }

    private static func runtime(_ error: RuntimeError) -> Problem {
        switch error {
        case .refused(let error): refused(error)
        case .store(let error): store(error)
        case .unknownRun(let run): Problem(404, "unknown-run", "There is no such run", detail: run.description)
        case .alreadyDriven(let run):
            .conflict("run \(run) is driven by another process; ask it, or try again when it has ended")
        case .missingSecrets(let names):
            .invalid("there is no secret \(names.joined(separator: ", ")); an administrator can add it")
        case .queueFull(let limit):
            Problem(
                429, "queue-full", "Too many tasks wait",
                detail: "\(limit) tasks wait or run; nothing of this request was kept, try again later", retryAfter: 1)
        case .folder, .supervisor:
            Problem(503, "runtime", "The run can't be started at the moment", retryAfter: 1)
        }
    }

    private static func refused(_ error: CommandError) -> Problem {
        switch error {
        case .invalidWorkflow(let error): workflow(error)
        case .unknownRun(let run): Problem(404, "unknown-run", "There is no such run", detail: run.description)
        case .duplicateRun: Problem(409, "duplicate-run", "There is such a run already", detail: error.sentence)
        case .neverFits: Problem(422, "never-fits", "No worker can take it", detail: error.sentence)
        case .unknownTask: Problem(404, "unknown-task", "There is no such task", detail: error.sentence)
        case .wrongState, .notAsking, .separateRuns: .conflict(error.sentence)
        case .invalidPriority: .invalid(error.sentence)
        case .wrongStatus(let run, let status):
            Problem(
                409, "wrong-status", "The run is not in a state for this", detail: error.sentence,
                members: [
                    Value.Entry(key: "run", value: .string(run.description)),
                    Value.Entry(key: "run_status", value: .string(status.rawValue)),
                ])
        }
    }

    /// With every problem of the workflow and its place.
    static func workflow(_ error: WorkflowError) -> Problem {
        let problems = error.problems.prefix(100).map { problem in
            Value.object([
                "severity": .string(problem.severity.rawValue), "path": .strings(problem.path),
                "line": problem.location.map { .number($0.line) },
                "column": problem.location.map { .number($0.column) },
                "message": .string(problem.message), "hint": problem.hint.map { .string($0) },
            ])
        }
        return Problem(
            422, "invalid-workflow", "The workflow is wrong", detail: error.problems.first?.message,
            members: [Value.Entry(key: "problems", value: .list(Array(problems)))])
    }

    private static func http(_ error: HTTPError) -> Problem {
        switch error.status.code {
        case 404: .notFound("there is nothing at this path; /openapi.json lists what there is")
        case 413: Problem(413, "too-large", "The request is too large")
        default:
            Problem(
                error.status.code, error.status.reasonPhrase.lowercased().split(separator: " ").joined(separator: "-"),
                error.status.reasonPhrase)
        }
    }
}
