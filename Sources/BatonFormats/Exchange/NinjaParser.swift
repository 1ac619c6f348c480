internal import BatonCore

/// Reads a build file and what it includes; variables are filled in as ninja does.
struct NinjaParser {
    struct Build {
        var position: Position
        var rule: String
        var outputs: [String]
        /// Explicit and implicit.
        var inputs: [String]
        var orderOnly: [String]
        /// The command, after making the folders of the outputs, as ninja does.
        var script: String
        var pool: String?
    }

    private(set) var builds: [Build] = []
    private(set) var pools: [(name: String, depth: Int64)] = []
    private(set) var defaults: [(target: String, position: Position)] = []
    private let folder: String
    private var rules: [String: [String: String]] = ["phony": [:]]
    private var variables: [String: String] = [:]
    private var depth = 0

    init(folder: String) {
        self.folder = folder
    }

    mutating func read(_ text: String) throws(DocumentProblem) {
        depth += 1
        defer { depth -= 1 }
        guard depth < 20 else { throw DocumentProblem(.start, "build files include each other without end") }
        let lines = NinjaLine.lines(of: text)
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard line.indent == 0 else { throw line.problem("expected a declaration, found an indented line") }
            var bindings: [(name: String, value: String)] = []
            let (word, rest) = line.firstWord
            if ["rule", "build", "pool"].contains(word) {
                while index < lines.count, lines[index].indent > 0 {
                    bindings.append(try lines[index].binding())
                    index += 1
                }
            }
            try declare(word, rest, bindings, at: line)
        }
    }

    private mutating func declare(
        _ word: String, _ rest: Substring, _ bindings: [(name: String, value: String)], at line: NinjaLine
    ) throws(DocumentProblem) {
        switch word {
        case "rule":
            rules[rest.trimmed] = Dictionary(bindings.map { ($0.name, $0.value) }) { _, last in last }
        case "pool":
            let depth = bindings.last { $0.name == "depth" }.map { expand($0.value, in: variables) }
            guard let depth = depth.flatMap({ Int64($0) }), depth >= 0 else {
                throw line.problem("a pool needs 'depth'")
            }
            // A depth of zero means no limit.
            if depth > 0 { pools.append((rest.trimmed, depth)) }
        case "build": try build(rest, bindings, at: line)
        case "default":
            let targets = try NinjaPaths(rest, at: line)
            for target in targets.texts { defaults.append((path(target, in: variables), line.position)) }
        case "include", "subninja":
            let name = Files.join(folder, expand(rest.trimmed, in: variables))
            let text: String
            do throws(Files.Failure) {
                text = try Files.read(name)
            } catch {
                throw line.problem("cannot read '\(name)': \(error.message)")
            }
            let saved = variables
            try read(text)
            if word == "subninja" { variables = saved }
        default:
            let (name, value) = try line.binding()
            variables[name] = expand(value, in: variables)
        }
    }

    private mutating func build(
        _ text: Substring, _ bindings: [(name: String, value: String)], at line: NinjaLine
    ) throws(DocumentProblem) {
        var own = variables
        for (name, value) in bindings { own[name] = expand(value, in: variables) }
        let paths = try NinjaPaths(text, at: line)
        guard let colon = paths.texts.firstIndex(of: ":") else { throw line.problem("expected ':' after the outputs") }
        let outputs = paths.texts[..<colon].filter { $0 != "|" }.map { path($0, in: own) }
        guard let ruleName = paths.texts[(colon + 1)...].first, let rule = rules[ruleName] else {
            let name = paths.texts[(colon + 1)...].first ?? ""
            throw line.problem(
                "there is no rule '\(name.shortened)'", hint: Suggestion.hint(for: name, among: rules.keys.sorted()))
        }
        guard let first = outputs.first else { throw line.problem("a build needs an output") }
        var explicit: [String] = []
        var implicit: [String] = []
        var orderOnly: [String] = []
        var mark = ""
        for text in paths.texts[(colon + 2)...] {
            switch (text, mark) {
            case ("|", _), ("||", _), ("|@", _): mark = text
            case (_, "|"): implicit.append(path(text, in: own))
            case (_, "||"): orderOnly.append(path(text, in: own))
            case (_, "|@"): break  // validations do not come before the build
            default: explicit.append(path(text, in: own))
            }
        }
        let explicitOutputs = paths.texts[..<colon].prefix { $0 != "|" }.map { path($0, in: own) }
        let scope = Scope(own: own, rule: rule, inputs: explicit, outputs: explicitOutputs)
        for unsupported in ["dyndep", "rspfile"] where scope.value(unsupported) != "" {
            throw line.problem("'\(unsupported)' is not supported, which '\(first.shortened)' uses")
        }
        let pool = scope.value("pool")
        builds.append(
            Build(
                position: line.position, rule: ruleName, outputs: outputs, inputs: explicit + implicit,
                orderOnly: orderOnly, script: script(scope.value("command"), outputs: outputs),
                pool: pool.isEmpty ? nil : pool))
    }

    private func script(_ command: String, outputs: [String]) -> String {
        var folders: [String] = []
        for output in outputs {
            let folder = Files.folder(of: output)
            if !folder.isEmpty, folder != "/", !folders.contains(folder) { folders.append(folder) }
        }
        return folders.isEmpty ? command : "mkdir -p \(folders.map(Scope.quoted).joined(separator: " "))\n\(command)"
    }

    private func path(_ text: String, in variables: [String: String]) -> String {
        Path.normalized(expand(text, in: variables))
    }

    private func expand(_ text: String, in variables: [String: String]) -> String {
        NinjaText.expand(text) { variables[$0] ?? "" }
    }

    /// Where a build's own variables, its rule's and the file's are looked up, in this order.
    private struct Scope {
        var own: [String: String]
        var rule: [String: String]
        var inputs: [String]
        var outputs: [String]

        func value(_ name: String, depth: Int = 0) -> String {
            switch name {
            case "in": return inputs.map(Self.quoted).joined(separator: " ")
            case "in_newline": return inputs.map(Self.quoted).joined(separator: "\n")
            case "out": return outputs.map(Self.quoted).joined(separator: " ")
            default: break
            }
            // A rule's variables may name each other; one that names itself would never end.
            guard let text = rule[name], depth < 20 else { return own[name] ?? "" }
            return NinjaText.expand(text) { value($0, depth: depth + 1) }
        }

        static func quoted(_ path: String) -> String {
            let isPlain = path.utf8.allSatisfy { byte in
                byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "_+-./=@%:,".utf8.contains(byte)
            }
            return isPlain
                ? path : "'\(path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        let start = drop { $0 == " " }
        return String(start.prefix(upTo: start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex))
    }
}
