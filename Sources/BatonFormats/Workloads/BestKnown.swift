public import BatonCore
public import BatonSimulator

/// The least makespans that anybody has found for known scheduling problems.
public struct BestKnown: Sendable {
    private var makespans: [String: Duration] = [:]

    public var count: Int { makespans.count }

    /// Reads a file, or all files below a folder: tables with a column of names and one of makespans (OptalCP's
    /// `Model name;…;Objective`), and the solution tables of PSPLIB (`j30opt.sm`, `j60hrs.sm`). A unit of time is a
    /// second.
    ///
    /// Files that are neither are passed over.
    /// - Throws: a table that cannot be read, with its place; a path without any.
    public static func read(path: String) throws(WorkflowError) -> BestKnown {
        var best = BestKnown()
        let extensions = ["csv", "txt", "sm", "tsv"]
        for file in Files.isFolder(path) ? Files.below(path) : [path] {
            guard file == path || extensions.contains(WorkloadContent.fileExtension(of: file)) else { continue }
            let text: String
            do throws(Files.Failure) {
                text = try Files.readInflated(file)
            } catch {
                throw WorkflowError([DocumentProblem(.start, "cannot read the file: \(error.message)")], file: file)
            }
            do throws(DocumentProblem) {
                try best.take(text, path: file)
            } catch {
                throw WorkflowError([error], file: file)
            }
        }
        guard best.count > 0 else {
            let problem = DocumentProblem(
                .start, "no best known makespans found",
                hint: "Expected a table with the columns 'Model name' and 'Objective', or PSPLIB's j30opt.sm.")
            throw WorkflowError([problem], file: path)
        }
        return best
    }

    /// Nil for a problem that no table has. `j30_10_1`, `j3010_1` and `rcpsp_j30_j3010_1` are the same.
    public func makespan(of name: String) -> Duration? {
        makespans[Self.canonical(name)]
    }

    /// Tells each job the least makespan known for it.
    ///
    /// - Returns: how many have one now.
    @discardableResult
    public func attach(to jobs: inout [Job]) -> Int {
        for index in jobs.indices {
            if let makespan = makespan(of: jobs[index].name) { jobs[index].bestKnownMakespan = makespan }
        }
        return jobs.count { $0.bestKnownMakespan != nil }
    }

    private mutating func take(_ text: String, path: String) throws(DocumentProblem) {
        if WorkloadContent.fileExtension(of: path) == "sm" {
            // Problems have this extension too.
            if !text.prefix(100_000).contains(ProGenFormat.precedences) { takePSPLIB(text, path: path) }
            return
        }
        let columns = DelimitedText.columns(of: text)
        let names = ["Model name", "name", "instance"]
        guard columns.contains(where: names.contains), columns.contains(where: ["Objective", "makespan"].contains)
        else {
            return
        }
        let table = try DelimitedText(text)
        let name = try table.requiredColumn("Model name", "name", "instance")
        let makespan = try table.requiredColumn("Objective", "makespan")
        try table.forEachRow { (row) throws(DocumentProblem) in
            // Without a solution there is no objective.
            guard let seconds = try row.number(makespan, table.columns[makespan]) else { return }
            note(row[name], seconds)
        }
    }

    /// Rows of parameter, instance and makespan below titles; the set is in the file's name.
    private mutating func takePSPLIB(_ text: String, path: String) {
        let set = WorkloadContent.stem(of: path).prefix { $0.isLetter && $0 == "j" || $0.isNumber }
        guard set.count > 1 else { return }
        for line in text.split(whereSeparator: \.isNewline) {
            let numbers = line.split(whereSeparator: \.isWhitespace).map { DocumentNode.Scalar.number(String($0)) }
            guard numbers.count >= 3,
                case let (parameter?, instance?, makespan?) = (numbers[0], numbers[1], numbers[2]),
                let first = Int(exactly: parameter), let second = Int(exactly: instance)
            else { continue }
            note("\(set)\(first)_\(second)", makespan)
        }
    }

    /// Of several values the least is the best.
    private mutating func note(_ name: String, _ seconds: Double) {
        let makespan = Amount.duration(seconds: seconds)
        let name = Self.canonical(name)
        makespans[name] = min(makespans[name] ?? makespan, makespan)
    }

    /// As PSPLIB names its problems: set and parameter together, then the instance.
    private static func canonical(_ name: String) -> String {
        let parts = name.lowercased().split(separator: "_")
        guard parts.count >= 2 else { return name.lowercased() }
        let last = parts.suffix(3)
        if parts[parts.count - 2].hasPrefix("j") { return last.suffix(2).joined(separator: "_") }
        guard parts.count >= 3, last.first!.hasPrefix("j") else { return name.lowercased() }
        return last.prefix(2).joined() + "_" + last.last!
    }
}
