public import BatonCore

/// A workflow that was read from a file, and what is needed to say where in it something stands.
public struct WorkflowFile: Sendable {
    public private(set) var workflow: Workflow
    /// As the user named it.
    public let path: String
    /// Where the tasks run unless they say otherwise; absolute.
    public let directory: String
    public let source: String
    /// What is strange but not wrong, in the order of the file.
    public let warnings: [WorkflowError.Problem]
    private let origins: [Origin]
    /// With every parameter at its default: checking needs it, and most runs can use it as it is.
    private var byDefault: (parameters: [Workflow.Binding], expansion: Expansion)?

    /// Reads a file by its extension: `.json` as JSON, anything else as YAML.
    ///
    /// - Throws: why the file cannot be read, or everything that is wrong in it.
    public static func read(_ path: String) throws(WorkflowError) -> WorkflowFile {
        let text: String
        do throws(Files.Failure) {
            text = try Files.read(path)
        } catch {
            let place = error.position ?? .start
            let location = WorkflowError.Location(file: path, line: Int(place.line), column: Int(place.column))
            throw WorkflowError([
                WorkflowError.Problem(path: [], location: location, message: "cannot read the file: \(error.message)")
            ])
        }
        return try WorkflowFile(text, file: path, as: DocumentFormat(file: path))
    }

    init(_ text: String, file: String, as format: DocumentFormat) throws(WorkflowError) {
        let absolute = Files.absolute(file)
        let folder = Files.folder(of: absolute)
        var decoder = WorkflowDecoder(file: file, directory: folder, source: text, ancestors: [absolute])
        let decoded = decoder.decode(text, as: format)
        var problems = decoder.problems
        var byDefault: (parameters: [Workflow.Binding], expansion: Expansion)?
        // Without tasks, what is wrong with the tasks' own text has been said.
        if let decoded, !decoded.tasks.isEmpty || problems.isEmpty {
            let (found, checked) = Self.check(decoded)
            problems += Self.locate(found, in: decoder.origins)
            byDefault = checked
        }
        problems = Self.sorted(problems, file: file)
        guard let decoded, !problems.contains(where: { $0.severity == .error }) else { throw WorkflowError(problems) }
        workflow = decoded
        path = file
        directory = folder
        source = text
        warnings = problems
        origins = decoder.origins
        self.byDefault = byDefault
    }

    /// Makes what tasks declare of CPU and memory upper bounds, but for tasks that say `auto: false`.
    public mutating func rightSize() {
        workflow.rightSize()
        byDefault = nil  // its instances insist on what is declared
    }

    /// The workflow's instances for these parameters, if reading the file has brought them up.
    ///
    /// - Parameter parameters: resolved, one for each parameter of the workflow.
    public func knownExpansion(parameters: [Workflow.Binding]) -> Expansion? {
        byDefault.flatMap { $0.parameters == parameters ? $0.expansion : nil }
    }

    /// The workflow's instances for these parameters, resolved.
    ///
    /// - Throws: what is wrong, with its place in the file.
    public func expand(parameters: [Workflow.Binding]) throws(WorkflowError) -> Expansion {
        if let known = knownExpansion(parameters: parameters) { return known }
        do throws(WorkflowError) {
            return try workflow.expand(parameters: parameters)
        } catch {
            throw locate(error)
        }
    }

    /// The same problems with their places in the file, in its order.
    public func locate(_ error: WorkflowError) -> WorkflowError {
        WorkflowError(Self.sorted(Self.locate(error.problems, in: origins), file: path))
    }

    private static func check(
        _ workflow: Workflow
    ) -> ([WorkflowError.Problem], (parameters: [Workflow.Binding], expansion: Expansion)?) {
        // A parameter without a default is no mistake: then only the definition can be checked.
        guard workflow.parameters.allSatisfy({ $0.defaultValue != nil }) else { return (workflow.validate(), nil) }
        do throws(WorkflowError) {
            let parameters = try workflow.resolveParameters([])
            return ([], (parameters, try workflow.expand(parameters: parameters)))
        } catch {
            return (error.problems, nil)
        }
    }

    /// By place, this file's first. Of two problems at one place the first is enough: the second follows from it.
    private static func sorted(_ problems: [WorkflowError.Problem], file: String) -> [WorkflowError.Problem] {
        func key(_ problem: WorkflowError.Problem) -> (Int, String, Int, Int) {
            guard let place = problem.location else { return (0, "", 0, 0) }
            return (place.file == file ? 0 : 1, place.file, place.line, place.column)
        }
        let sorted = problems.enumerated().sorted { left, right in
            let (first, second) = (key(left.element), key(right.element))
            return first == second ? left.offset < right.offset : first < second
        }
        var kept: [WorkflowError.Problem] = []
        for (_, problem) in sorted where problem.location == nil || problem.location != kept.last?.location {
            kept.append(problem)
        }
        return kept
    }

    private static func locate(
        _ problems: [WorkflowError.Problem], in origins: [Origin]
    ) -> [WorkflowError.Problem] {
        problems.map { problem in
            var problem = problem
            problem.location = problem.location ?? place(of: problem.path, in: origins)
            return problem
        }
    }

    /// `["tasks", "prep/load", "needs", "0"]` stands in the file that `prep` uses.
    private static func place(of path: [String], in origins: [Origin]) -> WorkflowError.Location? {
        let name = path.dropFirst().first ?? ""
        let matching = origins.filter { name.hasPrefix($0.prefix) }
        guard let origin = matching.max(by: { $0.prefix.utf8.count < $1.prefix.utf8.count }) else { return nil }
        var path = path
        if path.count > 1 { path[1] = String(name.dropFirst(origin.prefix.count)) }
        if path.first == "tasks", path.count > 1, origin.root["tasks"]?[path[1]] == nil { path[0] = "finally" }
        if path.count > 2, path[2] == "expected" { path[2] = TaskKey.duration.rawValue }
        if path.count > 2, path[2] == "foreach", origin.root[path[0]]?[path[1]]?["matrix"] != nil { path[2] = "matrix" }
        let position = origin.root.position(of: path)
        return WorkflowError.Location(file: origin.file, line: Int(position.line), column: Int(position.column))
    }
}
