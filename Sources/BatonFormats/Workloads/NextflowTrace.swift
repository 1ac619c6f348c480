internal import BatonCore
internal import BatonSimulator

/// Tables of tasks that Nextflow wrote, and tables made of them such as Lotaru's: no dependencies, but what was
/// requested, and what was used.
///
/// All rows of a file are one job of independent tasks, or one for each run where columns name it. Numbers are
/// milliseconds and bytes; text such as `1m 5s` and `6 GB` (of 1024³ bytes) is understood too.
struct NextflowTrace {
    static func recognises(_ columns: [String]) -> Bool {
        let names = Set(columns.map { $0.lowercased() })
        return names.contains("realtime") && (names.contains("process") || names.contains("task"))
    }

    private struct Rows {
        var name: String
        var kinds: [String] = []
        var names: [String] = []
        var seconds: [Double] = []
        var requests: [TaskInstance.Request] = []
        var peaks: [Int64] = []
    }

    /// - Parameter notes: what was left out, added to.
    static func read(
        _ text: String, name fileName: String, notes: inout [DocumentProblem]
    ) throws(DocumentProblem) -> [Job] {
        let table = try DelimitedText(text)
        let process = try table.requiredColumn("process", "Task")
        let realtime = try table.requiredColumn("realtime", "Realtime")
        let peak = try table.requiredColumn("peak_rss")
        let (memory, cpus) = (table.column("memory"), table.column("cpus"))
        let (name, status) = (table.column("name"), table.column("status"))
        let runs = ["Workflow", "Machine", "Label"].compactMap { table.column($0) }
        var jobs: [Rows] = []
        var places: [String: Int] = [:]
        var count = 0
        var unsuccessful = 0
        var unmeasured = 0
        try table.forEachRow { (row) throws(DocumentProblem) in
            count += 1
            if let status = row.text(status), status != "COMPLETED" {
                unsuccessful += 1
                return
            }
            guard let milliseconds = try Self.milliseconds(row, realtime), let kind = row.text(process) else {
                unmeasured += 1
                return
            }
            let run = runs.isEmpty ? fileName : runs.map { row[$0] }.joined(separator: "-")
            let place = places[run] ?? jobs.count
            if place == jobs.count {
                places[run] = place
                jobs.append(Rows(name: run))
            }
            let cores = try row.number(cpus, "cpus")
            jobs[place].kinds.append(kind)
            jobs[place].names.append(row.text(name) ?? kind)
            jobs[place].seconds.append(milliseconds / 1000)
            jobs[place].requests.append(
                TaskInstance.Request(
                    milliCPU: cores.map { max(1, Amount.milliCPU(cores: $0)) },
                    memoryBytes: try Self.bytes(row, memory, "memory")))
            jobs[place].peaks.append(try Self.bytes(row, peak, "peak_rss") ?? 0)
        }
        if unsuccessful > 0 {
            notes.append(DocumentProblem(.start, "left out \(unsuccessful) of \(count) rows that are not COMPLETED"))
        }
        if unmeasured > 0 {
            notes.append(
                DocumentProblem(.start, "left out \(unmeasured) of \(count) rows without a process or a run time"))
        }
        return jobs.compactMap { try? job($0) }
    }

    private static func job(_ rows: Rows) throws(GraphCycle) -> Job {
        var builder = JobBuilder(name: rows.name)
        var names = TaskNames()
        for (place, duration) in Amount.durations(seconds: rows.seconds).enumerated() {
            builder.add(
                names.name(for: rows.names[place]), kind: builder.kind(rows.kinds[place]),
                request: rows.requests[place],
                behaviour: Workload.Behaviour(duration: duration, peakMemoryBytes: rows.peaks[place]))
        }
        return try builder.finish()
    }

    static func milliseconds(_ row: DelimitedText.Row, _ column: Int) throws(DocumentProblem) -> Double? {
        guard let text = row.text(column) else { return nil }
        if let number = DocumentNode.Scalar.number(text), number >= 0 { return number }
        if let duration = DurationText.parse(text) { return duration.seconds * 1000 }
        throw DocumentProblem(
            row.position(column), "expected milliseconds or a duration such as '1m 5s', found '\(text.shortened)'",
            hint: "Leave the field empty where nothing is known.")
    }

    static func bytes(
        _ row: DelimitedText.Row, _ column: Int?, _ what: String
    ) throws(DocumentProblem) -> Int64? {
        guard let column, let text = row.text(column) else { return nil }
        // Nextflow's KB, MB and GB are powers of 1024.
        let unit = text.last == "B" && text.dropLast().last?.isLetter == true
        let bytes = ByteCount.parse(unit ? text.dropLast() + "iB" : text)
        if let bytes, bytes >= 0 { return min(bytes, Amount.bytes(.infinity)) }
        throw DocumentProblem(
            row.position(column), "expected bytes for '\(what)', found '\(text.shortened)'",
            hint: "Write a number, or a size such as '6 GB'.")
    }
}
