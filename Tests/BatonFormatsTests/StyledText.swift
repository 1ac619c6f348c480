import BatonCore

@testable import BatonFormats

/// A workflow as one of many people would write it, drawn from a seed, with comments that say what they belong to.
struct StyledText {
    private var generator: SeededGenerator
    private var lines: [(text: String, owner: String)] = []
    private var comments = 0
    private let step: Int
    private let isIndentedList: Bool
    private let commentShare: Double
    private let flowShare: Double

    /// Lines, and the task that each belongs to: empty for none, `*` for several.
    var owners: [(text: String, owner: String)] { lines }
    private(set) var text = ""

    init(_ workflow: Workflow, seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        step = Int.random(in: 1...4, using: &generator)
        isIndentedList = Bool.random(using: &generator)
        commentShare = Bool.random(using: &generator) ? 0.3 : 0
        flowShare = [0, 0.3, 0.6].randomElement(using: &generator)!
        let newline = chance(0.2) ? "\r\n" : "\n"
        let value = Self.value(of: workflow)
        if chance(0.3) { lines.append(("---", "")) }
        emit(value, [], indent: 0)
        text = lines.map(\.text).joined(separator: newline) + (chance(0.8) ? newline : "")
    }

    private mutating func chance(_ share: Double) -> Bool { generator.unit() < share }

    private mutating func comment(_ path: [String]) -> String {
        comments += 1
        return "# @\(path.joined(separator: "/")) \(comments) é"
    }

    private mutating func tail(_ path: [String]) -> String {
        chance(commentShare) ? (chance(0.5) ? " " : "   ") + comment(path) : ""
    }

    private mutating func add(_ text: String, _ path: [String]) {
        let isTask = path.count > 1 && ["tasks", "finally"].contains(path[0])
        lines.append((text, isTask ? path[1] : ""))
    }

    private mutating func emit(_ value: Value, _ path: [String], indent: Int) {
        guard case .map(let entries) = value else { return }
        let margin = String(repeating: " ", count: indent)
        for (index, entry) in entries.enumerated() {
            let own = path + [entry.key]
            if path.count < 2, index > 0, chance(0.4) { add("", path) }
            if chance(commentShare) { add(margin + comment(own), own) }
            let head = margin + YAMLScalarText.write(entry.key, in: .flow) + ":"
            emit(entry.value, own, head: head, indent: indent)
        }
    }

    private mutating func emit(_ value: Value, _ path: [String], head: String, indent: Int) {
        switch value {
        case .string(let text):
            let inner = String(repeating: " ", count: indent + Int.random(in: 1...3, using: &generator))
            if text.contains("\n"), chance(0.8), let block = YAMLScalarText.block(text, indent: inner) {
                let parts = block.split(separator: "\n", omittingEmptySubsequences: false)
                add(head + " " + parts[0] + tail(path), path)
                for part in parts.dropFirst() { add(String(part), path) }
                if chance(0.2) { add("", path) }
                return
            }
            add("\(head) \(scalar(text, in: .line))\(tail(path))", path)
        case .list(let elements):
            if elements.count == 1, path.count == 3, path[2] != "command", path[2] != "secrets", chance(0.3) {
                return emit(elements[0], path, head: head, indent: indent)
            }
            if chance(flowShare) { return emitFlow(value, path, head: head, indent: indent) }
            add(head + tail(path), path)
            let margin = String(repeating: " ", count: indent + (isIndentedList ? step : 0))
            for element in elements {
                let label = path + [element.text ?? ""]
                if chance(commentShare / 2) { add(margin + comment(path), path) }
                add("\(margin)- \(flow(element))\(tail(label))", label)
            }
        case .map(let entries):
            if entries.isEmpty || path.count > 1 && chance(flowShare) {
                return emitFlow(value, path, head: head, indent: indent)
            }
            add(head + tail(path), path)
            emit(value, path, indent: indent + step)
        case .null, .boolean, .number: add("\(head) \(value.json)\(tail(path))", path)
        }
    }

    private mutating func emitFlow(_ value: Value, _ path: [String], head: String, indent: Int) {
        if chance(0.7) { return add("\(head) \(flow(value))\(tail(path))", path) }
        let margin = String(repeating: " ", count: indent + 1 + Int.random(in: 0...3, using: &generator))
        var items: [(String, String)] = []
        switch value {
        case .list(let elements): for element in elements { items.append((flow(element), element.text ?? "")) }
        case .map(let entries):
            for entry in entries {
                items.append((YAMLScalarText.write(entry.key, in: .flow) + ": " + flow(entry.value), entry.key))
            }
        case .null, .boolean, .number, .string: break
        }
        let isMap = if case .map = value { true } else { false }
        add("\(head) \(isMap ? "{" : "[")\(tail(path))", path)
        let hasLastComma = chance(0.3)
        for (index, item) in items.enumerated() {
            let comma = index < items.count - 1 || hasLastComma ? "," : ""
            add("\(margin)\(item.0)\(comma)\(tail(path + [item.1]))", path)
        }
        add("\(String(repeating: " ", count: indent + 1))\(isMap ? "}" : "]")\(tail(path))", path)
    }

    private mutating func flow(_ value: Value) -> String {
        let pad = chance(0.3) ? " " : ""
        switch value {
        case .string(let text): return scalar(text, in: .flow)
        case .list(let elements):
            var items: [String] = []
            for element in elements { items.append(flow(element)) }
            return "[\(pad)\(items.joined(separator: chance(0.2) ? "," : ", "))\(pad)]"
        case .map(let entries):
            var items: [String] = []
            for entry in entries { items.append(YAMLScalarText.write(entry.key, in: .flow) + ": " + flow(entry.value)) }
            return "{\(pad)\(items.joined(separator: ", "))\(pad)}"
        case .null, .boolean, .number: return value.json
        }
    }

    private mutating func scalar(_ text: String, in place: YAMLScalarText.Place) -> String {
        if chance(0.2), !text.contains("'"), !text.contains("\n") { return "'\(text)'" }
        if text.hasPrefix("${{"), text.hasSuffix("}}"), chance(0.5) { return text }
        return YAMLScalarText.write(text, in: place)
    }

    /// The keys and values that mean this workflow.
    static func value(of workflow: Workflow) -> Value {
        var entries: [Value.Entry] = [.init(key: "name", value: .string(workflow.name))]
        if !workflow.limits.isEmpty {
            let limits = workflow.limits.map { Value.Entry(key: $0.name, value: .number(Double($0.capacity))) }
            entries.append(.init(key: "limits", value: .map(limits)))
        }
        for (key, isFinally) in [("tasks", false), ("finally", true)] {
            let tasks = workflow.tasks.filter { $0.isFinally == isFinally }
            if tasks.isEmpty { continue }
            entries.append(.init(key: key, value: .map(tasks.map { .init(key: $0.name, value: value(of: $0)) })))
        }
        return .map(entries)
    }

    private static func value(of task: Workflow.Task) -> Value {
        var entries: [Value.Entry] = []
        if let fanOut = task.fanOut {
            let axes = fanOut.axes.map { axis in
                if case .list(let list) = axis.values { return Value.Entry(key: axis.name, value: .list(list)) }
                return Value.Entry(key: axis.name, value: .list([]))
            }
            entries.append(.init(key: "foreach", value: .map(axes)))
        }
        for entry in TaskText.entries(of: task) { entries.append(.init(key: entry.key, value: value(of: entry.value))) }
        return .map(entries)
    }

    private static func value(of value: SourceValue) -> Value {
        switch value {
        case .plain(let text):
            switch DocumentNode.Scalar(text: text, style: .plain).value {
            case .null: .null
            case .boolean(let flag): .boolean(flag)
            case .number(let number): .number(number)
            case .string(let text): .string(text)
            }
        case .text(let text), .script(let text): .string(text)
        case .list(let elements): .list(elements.map { self.value(of: $0) })
        case .map(let entries): .map(entries.map { .init(key: $0.key, value: self.value(of: $0.value)) })
        }
    }
}
