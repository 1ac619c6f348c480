/// One logical line of a build file: joined where `$` ended it, without comments.
struct NinjaLine {
    var text: Substring
    var position: Position
    var indent: Int

    static func lines(of source: String) -> [NinjaLine] {
        var lines: [NinjaLine] = []
        var pending: (text: String, number: Int)?
        // Swift takes a carriage return and its newline for one character.
        let parts = source.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, part) in parts.enumerated() {
            var text = (pending?.text ?? "") + (pending == nil ? part : part.drop { $0 == " " })
            let number = pending?.number ?? index + 1
            pending = nil
            if text.reversed().prefix(while: { $0 == "$" }).count % 2 == 1 {
                text.removeLast()
                pending = (text, number)
                continue
            }
            let content = text.drop { $0 == " " }
            if content.isEmpty || content.first == "#" { continue }
            let indent = text.count - content.count
            lines.append(
                NinjaLine(
                    text: Substring(content), position: Position(line: number, column: indent + 1), indent: indent))
        }
        return lines
    }

    var firstWord: (String, Substring) {
        let word = text.prefix { $0 != " " }
        return (String(word), text.dropFirst(word.count).drop { $0 == " " })
    }

    /// `name = value`.
    func binding() throws(DocumentProblem) -> (name: String, value: String) {
        let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == "." }
        let rest = text.dropFirst(name.count).drop { $0 == " " }
        guard !name.isEmpty, rest.first == "=" else { throw problem("expected 'name = value' or a declaration") }
        return (String(name), String(rest.dropFirst().drop { $0 == " " }))
    }

    func problem(_ message: String, hint: String? = nil) -> DocumentProblem {
        DocumentProblem(position, message, hint: hint)
    }
}

/// A line's paths, still with their `$` in them, and the marks between them: `:`, `|`, `||` and `|@`.
struct NinjaPaths {
    var texts: [String] = []

    init(_ text: Substring, at line: NinjaLine) throws(DocumentProblem) {
        var current = ""
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "$":
                guard let next = rest.popFirst() else { throw line.problem("expected something after '$'") }
                current += "$\(next)"
                if next == "{" {
                    current += rest.prefix { $0 != "}" } + "}"
                    rest = rest.drop { $0 != "}" }.dropFirst()
                }
            case " ", ":", "|":
                if !current.isEmpty { texts.append(current) }
                current = ""
                if character == ":" { texts.append(":") }
                if character == "|" {
                    let second = rest.first == "|" || rest.first == "@" ? String(rest.removeFirst()) : ""
                    texts.append("|" + second)
                }
            default: current.append(character)
            }
        }
        if !current.isEmpty { texts.append(current) }
    }
}

enum NinjaText {
    /// Fills in `$name` and `${name}`; `$$`, `$ ` and `$:` stand for the character.
    static func expand(_ text: String, _ value: (String) -> String) -> String {
        guard text.utf8.contains(.dollar) else { return text }
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "$", let next = rest.first else {
                result.append(character)
                continue
            }
            if next == "{" {
                let name = rest.dropFirst().prefix { $0 != "}" }
                rest = rest.dropFirst(name.count + 2)
                result += value(String(name))
            } else if next.isLetter || next.isNumber || next == "_" || next == "-" {
                let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                rest = rest.dropFirst(name.count)
                result += value(String(name))
            } else {
                result.append(next)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
