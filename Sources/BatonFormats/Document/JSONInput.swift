public import BatonCore

/// JSON that somebody sent, as a value.
public enum JSONInput {
    /// What is not JSON in it, or not JSON that is taken: keys given twice, more than 100 levels.
    public struct Problem: Error, Hashable, Sendable {
        /// One-based, as editors count.
        public var line: Int
        public var column: Int
        public var message: String
    }

    /// - Throws: the first thing that is wrong.
    public static func read(_ text: String) throws(Problem) -> Value {
        let found: Result<Document?, DocumentProblem> = Result { () throws(DocumentProblem) in
            try JSONReader.read(text)
        }
        switch found {
        case .failure(let problem): throw Problem(problem)
        case .success(nil): throw Problem(line: 1, column: 1, message: "expected a value, found nothing")
        case .success(let document?):
            if let problem = document.problems.first { throw Problem(problem) }
            return document.root.plainValue
        }
    }
}

extension JSONInput.Problem {
    fileprivate init(_ problem: DocumentProblem) {
        self.init(
            line: Int(problem.position.line), column: Int(problem.position.column),
            message: problem.message + (problem.hint.map { ". \($0)" } ?? ""))
    }
}
