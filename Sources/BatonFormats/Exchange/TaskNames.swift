internal import BatonCore

/// Makes names of another format fit for tasks: no brackets or control characters, each name once.
struct TaskNames {
    private var taken: Set<String> = []

    mutating func name(for text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "[": scalars.append("(")
            case "]": scalars.append(")")
            case "\0"..<" ", "\u{7F}": scalars.append("_")
            default: scalars.append(scalar)
            }
        }
        let plain = scalars.isEmpty ? "task" : String(scalars)
        var name = plain
        var number = 2
        while !taken.insert(name).inserted {
            name = "\(plain)-\(number)"
            number += 1
        }
        return name
    }
}

extension WorkflowError {
    init(_ problems: [DocumentProblem], file: String) {
        self.init(
            problems.map { problem in
                let place = problem.position
                return Problem(
                    path: [], location: Location(file: file, line: Int(place.line), column: Int(place.column)),
                    message: problem.message, hint: problem.hint)
            })
    }
}
