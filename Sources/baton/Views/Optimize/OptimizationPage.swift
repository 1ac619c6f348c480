import BatonCore
import BatonOptimizer
import BatonSimulator
import Foundation

/// What holds a workflow back as one page that needs nothing else: findings, the graph coloured by criticality, and how the
/// workflow runs before and after.
struct OptimizationPage {
    let optimization: Optimization

    /// More nodes than this are no picture.
    private static let mostNodes = 600
    private static let mostSpans = 4_000

    func write(to path: String) throws {
        do {
            try Data(html.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw CommandFailure("\(path) can't be written: \(error.localizedDescription)")
        }
    }

    var html: String {
        let title = SVGText.escaped(optimization.workflow.name)
        let view = OptimizationView(optimization: optimization)
        let summary = view.summary.map { "<p>\(SVGText.escaped($0))</p>" }.joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title), optimised</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            \(summary)
            <h2>Findings</h2>
            \(findings(view))
            <h2>Criticality</h2>
            <p>The darker a task, the more often it lies on the longest path, of \(Criticality.samples) sampled executions.</p>
            \(graph)
            <h2>Before and after</h2>
            \(charts)
            </main>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #202124; --ground: #ffffff; --faint: #5f6368; --rule: #dadce0; --good: #137333; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8eaed; --ground: #202124; --faint: #9aa0a6; --rule: #3c4043; --good: #81c995; }
        }
        body { color: var(--ink); background: var(--ground); font: 15px/1.5 system-ui, sans-serif; margin: 0; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px; }
        h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 32px; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: 8px 12px 8px 0; }
        th { color: var(--faint); font-weight: 500; } tr + tr td { border-top: 1px solid var(--rule); }
        td.number { white-space: nowrap; font-variant-numeric: tabular-nums; }
        code { font: 13px ui-monospace, monospace; } .faint { color: var(--faint); } .good { color: var(--good); }
        .picture { overflow-x: auto; border: 1px solid var(--rule); border-radius: 8px; padding: 8px; background: #ffffff; }
        """

    private func findings(_ view: OptimizationView) -> String {
        let proposals = optimization.priced.proposals
        guard !proposals.isEmpty else { return "<p>Nothing was found that holds it back.</p>" }
        let rows = proposals.map { proposal -> String in
            let finding = proposal.finding
            let words = view.verdict(proposal)
            let verdict = proposal.verdict == .worthIt ? "<span class=\"good\">\(words)</span>" : SVGText.escaped(words)
            let permission = finding.permission.map { "<br><code>--allow \($0.rawValue)</code>" } ?? ""
            let promise = proposal.promise
            return """
                <tr><td><code>\(SVGText.escaped(finding.id))</code><br>\(verdict)\(permission)</td>
                <td>\(finding.evidence.map(SVGText.escaped).joined(separator: "<br>"))<br>
                \(SVGText.escaped(finding.rewrite)) <span class="faint">\(OptimizationView.terms(of: finding))</span></td>
                <td class="number">\(Self.change(promise?.completionTime))</td>
                <td class="number">\(Self.change(promise?.memoryHours))</td></tr>
                """
        }
        return """
            <table><thead><tr><th>Finding</th><th>Evidence and cure</th><th>Time</th><th>Memory-hours</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            """
    }

    private static func change(_ gain: Gain?) -> String {
        guard let gain, !gain.isNothing else { return "–" }
        return SVGText.escaped(OptimizationView.change(gain)).replacingOccurrences(of: " [", with: "<br>[")
    }

    private var graph: String {
        let subject = optimization.analysis.subject
        let share = optimization.analysis.criticality.share
        let outline = Outline(
            subject.workflow, instances: subject.expansion.instances, graph: subject.expansion.graph,
            heat: { share[$0] }, collapsingAbove: 12)
        guard outline.nodes.count <= Self.mostNodes else {
            return "<p class=\"faint\">\(outline.nodes.count) nodes are too many to be drawn.</p>"
        }
        return "<div class=\"picture\">\(GraphSVG(outline).text)</div>"
    }

    private var charts: String {
        let subject = optimization.analysis.subject
        let trial = optimization.trial
        let together = optimization.priced.together
        guard subject.expansion.instances.count <= Self.mostSpans else {
            return "<p class=\"faint\">So many tasks are too many to be drawn.</p>"
        }
        let before = trial.original(in: trial.usual, recordsSpans: true)
        var records = [
            TrialRecord(
                "before", before, subject.expansion.instances, on: subject.machines,
                critical: Set(optimization.analysis.criticality.path))
        ]
        if let together, let edited = try? trial.edited(together.edits) {
            let report = trial.outcome(of: edited, in: trial.usual, recordsSpans: true)
            records.append(
                TrialRecord("after", report, edited.expansion.instances, on: subject.machines, critical: []))
        }
        let seconds = max(records.map(\.report.makespan.seconds).max() ?? 0, 1e-3)
        let page = ChartPage(
            title: optimization.workflow.name, notes: ["By usual run times, under \(optimization.policyName)."],
            panels: records.map { GanttChart(record: $0, seconds: seconds) })
        return "<div class=\"picture\">\(page.svg)</div>"
    }
}
