import BatonCore

/// The live view of a run as lines of text: a pure function of what is known, the time and the size of the screen.
struct ProgressView {
    var progress: RunProgress
    var terminal: Terminal
    var now: Instant

    /// At most `terminal.height - 1` lines; cutting them to the width is up to the screen.
    func lines() -> [StyledLine] {
        var lines = [title(), bar()]
        lines += table(rows: max(1, terminal.height - 5))
        lines.append(usage())
        return lines
    }

    private func title() -> StyledLine {
        var line = StyledLine(progress.name, .strong)
        line.append("  \(progress.run)", .faint)
        if progress.status != .running { line.append("  \(progress.status.rawValue)", progress.status.ink) }
        if let start = progress.startedAt { line.append("  \(DurationText.format(start.duration(to: now)))") }
        if let left = progress.timeLeft(at: now) { line.append(", about \(rough(left)) left") }
        return line
    }

    private func bar() -> StyledLine {
        let counts = progress.counts
        let cells = max(10, min(40, terminal.width / 3))
        let total = max(counts.total, 1)
        let good = counts[.succeeded] * cells / total
        let bad = (counts.finished - counts[.succeeded]) * cells / total
        let (full, empty) = terminal.hasUnicode ? ("█", "░") : ("#", ".")
        var line = StyledLine(String(repeating: full, count: good), .good)
        line.append(String(repeating: full, count: bad), .bad)
        line.append(String(repeating: empty, count: cells - good - bad), .faint)
        line.append(" \(counts.finished) of \(counts.total) done")
        for label in [
            TaskState.Label.running, .failed, .awaitingApproval, .backingOff, .ready, .blocked, .skipped, .cancelled,
        ]
        where counts[label] > 0 {
            line.append(" \(terminal.bullet) ", .faint)
            line.append("\(counts[label]) \(label.words)", label == .blocked ? .plain : label.ink)
        }
        return line
    }

    /// The running tasks, longest running first, as many as there is room for.
    private func table(rows: Int) -> [StyledLine] {
        let running = progress.running
        let shown = running.count > rows ? running.prefix(rows - 1) : running[...]
        let names = shown.map {
            DisplayWidth.truncated(progress.tasks[$0].instance.name, to: 40, mark: terminal.ellipsis)
        }
        // In steps, so that the columns don't move with every task that comes or goes.
        let width = ((names.map { DisplayWidth.of($0) }.max() ?? 0) + 7) / 8 * 8
        var lines = zip(shown, names).map { index, name in row(index, name: name, width: width) }
        if running.count > shown.count {
            lines.append(StyledLine("  and \(running.count - shown.count) more", .faint))
        }
        return lines
    }

    private func row(_ index: Int, name: String, width: Int) -> StyledLine {
        let task = progress.tasks[index]
        guard case .running(let running) = task.state else { return "" }
        var line = StyledLine("  " + name, .busy)
        line.pad(to: width + 4)
        let elapsed = DurationText.format(running.since.duration(to: now))
        line.append(String(repeating: " ", count: max(0, 7 - elapsed.count)) + elapsed)
        line.append(task.expected.map { " of \(rough($0))" } ?? "", .faint)
        line.pad(to: width + 24)
        if let sample = task.sample {
            line.append("\(Sentence.cores(sample.milliCPU)) cpu  ")
            line.append(ByteCount.format(sample.memoryBytes))
            line.append(" of \(ByteCount.format(running.grant.memoryBytes))", .faint)
        }
        if progress.straggler(index, at: now) != nil { line.append("  late", .warning) }
        if running.attempt > 1 { line.append("  attempt \(running.attempt)", .warning) }
        if running.stopping != nil { line.append("  ending", .warning) }
        return line
    }

    private func usage() -> StyledLine {
        let capacity = progress.capacity
        let samples = progress.running.compactMap { progress.tasks[$0].sample }
        var text: String
        if samples.isEmpty {
            // Who only watches another process's run sees no measurements.
            text =
                "Granted: \(share(\.milliCPU, Sentence.cores)) cores, \(share(\.memoryBytes, ByteCount.format)) memory"
        } else {
            let cpu = samples.reduce(0) { $0 + $1.milliCPU }
            let memory = samples.reduce(0) { $0 + $1.memoryBytes }
            text =
                "In use: \(Sentence.cores(cpu)) of \(Sentence.cores(capacity.milliCPU)) cores, "
                + "\(ByteCount.format(memory)) of \(ByteCount.format(capacity.memoryBytes)) memory "
                + "(\(ByteCount.format(granted.memoryBytes)) granted)"
        }
        let others = Resources(
            milliCPU: progress.heldByOthers.milliCPU, memoryBytes: progress.heldByOthers.memoryBytes)
        if others != .zero { text += "; other runs hold \(Sentence.resources(others))" }
        return StyledLine(text, .faint)
    }

    private var granted: Resources {
        progress.running.reduce(into: Resources.zero) { sum, index in
            if case .running(let running) = progress.tasks[index].state { sum += running.grant }
        }
    }

    private func share(_ amount: KeyPath<Resources, Int64>, _ format: (Int64) -> String) -> String {
        "\(format(granted[keyPath: amount])) of \(format(progress.capacity[keyPath: amount]))"
    }

    /// A guess has no tenths of seconds.
    private func rough(_ duration: Duration) -> String {
        let seconds = duration.nanoseconds / 1_000_000_000
        if seconds < 1 { return "1s" }
        return seconds < 60 ? "\(seconds)s" : DurationText.format(.seconds(seconds))
    }
}
