/// What changed between two texts, as `diff -u` and `git diff` show it and `patch` reads it.
///
/// ```
/// UnifiedDiff(old: "a\nb\n", new: "a\nc\n", oldName: "x", newName: "x").text
/// // --- x
/// // +++ x
/// // @@ -1,2 +1,2 @@
/// //  a
/// // -b
/// // +c
/// ```
/// - Complexity: O((n + m) · d) for d changed lines: the standard library's difference, after Myers 1986,
///   doi:10.1007/BF01840446.
public struct UnifiedDiff: Hashable, Sendable {
    /// Empty when the texts are equal.
    public private(set) var lines: [Line] = []

    public struct Line: Hashable, Sendable {
        public var kind: Kind
        /// With the mark before it, without the line break; a carriage return before that is shown.
        public var text: String
    }

    public enum Kind: Hashable, Sendable {
        /// One of the two names.
        case name
        /// Where a part begins: `@@ -1,7 +1,6 @@`.
        case place
        case context, removed, added
        /// `\ No newline at end of file`, about the line before.
        case note
    }

    /// - Parameter context: unchanged lines around each change.
    public init(old: String, new: String, oldName: String, newName: String, context: Int = 3) {
        let changes = Self.changes(from: Self.split(old), to: Self.split(new))
        guard changes.contains(where: { $0.kind != .context }) else { return }
        lines = [Line(kind: .name, text: "--- " + oldName), Line(kind: .name, text: "+++ " + newName)]
        var index = 0
        while let first = changes[index...].firstIndex(where: { $0.kind != .context }) {
            let start = max(index, first - context)
            var end = first
            // Changes with no more than twice the context between them share a part.
            while let next = changes[end...].firstIndex(where: { $0.kind != .context }), next - end <= 2 * context {
                end = next + 1
            }
            let stop = min(end + context, changes.count)
            add(changes[start..<stop], after: changes[..<start])
            index = stop
            if index >= changes.count { break }
        }
    }

    /// With a line break after each line.
    public var text: String { lines.map { $0.text + "\n" }.joined() }

    private struct Change {
        var kind: Kind
        /// With its line break.
        var line: Substring
    }

    private mutating func add(_ changes: ArraySlice<Change>, after before: ArraySlice<Change>) {
        let old = Self.range(changes.count { $0.kind != .added }, before.count { $0.kind != .added })
        let new = Self.range(changes.count { $0.kind != .removed }, before.count { $0.kind != .removed })
        lines.append(Line(kind: .place, text: "@@ -\(old) +\(new) @@"))
        for change in changes {
            let mark = change.kind == .added ? "+" : change.kind == .removed ? "-" : " "
            let hasBreak = change.line.utf8.last == .newline
            let text = hasBreak ? String(Substring(change.line.utf8.dropLast())) : String(change.line)
            lines.append(Line(kind: change.kind, text: mark + text))
            if !hasBreak { lines.append(Line(kind: .note, text: "\\ No newline at end of file")) }
        }
    }

    /// A part of no lines is said to be after the line before it.
    private static func range(_ count: Int, _ before: Int) -> String {
        count == 1 ? "\(before + 1)" : "\(count == 0 ? before : before + 1),\(count)"
    }

    private static func split(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var rest = Substring(text).utf8
        while !rest.isEmpty {
            let end = rest.firstIndex(of: .newline).map { rest.index(after: $0) } ?? rest.endIndex
            lines.append(Substring(rest[..<end]))
            rest = rest[end...]
        }
        return lines
    }

    /// All lines of both, in the order in which they are shown: what is removed before what takes its place.
    private static func changes(from old: [Substring], to new: [Substring]) -> [Change] {
        var isRemoved = Array(repeating: false, count: old.count)
        var isAdded = Array(repeating: false, count: new.count)
        for change in new.difference(from: old, by: { $0.utf8.elementsEqual($1.utf8) }) {
            switch change {
            case .remove(let offset, _, _): isRemoved[offset] = true
            case .insert(let offset, _, _): isAdded[offset] = true
            }
        }
        var changes: [Change] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, isRemoved[left] {
                changes.append(Change(kind: .removed, line: old[left]))
                left += 1
            } else if right < new.count, isAdded[right] {
                changes.append(Change(kind: .added, line: new[right]))
                right += 1
            } else {
                changes.append(Change(kind: .context, line: old[left]))
                left += 1
                right += 1
            }
        }
        return changes
    }
}
