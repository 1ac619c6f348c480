import BatonCore
import BatonFormats
import Testing

@testable import baton

@Suite("Text") struct TextTests {
    @Test(
        "width is counted in columns of a terminal",
        arguments: [("abc", 3), ("héllo", 5), ("e\u{301}", 1), ("日本", 4), ("🚀", 2), ("❤️", 2), ("", 0)])
    func width(_ text: String, _ columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("a cut never splits a wide character and keeps within its columns")
    func truncation() {
        #expect(DisplayWidth.truncated("日本語", to: 6) == "日本語")
        #expect(DisplayWidth.truncated("日本語", to: 5) == "日本…")
        #expect(DisplayWidth.truncated("日本語", to: 4) == "日…")
        #expect(DisplayWidth.truncated("abc", to: 0) == "")
    }

    @Test("what a task prints can't move the cursor, change colours or ring the bell")
    func printable() {
        #expect(DisplayWidth.printable("a\u{1B}[31mred\u{1B}[0m\u{7}\rb\tc\u{1B}[2J") == "aredb    c")
    }

    @Test("colour is counted in no width and is absent where it is not wanted")
    func color() {
        var line = StyledLine("failed", .bad)
        line.append(" soon")
        #expect(line.width == 11)
        #expect(line.rendered(hasColor: false) == "failed soon")
        #expect(line.rendered(hasColor: true) == "\u{1B}[31mfailed\u{1B}[0m soon")
        #expect(line.rendered(hasColor: true, columns: 5) == "\u{1B}[31mfail\u{1B}[0m…")
    }

    @Test("columns of a table line up, also with wide characters, and nothing trails a line")
    func table() {
        var table = Table([.init(title: "TASK"), .init(title: "N", isNumeric: true), .init(title: "END")])
        table.append(["日本", "1", "ok"])
        table.append(["a", "1000", ""])
        #expect(table.rendered(for: .file) == "TASK     N  END\n日本     1  ok\na     1000  ")
    }

    @Test(
        "times are written in UTC as RFC 3339 wants them",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (951_827_696_000, "2000-02-29T12:34:56.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ])
    func time(_ milliseconds: Int64, _ text: String) {
        #expect(Instant(nanoseconds: milliseconds * 1_000_000).rfc3339 == text)
    }

    @Test("lists read like a sentence and end before they tire")
    func list() {
        #expect(Sentence.list(["a"]) == "a")
        #expect(Sentence.list(["a", "b"]) == "a and b")
        #expect(Sentence.list(["a", "b", "c"]) == "a, b and c")
        #expect(Sentence.list(["a", "b", "c", "d"], limit: 3) == "a, b and 2 more")
    }
}
