internal import Glibc

/// A supervisor that cannot be started, reached or understood. (How a *task* fails is a `SupervisedExit`.)
public struct SupervisorFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }

    /// Names what was tried and what the system said, from `errno`.
    static func system(_ attempt: String, _ code: Int32 = errno) -> SupervisorFailure {
        SupervisorFailure("\(attempt): \(String(cString: strerror(code)))")
    }
}
