/// What all drawings write into their files.
enum SVGText {
    /// At most so many digits after the point.
    static func number(_ value: Double, digits: Int = 1) -> String {
        let factor = digits == 1 ? 10.0 : 100.0
        let scaled = (value * factor).rounded()
        return scaled.truncatingRemainder(dividingBy: factor) == 0
            ? "\(Int(scaled / factor))" : "\(scaled / factor)"
    }

    /// Text that can't break out of its element.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in DisplayWidth.printable(text) {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
