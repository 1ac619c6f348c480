import BatonCore
import BatonFormats
import BatonTesting
import Testing

@Suite("Unified differences")
struct UnifiedDiffTests {
    private func diff(_ old: String, _ new: String, context: Int = 3) -> String {
        UnifiedDiff(old: old, new: new, oldName: "a.yaml", newName: "b.yaml", context: context).text
    }

    @Test("equal texts have none")
    func equal() {
        #expect(diff("a\nb\n", "a\nb\n") == "" && diff("", "") == "")
    }

    @Test("changes far apart stand in parts of their own, with three lines around each")
    func parts() {
        let old = (1...20).map { "\($0)\n" }.joined()
        let new = old.replacing("\n3\n", with: "\nthree\n").replacing("\n9\n", with: "\n").replacing(
            "\n19\n", with: "\n19\nx\n")
        #expect(
            diff(old, new) == """
                --- a.yaml
                +++ b.yaml
                @@ -1,12 +1,11 @@
                 1
                 2
                -3
                +three
                 4
                 5
                 6
                 7
                 8
                -9
                 10
                 11
                 12
                @@ -17,4 +16,5 @@
                 17
                 18
                 19
                +x
                 20

                """)
    }

    @Test("an empty text, a last line without its break and other line endings are told")
    func edges() {
        #expect(diff("", "a\n") == "--- a.yaml\n+++ b.yaml\n@@ -0,0 +1 @@\n+a\n")
        #expect(diff("a\n", "") == "--- a.yaml\n+++ b.yaml\n@@ -1 +0,0 @@\n-a\n")
        #expect(
            diff("a\nb", "a\nb\n")
                == "--- a.yaml\n+++ b.yaml\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n")
        #expect(diff("a\r\n", "a\n") == "--- a.yaml\n+++ b.yaml\n@@ -1 +1 @@\n-a\r\n+a\n")
    }

    @Test("the lines that are not removed are the new text", arguments: Seed.range(0..<50))
    func restores(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func text() -> String {
            let lines = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                ["a", "b", "c", "d"].randomElement(using: &generator)! + "\n"
            }
            return lines.joined()
        }
        let (old, new) = (text(), text())
        let lines = UnifiedDiff(old: old, new: new, oldName: "", newName: "", context: 100).lines
        if old == new { return }
        func side(_ kind: UnifiedDiff.Kind) -> String {
            lines.filter { $0.kind == kind || $0.kind == .context }.map { $0.text.dropFirst() + "\n" }.joined()
        }
        #expect(side(.removed) == old && side(.added) == new, "seed \(seed)")
    }
}
