import BatonCore
import Testing

@Suite struct ExpansionGlobTests {
    @Test(
        "a pattern matches what it should",
        arguments: [
            ("*.txt", "a.txt"), ("*", ""), ("a?c", "aéc"), ("**", "a/b/c"), ("**/x.c", "x.c"), ("**/x.c", "a/b/x.c"),
            ("src/**/x.c", "src/x.c"), ("src/**/x.c", "src/a/b/x.c"), ("a/**", "a/b/c"), ("[a-c]*[!0-9]", "b1x"),
            ("[]]", "]"), ("[^a]", "é"), ("x[1", "x[1"), ("\\*", "*"), ("*a*b*c*", "xxaxxbxxcxx"),
            ("**/*.txt", "d/e.txt"),
            ("a**z", "a/b/z"), ("**/a/**/b", "x/a/y/z/b"), ("*/*/c", "a/b/c"), ("**/a*b/*.c", "q/aXb/y/aZb/w.c"),
            ("a*/**/b*", "ax/y/bz"), ("*.tar.*", "x.tar.gz"), (".*", ".hidden"),
        ])
    func matches(pattern: String, path: String) {
        #expect(Glob(pattern).matches(path))
    }

    @Test(
        "and nothing else",
        arguments: [
            ("*.txt", "a/b.txt"), ("*.txt", "a.txt.gz"), ("a?c", "a/c"), ("a?c", "ac"), ("[a-c]", "d"), ("[!a]", "/"),
            ("src/**/x.c", "srcx.c"), ("src/**/x.c", "src/ax.c"), ("a/**", "a"), ("\\*", "x"), ("**/x.c", "ax.c"),
            ("", "a"),
            ("*/*", "a/b/c"), ("**/a", "b/ca"), ("?", ""),
        ])
    func mismatches(pattern: String, path: String) {
        #expect(!Glob(pattern).matches(path))
    }

    @Test("many stars take no more than quadratic time")
    func hostile() {
        let text = String(repeating: "a", count: 5_000)
        #expect(!Glob(String(repeating: "*a", count: 30) + "b").matches(text))
        #expect(!Glob(String(repeating: "**a", count: 30) + "b").matches(text))
    }

    /// A plain recursive reading of the same rules.
    private func matches(_ pattern: Substring, _ path: Substring, atComponent: Bool = true) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if atComponent, pattern.hasPrefix("**/") {
            let rest = pattern.dropFirst(3)
            if matches(rest, path) { return true }
            return path.indices.contains { path[$0] == "/" && matches(rest, path[path.index(after: $0)...]) }
        }
        if pattern.hasPrefix("**") {
            return (path.indices + [path.endIndex]).contains {
                matches(pattern.dropFirst(2), path[$0...], atComponent: false)
            }
        }
        if first == "*" {
            let run = path.prefix { $0 != "/" }
            return (run.indices + [run.endIndex]).contains {
                matches(pattern.dropFirst(), path[$0...], atComponent: false)
            }
        }
        guard first == path.first else { return false }
        return matches(pattern.dropFirst(), path.dropFirst(), atComponent: first == "/")
    }

    @Test("patterns agree with a plain reading of the rules", arguments: UInt64(0)..<300)
    func agreesWithReference(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<30 {
            let pattern = (0..<generator.next() % 7).map { _ in
                ["a", "b", "/", "*", "**/", "/**/", "/**"].randomElement(using: &generator)!
            }.joined()
            if pattern.contains("***") { continue }
            for _ in 0..<10 {
                let path = (0..<generator.next() % 7).map { _ in
                    ["a", "b", "/"].randomElement(using: &generator)!
                }.joined()
                #expect(
                    Glob(pattern).matches(path) == matches(pattern[...], path[...]),
                    "seed \(seed): '\(pattern)' and '\(path)'")
            }
        }
    }

    @Test("patterns with different beginnings or ends cannot meet")
    func overlap() {
        #expect(Glob("out/*.txt").mayOverlap(with: Glob("out/**/a.txt")))
        #expect(!Glob("out/*.txt").mayOverlap(with: Glob("src/*.txt")))
        #expect(!Glob("out/*.txt").mayOverlap(with: Glob("out/*.md")))
    }

    @Test(
        "paths are compared in their simplest form",
        arguments: [
            ("./a//b", "", "a/b"), ("a/b/", "", "a/b/"), ("../a", "w", "a"), ("../../a", "w", "../a"),
            ("/x/./y", "w", "/x/y"),
            ("x", "w/", "w/x"), (".", "", "."), ("a/..", "", "."), ("a.b/c..d", "", "a.b/c..d"), ("...", "", "..."),
        ])
    func normalization(path: String, directory: String, normal: String) {
        #expect(Path.normalized(path, in: directory) == normal)
    }
}
