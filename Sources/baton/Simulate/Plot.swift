import BatonCore
import BatonSimulator
import Foundation

/// A picture that a command writes; that of a simulation has figures over all trials, then the first trial in detail.
struct Plot {
    let path: String
    let isPNG: Bool

    /// - Throws: for a file name that says neither of the two kinds of pictures.
    ///
    /// - Parameter option: which named the file.
    init(_ path: String, option: String) throws {
        self.path = path
        switch (path as NSString).pathExtension.lowercased() {
        case "svg": isPNG = false
        case "png": isPNG = true
        default:
            throw CommandFailure("\(option) writes .svg and .png files; '\(path)' is neither", exit: .usage)
        }
        if isPNG && Self.converter == nil {
            throw CommandFailure(
                "to write a PNG, Baton needs 'rsvg-convert' (librsvg2-bin on Debian), which is not on the path. "
                    + "A name that ends in .svg works without it", exit: .usage)
        }
    }

    /// At most this many policies are drawn in detail.
    static let detailed = 4

    static func page(_ setting: Setting, _ comparison: Comparison) -> ChartPage {
        let trial = setting.experiment.trial(0)
        let records = places(comparison).map { TrialRecord(setting.experiment.contenders[$0], in: trial) }
        let seconds = max(records.map(\.report.makespan.seconds).max() ?? 0, 1e-3)
        var panels: [any Panel] = []
        if comparison.trialCount > 1 {
            panels += [RatioChart(comparison), DistributionChart(comparison: comparison)] as [any Panel]
        }
        panels.append(UtilisationChart(resource: .cores, records: records, seconds: seconds))
        let memory = UtilisationChart(resource: .memory, records: records, seconds: seconds)
        if memory.most > 0.05 { panels.append(memory) }
        panels += records.map { GanttChart(record: $0, seconds: seconds) }
        var notes = ["On \(setting.cluster); \(setting.noise)."]
        if comparison.trialCount > 1 {
            notes.append(
                setting.comparesRuns
                    ? "Figures over \(comparison.trialCount) runs."
                    : "Figures over \(comparison.trialCount) trials; cores and workers over time as in the first, \(trial.name)."
            )
        }
        return ChartPage(title: setting.workload, notes: notes, panels: panels)
    }

    /// The baseline, the best, and then those that come first.
    private static func places(_ comparison: Comparison) -> [Int] {
        var places: [Int] = []
        for place in [comparison.baseline, comparison.best] + comparison.standings.indices where !places.contains(place)
        {
            places.append(place)
        }
        return places.prefix(detailed).sorted()
    }

    func write(_ page: ChartPage) throws {
        let svg = Data(page.svg.utf8)
        do {
            if !isPNG { return try svg.write(to: URL(filePath: path)) }
        } catch {
            throw CommandFailure("\(path) can't be written: \(error.localizedDescription)")
        }
        try convert(svg)
    }

    private static var converter: String? {
        let folders = (Environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/rsvg-convert" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func convert(_ svg: Data) throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.converter ?? "")
        // Twice as many pixels: small letters stay legible.
        process.arguments = ["--zoom", "2", "--output", path]
        let (input, messages) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardError = messages
        do {
            try process.run()
            try input.fileHandleForWriting.write(contentsOf: svg)
            try input.fileHandleForWriting.close()
        } catch {
            throw CommandFailure("rsvg-convert can't be used: \(error.localizedDescription)")
        }
        let said = String(decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailure(
                "\(path) can't be written; rsvg-convert says: \(said.split(separator: "\n").first ?? "nothing")")
        }
    }
}
