import BatonCore
import BatonFormats

/// An outline as a picture: columns from left to right, states as colours.
struct GraphSVG {
    private let outline: Outline
    private let layout: LayeredLayout
    /// Left edge and width of each column.
    private var columns: [(x: Double, width: Double)] = []

    private static let fontSize = 12.0
    /// Advance of one column of a monospaced font of 12 pixels.
    private static let advance = 7.25
    private static let boxHeight = 26.0
    private static let rowHeight = 38.0
    private static let gap = 56.0
    private static let margin = 16.0
    private static let header = 34.0
    private static let font = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

    init(_ outline: Outline) {
        self.outline = outline
        layout = LayeredLayout(outline.graph, isLast: outline.nodes.map(\.isFinally))
        var widths = [Double](repeating: 0, count: layout.layerCount)
        for node in outline.nodes.indices {
            widths[layout.layer[node]] = max(widths[layout.layer[node]], width(of: node))
        }
        var x = Self.margin
        for width in widths {
            columns.append((x, width))
            x += width + Self.gap
        }
    }

    var text: String {
        let last = columns.last.map { $0.x + $0.width } ?? 0
        let width = max(last, Self.margin + legendWidth) + Self.margin
        let bottom = (layout.y + layout.bends.joined().map(\.y)).max() ?? 0
        let height = Self.header + bottom * Self.rowHeight + Self.boxHeight + Self.margin * 2
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(SVGText.number(width))\" height=\"\(SVGText.number(height))\" "
                + "viewBox=\"0 0 \(SVGText.number(width)) \(SVGText.number(height))\" font-family=\"\(Self.font)\" "
                + "font-size=\"\(SVGText.number(Self.fontSize))\">",
            "<title>\(SVGText.escaped(outline.title))</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        ]
        lines += heading()
        lines.append("<g fill=\"none\" stroke=\"#9aa0a6\" stroke-width=\"1.2\">")
        for (edge, bends) in zip(outline.graph.edges, layout.bends) { lines.append(path(edge, bends)) }
        lines.append("</g>")
        for node in outline.nodes.indices { lines += box(node) }
        lines.append("</svg>")
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Heading

    private var shownStates: [TaskState.Label] {
        TaskState.Label.allCases.filter { label in outline.nodes.contains { ($0.states?[label] ?? 0) > 0 } }
    }

    private func total(_ label: TaskState.Label) -> Int {
        outline.nodes.reduce(0) { $0 + ($1.states?[label] ?? 0) }
    }

    private func legend(_ label: TaskState.Label) -> String { "\(total(label)) \(label.words)" }

    private var legendWidth: Double {
        shownStates.reduce(Double(outline.title.count) * Self.advance + 24) { width, label in
            width + Double(legend(label).count) * Self.advance + 30
        }
    }

    private func heading() -> [String] {
        let baseline = Self.margin + Self.fontSize
        var lines = [
            "<text x=\"\(SVGText.number(Self.margin))\" y=\"\(SVGText.number(baseline))\" font-weight=\"bold\" fill=\"#202124\">"
                + "\(SVGText.escaped(outline.title))</text>"
        ]
        var x = Self.margin + Double(DisplayWidth.of(outline.title)) * Self.advance + 24
        for label in shownStates {
            lines.append(
                "<rect x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(baseline - 9))\" width=\"10\" height=\"10\" rx=\"2\" "
                    + "fill=\"\(Colors.of(label).line)\"/>"
                    + "<text x=\"\(SVGText.number(x + 15))\" y=\"\(SVGText.number(baseline))\" fill=\"#5f6368\">\(legend(label))</text>"
            )
            x += Double(legend(label).count) * Self.advance + 30
        }
        return lines
    }

    // MARK: Nodes

    private func label(of node: Int) -> String {
        let node = outline.nodes[node]
        return node.count == 1 ? node.name : node.count == 0 ? "\(node.name) ×?" : "\(node.name) ×\(node.count)"
    }

    private func width(of node: Int) -> Double {
        Double(DisplayWidth.of(label(of: node))) * Self.advance + 20
    }

    private func top(_ y: Double) -> Double { Self.margin + Self.header + y * Self.rowHeight }

    private func box(_ node: Int) -> [String] {
        let entry = outline.nodes[node]
        let x = columns[layout.layer[node]].x
        let y = top(layout.y[node])
        let width = width(of: node)
        let colors =
            entry.heat.map(Colors.of(heat:)) ?? entry.states.map { Colors.of(Outline.mainState($0)) } ?? Colors.neutral
        let shape =
            "width=\"\(SVGText.number(width))\" height=\"\(SVGText.number(Self.boxHeight))\" rx=\"5\" fill=\"\(colors.fill)\" "
        var lines: [String] = []
        if entry.count != 1 {
            lines.append(
                "<rect x=\"\(SVGText.number(x + 3))\" y=\"\(SVGText.number(y + 3))\" \(shape)stroke=\"\(colors.line)\" opacity=\"0.5\"/>"
            )
        }
        let dashes = entry.isFinally ? " stroke-dasharray=\"4 3\"" : ""
        lines.append(
            "<rect x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" \(shape)stroke=\"\(colors.line)\"\(dashes)/>")
        if let states = entry.states, entry.count > 1 { lines += bar(states, x: x, y: y, width: width) }
        lines.append(
            "<text x=\"\(SVGText.number(x + 10))\" y=\"\(SVGText.number(y + Self.boxHeight / 2 + 4))\" fill=\"#202124\">"
                + "\(SVGText.escaped(label(of: node)))</text>")
        return lines
    }

    /// How far a fan-out is: a share of its lower edge for each state.
    private func bar(_ states: StateCounts, x: Double, y: Double, width: Double) -> [String] {
        var left = x + 4
        let unit = (width - 8) / Double(max(states.total, 1))
        let order: [TaskState.Label] = [
            .succeeded, .failed, .cancelled, .skipped, .running, .awaitingApproval, .backingOff, .ready,
            .blocked,
        ]
        return order.filter { states[$0] > 0 }.map { label in
            let part = Double(states[label]) * unit
            defer { left += part }
            return
                "<rect x=\"\(SVGText.number(left))\" y=\"\(SVGText.number(y + Self.boxHeight - 4))\" width=\"\(SVGText.number(part))\" "
                + "height=\"2.5\" fill=\"\(Colors.of(label).line)\"/>"
        }
    }

    // MARK: Edges

    private func path(_ edge: Graph.Edge, _ bends: [(layer: Int, y: Double)]) -> String {
        let (from, to) = (Int(edge.dependency), Int(edge.node))
        let column = columns[layout.layer[from]]
        var pen = Pen(x: column.x + width(of: from), y: middle(layout.y[from]))
        pen.line(to: column.x + column.width)
        for bend in bends {
            let column = columns[bend.layer]
            pen.curve(to: column.x, middle(bend.y))
            pen.line(to: column.x + column.width)
        }
        pen.curve(to: columns[layout.layer[to]].x, middle(layout.y[to]))
        return "<path d=\"\(pen.path)\"/>"
    }

    private func middle(_ y: Double) -> Double { top(y) + Self.boxHeight / 2 }

    /// Draws from where it is.
    private struct Pen {
        private var x: Double
        private var y: Double
        private(set) var path: String

        init(x: Double, y: Double) {
            self.x = x
            self.y = y
            path = "M\(SVGText.number(x)) \(SVGText.number(y))"
        }

        mutating func line(to nextX: Double) {
            if nextX > x + 0.5 { path += "H\(SVGText.number(nextX))" }
            x = nextX
        }

        mutating func curve(to nextX: Double, _ nextY: Double) {
            let middle = SVGText.number((x + nextX) / 2)
            path += "C\(middle) \(SVGText.number(y)) \(middle) \(SVGText.number(nextY)) "
            path += "\(SVGText.number(nextX)) \(SVGText.number(nextY))"
            (x, y) = (nextX, nextY)
        }
    }

    private struct Colors {
        var fill: String
        var line: String

        /// From white to a dark orange.
        static func of(heat: Double) -> Colors {
            func mixed(_ cold: Double, _ hot: Double) -> Int { Int((cold + (hot - cold) * heat).rounded()) }
            return Colors(
                fill: "rgb(\(mixed(250, 246)),\(mixed(250, 150)),\(mixed(250, 80)))",
                line: heat > 0 ? "#b3500b" : "#9aa0a6")
        }

        static let neutral = Colors(fill: "#f1f3f4", line: "#5f6368")

        static func of(_ label: TaskState.Label) -> Colors {
            switch label {
            case .blocked: Colors(fill: "#f8f9fa", line: "#bdc1c6")
            case .ready: Colors(fill: "#f1f3f4", line: "#5f6368")
            case .running: Colors(fill: "#e8f0fe", line: "#1a73e8")
            case .backingOff, .awaitingApproval: Colors(fill: "#fef7e0", line: "#e37400")
            case .succeeded: Colors(fill: "#e6f4ea", line: "#1e8e3e")
            case .failed: Colors(fill: "#fce8e6", line: "#d93025")
            case .skipped: Colors(fill: "#ffffff", line: "#9aa0a6")
            case .cancelled: Colors(fill: "#fef7e0", line: "#b06000")
            }
        }
    }
}
