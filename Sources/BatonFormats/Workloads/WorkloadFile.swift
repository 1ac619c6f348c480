public import BatonCore
public import BatonSimulator

/// Jobs that were read from files: traces of real systems, scheduling problems, or a user's own workflow.
public struct WorkloadFile: Sendable {
    /// In the order of the files and of what stands in them.
    public private(set) var jobs: [Job] = []
    /// What was left out or assumed, with its place.
    public private(set) var notes: [WorkflowError.Problem] = []

    /// A notation of workloads.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        case wfformat, tpch, alibaba, nextflow, patterson, progen, dax, stg, baton
    }

    /// What the files leave open.
    public struct Options: Hashable, Sendable {
        /// Nil: recognised by name and content.
        public var format: Format?
        /// TPC-H: the measured number of executors nearest to it counts.
        public var executors = 50
        /// TPC-H: each stage is one task that takes a share of a cluster of 600 cores.
        public var stagesAreTasks = false
        /// Alibaba: most instances of one task.
        public var instanceLimit = 100
        /// Alibaba: what memory of 100 means.
        public var machineMemoryBytes: Int64 = 384_000_000_000
        /// Baton: what a task takes that says nothing.
        public var duration = Duration.seconds(10)

        public init() {}
    }

    /// Reads a file, or all files below a folder in sorted order; those that gzip made as what they were before.
    ///
    /// In a folder, files that are no workload are left out, and a note says which.
    /// - Throws: why a file cannot be read, with its place and what to do.
    public static func read(path: String, options: Options = Options()) throws(WorkflowError) -> WorkloadFile {
        var workload = WorkloadFile()
        guard Files.isFolder(path) else {
            try workload.read(path, options, isAlone: true)
            return workload
        }
        for file in Files.below(path) { try workload.read(file, options, isAlone: false) }
        guard !workload.jobs.isEmpty else {
            throw WorkflowError([
                Self.problem(path, .start, "no workload in this folder", hint: "Formats: \(Self.formatNames).")
            ])
        }
        return workload
    }

    private static var formatNames: String { Format.allCases.map(\.rawValue).joined(separator: ", ") }

    /// - Parameter isAlone: named by the user, so that it has to be a workload.
    private mutating func read(_ path: String, _ options: Options, isAlone: Bool) throws(WorkflowError) {
        guard isAlone || WorkloadContent.fileExtensions.contains(WorkloadContent.fileExtension(of: path)) else {
            return leaveOut(path)
        }
        let text: String
        do throws(Files.Failure) {
            text = try Files.readInflated(path)
        } catch {
            let message = "cannot read the file: \(error.message)"
            throw WorkflowError([Self.problem(path, error.position ?? .start, message, hint: nil)])
        }
        var found: [DocumentProblem] = []
        let content: WorkloadContent?
        do throws(DocumentProblem) {
            content = try WorkloadContent(text, path: path, as: options.format)
            if let content { try read(content, text, path, options, notes: &found) }
        } catch {
            throw WorkflowError([error], file: path)
        }
        guard let content else {
            guard isAlone else { return leaveOut(path) }
            throw WorkflowError([
                Self.problem(
                    path, .start, "this is no workload that can be recognised",
                    hint: "Say which format it has: \(Self.formatNames).")
            ])
        }
        if content.format == .baton { jobs.append(try BatonWorkload.read(path: path, options: options, notes: &found)) }
        for note in found { self.note(path, note.position, note.message) }
    }

    private mutating func leaveOut(_ path: String) {
        note(path, .start, "this is no workload: left out")
    }

    private mutating func note(_ path: String, _ place: Position, _ message: String) {
        var note = Self.problem(path, place, message, hint: nil)
        note.severity = .warning
        notes.append(note)
    }

    private mutating func read(
        _ content: WorkloadContent, _ text: String, _ path: String, _ options: Options,
        notes: inout [DocumentProblem]
    ) throws(DocumentProblem) {
        let name = WorkloadContent.stem(of: path)
        let root = content.root ?? DocumentNode(position: .start, content: .mapping([]))
        switch content.format {
        case .wfformat: jobs.append(try WfTrace.read(root, name: name))
        case .tpch:
            let form: TPCHFormat.Form = options.stagesAreTasks ? .share : .fanOut(executors: options.executors)
            jobs.append(try TPCHFormat.read(root, name: name, form: form))
        case .alibaba: jobs += try AlibabaFormat.read(text, options: options, notes: &notes)
        case .nextflow: jobs += try NextflowTrace.read(text, name: name, notes: &notes)
        case .patterson: jobs.append(try PattersonFormat.read(text, name: name))
        case .progen: jobs.append(try ProGenFormat.read(text, name: name))
        case .dax: jobs.append(try DAXFormat.read(text, name: name))
        case .stg: jobs.append(try STGFormat.read(text, name: name))
        case .baton: break
        }
    }

    private static func problem(
        _ file: String, _ place: Position, _ message: String, hint: String?
    ) -> WorkflowError.Problem {
        let location = WorkflowError.Location(file: file, line: Int(place.line), column: Int(place.column))
        return WorkflowError.Problem(path: [], location: location, message: message, hint: hint)
    }
}
