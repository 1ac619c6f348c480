/// A picture in the making: shapes, and text of which the width is known.
///
/// Colours are classes, so that one file is legible on light and on dark pages. Programs that do not know which one it
/// is, such as converters to PNG, take the light ones.
struct SVGCanvas {
    let width: Double
    private(set) var lines: [String] = []

    static let fontSize = 12.0
    private static let font = "system-ui, 'DejaVu Sans', Verdana, sans-serif"

    init(width: Double) {
        self.width = width
    }

    /// What a shape means; colours follow from it.
    enum Paint: Hashable {
        case ink, faint, rule, ground
        /// Text on a dark and on a light colour.
        case light, dark
        /// One of `seriesCount` colours that the colour-blind can tell apart; they begin anew after the last.
        case series(Int)

        static let seriesCount = 7

        /// For text on a shape painted so.
        var label: Paint {
            guard case .series(let index) = self else { return .ink }
            return (3...5).contains(index % Self.seriesCount) ? .dark : .light
        }

        fileprivate var name: String {
            switch self {
            case .ink: "ink"
            case .faint: "faint"
            case .rule: "rule"
            case .ground: "ground"
            case .light: "light"
            case .dark: "dark"
            case .series(let index): "c\(index % Self.seriesCount)"
            }
        }
    }

    enum Anchor: String {
        case start, middle, end
    }

    // MARK: Shapes

    /// - Parameter note: shown when the mouse rests on it.
    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ paint: Paint, opacity: Double = 1, radius: Double = 0,
        note: String? = nil
    ) {
        var line = "<rect x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" width=\"\(SVGText.number(width))\" "
        line += "height=\"\(SVGText.number(height))\" class=\"\(paint.name)\""
        if radius > 0 { line += " rx=\"\(SVGText.number(radius))\"" }
        if opacity < 1 { line += " opacity=\"\(SVGText.number(opacity, digits: 2))\"" }
        line += note.map { "><title>\(SVGText.escaped($0))</title></rect>" } ?? "/>"
        lines.append(line)
    }

    mutating func line(
        fromX: Double, _ fromY: Double, toX: Double, _ toY: Double, _ paint: Paint, width: Double = 1,
        isDashed: Bool = false
    ) {
        polyline([(fromX, fromY), (toX, toY)], paint, width: width, isDashed: isDashed)
    }

    mutating func polyline(
        _ points: [(x: Double, y: Double)], _ paint: Paint, width: Double = 1, isDashed: Bool = false
    ) {
        let path = points.enumerated().map { index, point in
            "\(index == 0 ? "M" : "L")\(SVGText.number(point.x)) \(SVGText.number(point.y))"
        }.joined()
        let dashes = isDashed ? " stroke-dasharray=\"4 3\"" : ""
        lines.append(
            "<path d=\"\(path)\" class=\"s-\(paint.name)\" stroke-width=\"\(SVGText.number(width))\"\(dashes)/>")
    }

    mutating func circle(x: Double, y: Double, radius: Double, _ paint: Paint) {
        lines.append(
            "<circle cx=\"\(SVGText.number(x))\" cy=\"\(SVGText.number(y))\" r=\"\(SVGText.number(radius))\" "
                + "class=\"\(paint.name)\"/>")
    }

    mutating func text(
        _ text: String, x: Double, y: Double, _ paint: Paint = .ink, anchor: Anchor = .start, isBold: Bool = false,
        size: Double = SVGCanvas.fontSize
    ) {
        var line = "<text x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\" class=\"\(paint.name)\""
        if anchor != .start { line += " text-anchor=\"\(anchor.rawValue)\"" }
        if isBold { line += " font-weight=\"600\"" }
        if size != Self.fontSize { line += " font-size=\"\(SVGText.number(size))\"" }
        lines.append(line + ">\(SVGText.escaped(text))</text>")
    }

    /// About how wide text is in this font: text of capitals and digits is a little wider, and there is some air.
    static func width(of text: String, size: Double = SVGCanvas.fontSize, isBold: Bool = false) -> Double {
        Double(DisplayWidth.of(text)) * size * (isBold ? 0.68 : 0.6)
    }

    // MARK: Document

    func document(title: String, height: Double) -> String {
        let size = "width=\"\(SVGText.number(width))\" height=\"\(SVGText.number(height))\""
        let head = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) viewBox=\"0 0 \(SVGText.number(width)) "
                + "\(SVGText.number(height))\" font-family=\"\(Self.font)\" font-size=\"\(SVGText.number(Self.fontSize))\">",
            "<title>\(SVGText.escaped(title))</title>", "<style>", Self.style, "</style>",
            "<rect width=\"100%\" height=\"100%\" class=\"ground\"/>",
        ]
        return (head + lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    /// Okabe and Ito's colours but yellow, which is hard to see on white; on dark ground a little lighter.
    ///
    /// - Source: Okabe, Ito 2008, "Color Universal Design", as in Wong 2011, doi:10.1038/nmeth.1618.
    private static let style: String = {
        let light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a7a7a"]
        let dark = ["#4ba3db", "#f0803c", "#2fc49b", "#dd9abf", "#f0b43c", "#8accf5", "#a8a8a8"]
        let lightNames = ["#202124", "#5f6368", "#dadce0", "#ffffff", "#ffffff", "#101113"]
        let darkNames = ["#e8eaed", "#a8adb3", "#3c4043", "#1b1c1f", "#101113", "#101113"]
        func rules(_ names: [String], _ colors: [String]) -> String {
            let classes = ["ink", "faint", "rule", "ground", "light", "dark"] + colors.indices.map { "c\($0)" }
            return zip(classes, names + colors).map {
                ".\($0){fill:\($1)} .s-\($0){fill:none;stroke:\($1);stroke-linejoin:round}"
            }
            .joined(separator: "\n")
        }
        return rules(lightNames, light) + "\n@media (prefers-color-scheme: dark) {\n" + rules(darkNames, dark) + "\n}"
    }()
}
