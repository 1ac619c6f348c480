internal import BatonCore
internal import BatonPrediction

/// Tables of tasks that Nextflow wrote, and those made of them such as Lotaru's, as traces of measured attempts.
///
/// Numbers are milliseconds, bytes and percent; text such as `1m 5s`, `6 GB` (of 1024³ bytes), `98.5%` and
/// `2023-01-23 16:08:23.249` is understood too.
struct TaskTable {
    private let process: Int?
    private let name: Int?
    private let tag: Int?
    private let run: [Int]
    private let status: Int?
    private let realtime: Int
    private let memory: Int
    private let cpu: Int?
    private let read: Int?
    private let written: Int?
    private let input: Int?
    private let declaredMemory: Int?
    private let declaredCores: Int?
    private let machine: Int?
    private let submit: Int?
    private let start: Int?
    private let complete: Int?

    static func recognises(_ columns: [String]) -> Bool {
        let names = Set(columns.map { $0.lowercased() })
        return names.contains("realtime") && names.contains("peak_rss")
            && !names.isDisjoint(with: ["process", "task", "name"])
    }

    /// - Throws: a column that is missing; damaged rows are only counted.
    static func read(_ text: String, name: String) throws(DocumentProblem) -> Trace {
        let table = try DelimitedText(text)
        let columns = try TaskTable(table)
        var trace = Trace(name: name)
        var damaged = 0
        try table.forEachRow(
            damaged: { _ in damaged += 1 },
            { row in
                do throws(DocumentProblem) {
                    if let attempt = try columns.attempt(row, &trace.flaws) { trace.rows.append(attempt) }
                } catch {
                    damaged += 1
                }
            })
        trace.flaws.damaged = damaged
        trace.isDated = trace.rows.contains { $0.completedAt != nil }
        trace.sortByCompletion()
        return trace
    }

    private init(_ table: DelimitedText) throws(DocumentProblem) {
        process = table.column("process", "Task")
        name = process == nil ? try table.requiredColumn("name", "process") : table.column("name")
        tag = table.column("tag")
        run = ["Label", "WorkflowInputSize"].compactMap { table.column($0) }
        status = table.column("status")
        realtime = try table.requiredColumn("realtime", "Realtime")
        memory = try table.requiredColumn("peak_rss")
        cpu = table.column("%cpu")
        read = table.column("rchar")
        written = table.column("wchar")
        input = table.column("TaskInputSize")
        declaredMemory = table.column("memory")
        declaredCores = table.column("cpus")
        machine = table.column("Machine")
        submit = table.column("submit")
        start = table.column("start")
        complete = table.column("complete")
    }

    /// - Returns: nil for an attempt that did not succeed.
    private func attempt(
        _ row: DelimitedText.Row, _ flaws: inout Trace.Flaws
    ) throws(DocumentProblem) -> Trace.Row? {
        if let status = row.text(status), status != "COMPLETED", status != "CACHED" {
            flaws.unsuccessful += 1
            return nil
        }
        let (process, tag) = try kindAndTag(row)
        let sample = tag ?? run.map { row[$0] }.joined(separator: "|")
        var attempt = Trace.Row(
            profile: TaskProfile(
                signature: process, tool: process.split(separator: ":").last.map(String.init) ?? process,
                sample: tag == nil ? (sample.isEmpty ? [] : [sample]) : TaskProfile.lineage(of: sample),
                inputBytes: try bytes(row, input), machine: row.text(machine),
                declaredMemoryBytes: try bytes(row, declaredMemory),
                declaredCores: try number(row, declaredCores)),
            measurement: Measurement(
                durationSeconds: try NextflowTrace.milliseconds(row, realtime).map { $0 / 1000 },
                peakMemoryBytes: try bytes(row, memory), cpuPercent: try number(row, cpu),
                writtenBytes: try bytes(row, written)),
            submittedAt: try stamp(row, submit), completedAt: try stamp(row, complete),
            readBytes: try bytes(row, read))
        let started = try stamp(row, start)
        let stamps = [attempt.submittedAt, started, attempt.completedAt].compactMap { $0 }
        if stamps != stamps.sorted() {
            flaws.clockSteps += 1
            // It is known no earlier than its last stamp.
            attempt.completedAt = attempt.completedAt.map { max($0, stamps.max()!) }
        }
        return attempt
    }

    /// `FASTQC (sample)` without a column for the process is `FASTQC`, of `sample`.
    private func kindAndTag(_ row: DelimitedText.Row) throws(DocumentProblem) -> (String, String?) {
        if let process = row.text(process) { return (process, row.text(tag)) }
        guard let name = row.text(name) else {
            throw DocumentProblem(row.position(0), "expected the name of a process, found nothing")
        }
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "("), open > name.startIndex else {
            return (name, row.text(tag))
        }
        let process = name[..<open].split(separator: " ").joined(separator: " ")
        return (process, String(name[name.index(after: open)...].dropLast()))
    }

    private func bytes(_ row: DelimitedText.Row, _ column: Int?) throws(DocumentProblem) -> Double? {
        guard let column else { return nil }
        return try NextflowTrace.bytes(row, column, "bytes").map(Double.init)
    }

    private func number(_ row: DelimitedText.Row, _ column: Int?) throws(DocumentProblem) -> Double? {
        guard let column, let text = row.text(column) else { return nil }
        let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let number = DocumentNode.Scalar.number(digits), number >= 0 else {
            throw DocumentProblem(row.position(column), "expected a number, found '\(text.shortened)'")
        }
        return number
    }

    /// Seconds since 1970.
    private func stamp(_ row: DelimitedText.Row, _ column: Int?) throws(DocumentProblem) -> Double? {
        guard let column, let text = row.text(column) else { return nil }
        if let milliseconds = DocumentNode.Scalar.number(text) { return milliseconds / 1000 }
        let parts = text.split { "-: ".contains($0) }.map { Double($0) ?? .nan }
        guard parts.count == 6, !parts.contains(where: \.isNaN) else {
            throw DocumentProblem(row.position(column), "expected a moment, found '\(text.shortened)'")
        }
        let days = Self.days(year: Int(parts[0]), month: Int(parts[1]), day: Int(parts[2]))
        return Double(days) * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]
    }

    /// Since 1970, in the calendar that is in use: years begin in March, so that the leap day is their last.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
