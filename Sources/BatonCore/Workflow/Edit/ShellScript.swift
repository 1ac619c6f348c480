/// What may be said of a script for `/bin/sh` without running it. In doubt it answers so that an edit is refused.
enum ShellScript {
    /// A part of a fused script: a shell of its own, so that `cd`, variables and `exit` concern nobody else.
    static func subshell(of task: Workflow.Task) throws(WorkflowEditProblem) -> String {
        switch task.action {
        case .arguments(let arguments):
            guard arguments.allSatisfy(\.isLiteral), let words = try? arguments.map({ try $0.render(in: Scope()) })
            else {
                throw WorkflowEditProblem(
                    "the arguments of '\(task.name)' are computed, and could not be quoted safely in a script",
                    hint: "Use 'run' instead of 'command'.")
            }
            return subshell(program: words)
        case .shell(let script):
            if hasOpenHereDocument(script.source) { throw WorkflowEditProblem("a '<<' in '\(task.name)' has no end") }
            return subshell(script.source)
        }
    }

    static func subshell(_ script: String) -> String {
        let text = Text.withoutTrailingNewlines(script)
        let mode = isLong(script) ? "set -e\n" : hasSeveralCommands(text) ? "set +e\n" : ""
        return "(\n\(mode)\(text)\n)\n"
    }

    /// `exec`: a program is meant, even where the shell knows a command of that name.
    static func subshell(program words: [String]) -> String {
        "(\nexec \(words.map(quoted).joined(separator: " "))\n)\n"
    }

    /// True for a script that is started with `set -e`.
    static func isLong(_ script: String) -> Bool { script.utf8.dropLast().contains(UInt8(ascii: "\n")) }

    /// One simple command fails in the same way whether or not the shell goes on after failures.
    private static func hasSeveralCommands(_ line: String) -> Bool { line.utf8.contains(UInt8(ascii: ";")) }

    /// Lines that were part of a long script, so that they still stop at the first failure.
    static func stopping(_ script: String) -> String {
        !isLong(script) && hasSeveralCommands(script) ? "set -e\n" + script : script
    }

    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            byte.continuesName || "-./:,+@%".utf8.contains(byte)
        }
        if isPlain, !word.isEmpty { return word }
        return "'" + Text.split(word, by: "'").joined(separator: "'\\''") + "'"
    }

    /// True when the text after a `<<` could swallow what follows the script.
    static func hasOpenHereDocument(_ script: String) -> Bool {
        let lines = Text.split(script, by: "\n")
        for (number, line) in lines.enumerated() {
            for opening in Text.split(line, by: "<<").dropFirst() {
                var word = Text.trimmed(String(opening.drop { $0 == "-" || $0 == " " }))
                word = String(word.prefix { $0 != " " && $0 != ";" && $0 != "|" && $0 != ">" && $0 != ")" })
                word = String(word.filter { $0 != "'" && $0 != "\"" && $0 != "\\" })
                let isClosed = lines[(number + 1)...].contains { $0.drop { $0 == "\t" } == word }
                if !isClosed { return true }
            }
        }
        return false
    }

    /// True of a line with nothing but a comment, or nothing.
    static func isBlank(_ line: String) -> Bool {
        let line = Text.trimmed(line)
        return line.isEmpty || line.hasPrefix("#")
    }

    /// Why these lines cannot run in a shell of their own; nil when they leave nothing behind but files.
    ///
    /// - Parameter line: with something that begins with `$` for what is computed.
    static func obstacle(in line: String) -> String? {
        let line = Text.trimmed(line)
        if isBlank(line) { return nil }
        if line.hasSuffix("\\") { return "goes on in the next line" }
        for mark in ["<<", "$$", "$!", ":=", "${"] where line.contains(mark) && !(mark == "${" && !line.contains("=")) {
            return "contains '\(mark)'"
        }
        guard let commands = commands(of: line) else { return "is more than simple commands" }
        for command in commands {
            let word = String(command.prefix { $0 != " " && $0 != "\t" })
            if word.isEmpty { return "goes on in the next line" }
            if word.first == "$" || word.first == "`" || word.first == "\"" || word.first == "'" {
                return "begins with what only the shell knows"
            }
            if word.contains("=") { return "sets a variable" }
            if stateful.contains(word) || word.contains("(") || word.contains("{") {
                return "has '\(word)', of which the rest may depend"
            }
        }
        return nil
    }

    private static let stateful: Set<String> = [
        "cd", "pushd", "popd", "export", "set", "unset", "source", ".", "alias", "unalias", "umask", "ulimit", "trap",
        "exec", "exit", "return", "break", "continue", "shift", "read", "eval", "getopts", "hash", "wait", "local",
        "readonly", "declare", "typeset", "let", "command", "builtin", "shopt", "jobs", "fg", "bg", "if", "then",
        "else",
        "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function", "select", "time", "!",
        "{", "}", "[[", "((",
    ]

    /// The commands between `;`, `|`, `&&` and `||`; nil for quotes and brackets that stay open, and for `&`.
    private static func commands(of line: String) -> [String]? {
        var commands: [[UInt8]] = [[]]
        var quote: UInt8?
        var depth = 0
        var previous: UInt8 = 0
        let bytes = Array(line.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
                commands[commands.count - 1] += [byte, next]
                index += 2
                previous = next
                continue
            }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
                quote = byte
            } else if byte == UInt8(ascii: "(") {
                guard previous == UInt8(ascii: "$") || depth > 0 else { return nil }
                depth += 1
            } else if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth < 0 { return nil }
            } else if depth == 0, byte == UInt8(ascii: "#"), previous == UInt8(ascii: " ") {
                break
            } else if depth == 0, byte == UInt8(ascii: "&"), previous != UInt8(ascii: ">"), next != byte {
                return nil
            } else if depth == 0,
                [UInt8(ascii: ";"), UInt8(ascii: "|")].contains(byte) || (byte == next && byte == UInt8(ascii: "&"))
            {
                commands.append([])
                index += byte == next ? 2 : 1
                previous = byte
                continue
            }
            commands[commands.count - 1].append(byte)
            previous = byte
            index += 1
        }
        guard quote == nil, depth == 0 else { return nil }
        var texts = commands.map { Text.trimmed(String(decoding: $0, as: UTF8.self)) }
        if bytes.last == UInt8(ascii: ";"), texts.last == "" { texts.removeLast() }
        return texts
    }
}
