import BatonSimulator

/// The report as a page that a stranger can read.
struct BenchMarkdown {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    func text(name: String) -> String {
        var parts = ["# How policies compare in simulation", summary]
        if !report.cells.isEmpty {
            parts += [
                "![Mean time of each policy over the baseline's, over all regimes](\(name).svg)", "## Over all regimes",
                overallTable, "## By workload", workloadTable,
            ]
            if BenchCharts(report).levels != nil {
                parts.append("![The ratio by load, cluster, variation and error](\(name)-levels.svg)")
            }
            parts += ["## Every regime", regimeTable]
        }
        parts += problemSections
        parts += ["## How it was done", protocolText]
        if !report.notes.isEmpty {
            parts += ["## What is missing", report.notes.map { "- \($0)" }.joined(separator: "\n")]
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: What was found

    private var ranked: [BenchReport.Overall] { report.overall().sorted { $0.ratio.value < $1.ratio.value } }
    private var baseline: String { report.overall().first?.name ?? "" }

    private var summary: String {
        var lines = report.provenance.map { "- \($0)" }
        lines.append("- took \(Figures.number(report.seconds / 60)) minutes")
        var text = lines.joined(separator: "\n")
        let fair = ranked.filter { !$0.name.contains(":") }
        guard let best = fair.first else { return text }
        text +=
            "\n\nOver \(report.cells.count) regimes of \(report.workloads.count) workloads, **\(best.name)** does best among policies "
            + "that are told the same: its jobs take \(Figures.ratio(best.ratio.value)) times as long as under \(baseline) "
            + "\(Figures.interval(best.ratio.interval, Figures.ratio)). It is best, or can't be told from the best, in "
            + "\(best.bestOrEqual) of the \(report.cells.count)."
        let tight = report.cells.filter { headroom($0.result) < 1 }
        if !tight.isEmpty {
            text += " In \(tight.count) there is no headroom: some policy is within 1 % of a bound that none can beat."
        }
        return text
    }

    /// How far the best of all is from the bound, in percent.
    private func headroom(_ result: BenchReport.Result) -> Double {
        result.plain.standings[result.plain.best][.gapToBoundPercent]?.mean ?? .infinity
    }

    private var overallTable: String {
        let regimes = report.cells.count
        let rows = ranked.map { policy in
            "| \(policy.name) | \(Figures.ratio(policy.ratio.value)) \(Figures.interval(policy.ratio.interval, Figures.ratio)) "
                + "| \(Figures.ratio(policy.worstRatio)) | \(policy.bestOrEqual) of \(regimes) "
                + "| \(policy.wins) / \(policy.ties) / \(policy.losses) | \(Figures.number(policy.decisionP99Milliseconds)) ms |"
        }
        return """
            Mean time from arrival to end over that of \(baseline): geometric mean over the regimes, with a 95 % interval over \
            them. Smaller is better. *Worst* is the regime in which the policy does worst. *Best or equal* counts regimes in \
            which no other is better beyond the noise. Wins, ties and losses are single trials against the baseline; a tie is \
            a thousandth.

            | policy | ratio to \(baseline) | worst | best or equal | wins / ties / losses | decision, p99 |
            |---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))
            """
    }

    private var workloadTable: String {
        let columns = report.workloads.map { name in report.overall { $0.workload == name } }
        let least = columns.map { column in column.filter { !$0.name.contains(":") }.map(\.ratio.value).min() ?? 0 }
        let rows = ranked.map { policy in
            let cells = zip(columns, least).map { column, least in
                let value = column.first { $0.name == policy.name }?.ratio.value ?? 1
                let text = Figures.ratio(value)
                return value == least ? "**\(text)**" : text
            }
            return "| \(policy.name) | \(cells.joined(separator: " | ")) |"
        }
        return """
            The same ratio, over the regimes of each workload. Bold: the best that is told no more than the others.

            | policy | \(report.workloads.joined(separator: " | ")) |
            |---|\(report.workloads.map { _ in "---|" }.joined())
            \(rows.joined(separator: "\n"))
            """
    }

    /// What one row that is told more reaches, for comparison.
    private func ratio(of name: String, _ result: BenchReport.Result) -> String {
        let standing = result.comparison.standings.first { $0.name == name }
        return standing.map { Figures.ratio($0.ratioToBaseline.value) } ?? "-"
    }

    private var regimeTable: String {
        let rows = report.cells.map { regime, result in
            let comparison = result.plain
            let best = comparison.standings[comparison.best]
            let close = comparison.contendersWithinNoise.count
            let ratio = best.ratioToBaseline
            let gap = best[.gapToBoundPercent].map { Figures.percent($0.mean) } ?? "-"
            let name = close > 0 ? "\(best.name) and \(close) within noise" : best.name
            let cells = [
                regime.workload, regime.change, name,
                Figures.ratio(ratio.value) + " " + Figures.interval(ratio.interval, Figures.ratio),
                Figures.ratio(best.ratioNinetiethPercentile), gap, self.ratio(of: "fifo:sized", result),
                self.ratio(of: "srpt-critical-path:oracle", result),
            ]
            return "| " + cells.joined(separator: " | ") + " |"
        }
        return """
            The centre is 20 workers of 16 cores and 64 GB at load 0.8, log-normal durations with a coefficient of variation \
            of 0.5, estimates that are right but for it, and declared memory that is just enough for the largest task of its \
            kind. *Best*: of those that are told the same. *Worst decile*: in nine of ten trials the ratio is below this. \
            *Over bound*: how much longer the best takes than a bound that nobody can beat; the bound itself may be out of reach.

            | workload | regime | best | ratio to \(baseline) | worst decile | over bound | fifo:sized | srpt:oracle |
            |---|---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))
            """
    }

    // MARK: Scheduling problems

    /// What others measured for greedy dispatch on all 480 problems of a set, in percent over the best known makespan.
    private static let published: [(policy: String, j30: Double, j60: Double)] = [
        ("fifo", 7.0, 8.1), ("shortest-first", 10.0, 11.1), ("critical-path", 4.6, 5.3),
    ]

    private var problemSections: [String] {
        guard let first = report.problems.first else { return [] }
        let header = report.problems.map { "\($0.name), \($0.result.comparison.trialCount) problems" }
        let rows = first.result.comparison.standings.indices.map { place in
            let name = first.result.comparison.standings[place].name
            let cells = report.problems.map { set in
                let figure = set.result.comparison.standings[place][.gapToBestKnownPercent]
                return figure.map {
                    "+\(Figures.decimals($0.mean, 1)) % \(Figures.interval($0.interval) { Figures.decimals($0, 1) })"
                } ?? "-"
            }
            let known = Self.published.first { $0.policy == name }
            let others = known.map { "+\(Figures.decimals($0.j30, 1)) %, +\(Figures.decimals($0.j60, 1)) %" } ?? "-"
            return "| \(name) | \(cells.joined(separator: " | ")) | \(others) |"
        }
        let text = """
            PSPLIB: 30 and 60 tasks, four renewable resources, each problem alone, durations exact. Mean of the makespan over \
            the best known one, with 95 % intervals over the problems. What others measured is for greedy dispatch on all 480 \
            problems of a set (j30, j60); here is the half of them that is in the data. The order of `fifo` was chosen so that it agrees.

            | policy | \(header.joined(separator: " | ")) | measured by others |
            |---|\(report.problems.map { _ in "---|" }.joined())---|
            \(rows.joined(separator: "\n"))
            """
        return ["## Scheduling problems", text]
    }

    // MARK: How

    private var protocolText: String {
        """
        - **Pairs.** \(report.seedCount) seeds for each regime. Under one seed every policy meets the same arrivals, true durations \
        and estimates: they are functions of seed, job, task and attempt, never of the order in which anything is drawn.
        - **Baseline.** \(baseline): first ready, first started, with the memory that workflows declare and no estimates. All \
        others are told the same estimates. `:sized` grants memory as estimated instead of as declared; `:oracle` knows the true \
        durations, which nobody can.
        - **Regimes.** \(report.isQuick ? "The centre of each workload, and synthetic ones with memory declared 2 to 20 times." : "Each factor varied alone around the centre: load 0.5 to 1.2, 5 to 100 workers, variation 0 to 1 and a heavy tail (Pareto, exponent 1.5), estimates off by up to a factor of 2, memory declared 2 to 20 times; three synthetic families at the centre alone.") \
        Load is what arrives over what the cluster can do of its scarcest resource, by what is declared. Streams are finite, some \
        thousand tasks long: above load 1 waiting grows with their length.
        - **Intervals** are percentile bootstraps with 2,000 resamples.
        - **Decisions** are timed from asking the policy to its answer, while other simulations run on the other cores.
        - **What was chosen on this data.** `fifo` orders tasks by run and number: by the instant of becoming ready it did not agree with \
        what others measured on PSPLIB, so its agreement there is no independent check, and every ratio here has it as its base. \
        The cap of `srpt-critical-path` (1.2) was tuned by others for streams of TPC-H queries. The centre's declared memory, the \
        length of the streams and the limit of 1,000 tasks for a recorded job were set after a first look at results and times: \
        with memory declared 2 to 20 times everywhere, nothing but memory was scarce. What is tuned of `intelligent` was tuned on \
        these workloads, by a few seeds that are among those here. Which policy is called best was read off these same trials.
        - **What the intervals leave out.** They are not corrected for the many comparisons. Those over regimes treat regimes as \
        independent, though they share workloads and seeds, so they are narrower than they should be.
        - **What is simplified.** `graphene` leaves out the paper's weights for packing and fairness; Docs/Scheduling.md says what else \
        differs from the papers. Recorded workflows ran once each, so the variation of their durations is assumed, not measured. The \
        simulator leaves out shared file systems, start-up of workers, and interference between tasks on one worker. Other \
        applications, sizes and loads than these decide.
        - **Again.** The same command on the same data gives the same figures, but for the times of decisions.
        """
    }
}
