import BatonCore

extension NotificationRule {
    /// Something that people are told of.
    enum Event: Hashable, Sendable {
        /// A run ended so.
        case ended(Run.Status)
        /// A run has missed its deadline, or will.
        case late
        /// Tasks of a run ask for approval.
        case approvalWaiting

        static let all: [Event] = [.ended(.succeeded), .ended(.failed), .ended(.cancelled), .late, .approvalWaiting]

        /// As clients name it: `run.failed`.
        var word: String {
            switch self {
            case .ended(let status): "run.\(status.rawValue)"
            case .late: "run.late"
            case .approvalWaiting: "approval.waiting"
            }
        }

        init?(word: String) {
            guard let event = Self.all.first(where: { $0.word == word }) else { return nil }
            self = event
        }

        /// Of a run of which this is told.
        var status: Run.Status {
            switch self {
            case .ended(let status): status
            case .late, .approvalWaiting: .running
            }
        }
    }
}
