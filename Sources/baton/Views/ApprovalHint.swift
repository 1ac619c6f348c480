import BatonCore

/// What a task that asks for approval is shown as, and how to answer it.
enum ApprovalHint {
    /// What somebody wrote, on one line.
    static func line(_ text: String) -> String {
        DisplayWidth.printable(text.split(whereSeparator: \.isNewline).joined(separator: " "))
    }

    /// - Parameter options: what must follow a command about the run, with a space before it.
    static func sentence(_ run: Run.ID, task: String, options: String) -> String {
        let arguments = "\(run) \(argument(task))\(options)"
        return "To let it start: baton approve \(arguments); to refuse: baton reject \(arguments)"
    }

    /// As a shell takes it for one word.
    private static func argument(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_./".utf8.contains(byte)
        }
        return isPlain
            ? name : "'" + name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension Review {
    /// To be put behind `was`: `approved by anna: go`.
    var predicate: String {
        let words = "\(isApproved ? "approved" : "rejected") by \(reviewer)" + (comment.map { ": \($0)" } ?? "")
        return ApprovalHint.line(words)
    }
}

extension Event {
    /// The yes that it is; nil for anything else.
    var approval: Review? {
        if case .reviewed(_, let review) = self, review.isApproved { review } else { nil }
    }
}
