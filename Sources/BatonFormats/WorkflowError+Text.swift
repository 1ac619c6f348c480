public import BatonCore

extension WorkflowError.Problem {
    /// One line as compilers write them, which editors can jump to:
    /// `etl.yaml:14:7: error: 'load' needs 'extrct', which is not a task. Did you mean 'extract'?`
    public var text: String {
        let place = location.map { "\($0.file):\($0.line):\($0.column): " } ?? ""
        return "\(place)\(severity.rawValue): \(message)" + (hint.map { ". \($0)" } ?? "")
    }
}

extension WorkflowError: CustomStringConvertible {
    /// A line for each problem.
    public var description: String {
        problems.map(\.text).joined(separator: "\n")
    }
}
