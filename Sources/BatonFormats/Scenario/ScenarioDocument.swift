internal import BatonCore

/// Reads small files that are no workflows, such as those that describe a simulation, with the errors of workflow files.
enum ScenarioDocument {
    /// - Parameter decode: reports what is wrong to the decoder.
    /// - Throws: everything that was reported.
    static func decode<Result>(
        _ path: String, _ decode: (inout WorkflowDecoder, DocumentNode) -> Result
    ) throws(WorkflowError) -> Result {
        let text: String
        do throws(Files.Failure) {
            text = try Files.read(path)
        } catch {
            let problem = DocumentProblem(error.position ?? .start, "cannot read the file: \(error.message)")
            throw WorkflowError([problem], file: path)
        }
        return try self.decode(text, file: path, decode)
    }

    /// - Parameter file: the name of what the text came from.
    static func decode<Result>(
        _ text: String, file: String, _ decode: (inout WorkflowDecoder, DocumentNode) -> Result
    ) throws(WorkflowError) -> Result {
        var decoder = WorkflowDecoder(file: file, directory: "", source: text, ancestors: [])
        let document: Document?
        do throws(DocumentProblem) {
            document = try DocumentFormat(file: file).read(text)
        } catch {
            throw WorkflowError([error], file: file)
        }
        for problem in document?.problems ?? [] {
            decoder.report(problem.position, problem.message, hint: problem.hint)
        }
        let root = document?.root ?? DocumentNode(position: .start, content: .mapping([]))
        let result = decode(&decoder, root)
        guard decoder.problems.isEmpty else {
            func place(_ problem: WorkflowError.Problem) -> (Int, Int) {
                (problem.location?.line ?? 0, problem.location?.column ?? 0)
            }
            throw WorkflowError(decoder.problems.sorted { place($0) < place($1) })
        }
        return result
    }
}
