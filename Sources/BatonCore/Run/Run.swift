/// One execution of one workflow.
public enum Run {
    /// Unique across machines and sortable by time: 42 bits of milliseconds since 2024, then 22 random bits.
    public struct ID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
        public var rawValue: UInt64

        public init(rawValue: UInt64) {
            self.rawValue = rawValue
        }

        /// Mints an id; the caller brings the time and the randomness, of which the upper 22 bits are used.
        public init(at now: Instant, random: UInt32) {
            let epoch2024: Int64 = 1_704_067_200_000
            // Milliseconds: several short runs fit into a second, and the latest must be the last.
            let milliseconds = UInt64(clamping: now.nanoseconds / 1_000_000 - epoch2024)
            rawValue = milliseconds << 22 | UInt64(random >> 10)
        }

        /// Reads what `description` prints.
        public init?(_ text: String) {
            guard text.utf8.count == 13 else { return nil }
            var value: UInt64 = 0
            for byte in text.utf8 {
                guard let digit = Self.alphabet.firstIndex(of: byte) else { return nil }
                let (shifted, overflow) = value.multipliedReportingOverflow(by: 32)
                guard !overflow else { return nil }
                value = shifted | UInt64(digit)
            }
            rawValue = value
        }

        /// Thirteen characters of Crockford's base 32: no vowels to misread, and text order is time order.
        public var description: String {
            var digits = [UInt8](repeating: Self.alphabet[0], count: 13)
            var rest = rawValue
            for index in digits.indices.reversed() {
                digits[index] = Self.alphabet[Int(rest & 31)]
                rest >>= 5
            }
            return String(decoding: digits, as: UTF8.self)
        }

        private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

        public static func < (left: ID, right: ID) -> Bool { left.rawValue < right.rawValue }

        public init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let id = ID(text) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a run id")
                )
            }
            self = id
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(description)
        }
    }

    /// Where a run stands as a whole.
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        case running
        /// Nothing new starts; what runs goes on.
        case paused
        /// Cancelled by the user; running attempts are being stopped and `finally` tasks run.
        case cancelling
        case succeeded
        case failed
        case cancelled

        public var isTerminal: Bool {
            switch self {
            case .running, .paused, .cancelling: false
            case .succeeded, .failed, .cancelled: true
            }
        }
    }

    /// Everything that a new run is made of; with it a run is rebuilt from the log alone.
    public struct Submission: Sendable, Codable, Hashable {
        public var run: ID
        public var workflow: Workflow
        /// Resolved: every parameter of the workflow has its value here.
        public var parameters: [Workflow.Binding]
        /// Instances whose results an earlier run already has; they succeed at once.
        public var carriedOver: [CarriedOver]
        /// Folder in which relative paths of tasks are resolved, absolute.
        public var directory: String
        /// The file the workflow came from, as the user named it.
        public var source: String?
        /// The trace that its tasks belong to; nil: one of its own.
        public var trace: TraceParent?
        /// What somebody has computed, so that the engine need not do it again; no part of the log.
        var known = KnownExpansion()

        private enum CodingKeys: String, CodingKey {
            case run, workflow, parameters, carriedOver, directory, source, trace
        }

        /// - Parameter expansion: of this workflow with these parameters, where it is known already.
        public init(
            run: ID, workflow: Workflow, parameters: [Workflow.Binding], carriedOver: [CarriedOver] = [],
            directory: String = "/", source: String? = nil, trace: TraceParent? = nil, expansion: Expansion? = nil
        ) {
            self.run = run
            self.workflow = workflow
            self.parameters = parameters
            self.carriedOver = carriedOver
            self.directory = directory
            self.source = source
            self.trace = trace
            known.expansion = expansion
        }

        /// The instances of the run.
        ///
        /// - Throws: what `Workflow.expand` finds wrong.
        public func expand() throws(WorkflowError) -> Expansion {
            if let expansion = known.expansion { return expansion }
            return try workflow.expand(parameters: parameters)
        }
    }

    /// An expansion that follows from the rest of a submission, and so makes no two of them different.
    struct KnownExpansion: Sendable, Hashable, CustomStringConvertible {
        var expansion: Expansion?

        var description: String { "derived" }

        static func == (left: KnownExpansion, right: KnownExpansion) -> Bool { true }
        func hash(into hasher: inout Hasher) {}
    }

    /// A task that joins a run that goes on: one instance, nothing in it depends on others' values.
    public struct AddedTask: Sendable, Codable, Hashable {
        public var task: Workflow.Task
        /// Instances of the run that must have succeeded before.
        public var needs: [TaskInstance.ID]
        /// What it is expected to take; nil when nothing is known.
        public var estimate: Estimate?

        public init(task: Workflow.Task, needs: [TaskInstance.ID] = [], estimate: Estimate? = nil) {
            self.task = task
            self.needs = needs
            self.estimate = estimate
        }
    }

    /// A result taken from an earlier run instead of running the task again.
    public struct CarriedOver: Sendable, Codable, Hashable {
        public var instance: String
        public var from: ID
        public var values: TaskValues?

        public init(instance: String, from: ID, values: TaskValues?) {
            self.instance = instance
            self.from = from
            self.values = values
        }
    }
}

/// A task of a run, wherever it is spoken of outside that run.
public struct TaskReference: Hashable, Sendable, Codable {
    public var run: Run.ID
    public var task: TaskInstance.ID

    public init(run: Run.ID, task: TaskInstance.ID) {
        self.run = run
        self.task = task
    }
}

extension [Run.AddedTask] {
    /// What is expected of those of which anything is.
    ///
    /// - Parameter first: the instance that the first of them is.
    public func estimates(from first: Int) -> [TaskEstimate] {
        enumerated().compactMap { offset, added in
            added.estimate.map { TaskEstimate(task: TaskInstance.ID(first + offset), estimate: $0) }
        }
    }
}
