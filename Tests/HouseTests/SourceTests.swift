import Foundation
import Testing

@Suite("Source")
struct SourceTests {
    /// What a pure floor must not name, and the reason that a reader is told.
    private static let banned: [(pattern: String, reason: String)] = [
        (#"\b(Date|ContinuousClock|SuspendingClock|DispatchTime)\b"#, "time is an argument"),
        (#"(^|[^.\w])Task\s*(\.detached\s*)?\{"#, "the engine starts nothing"),
        (#"\b(async|await|actor)\b"#, "the engine waits for nothing"),
        (#"\.(random|shuffled|randomElement|shuffle)\((?!.*using:)"#, "randomness is an argument: using:"),
        (#"\bhashValue\b"#, "Swift's hash seed differs between processes"),
        (#"(^|[^.\w])(print|debugPrint|dump)\("#, "output belongs to the doors"),
        (#"\b(Foundation|Dispatch|Glibc)\b"#, "no system libraries"),
    ]

    @Test("pure floors name no clock, thread, output or unseeded randomness", arguments: Room.all.filter(\.isPure))
    func pureFloorsStayPure(_ room: Room) throws {
        let patterns = try Self.banned.map { (try NSRegularExpression(pattern: $0.pattern), $0.reason) }
        for file in try Repository.files(in: "Sources/\(room.name)", withExtension: ["swift"]) {
            for (number, line) in file.code {
                let range = NSRange(line.startIndex..., in: line)
                for (pattern, reason) in patterns where pattern.firstMatch(in: line, range: range) != nil {
                    Issue.record("\(file.path):\(number): \(line.trimmingCharacters(in: .whitespaces)) — \(reason)")
                }
            }
        }
    }

    @Test("no source file has grown past 450 lines")
    func filesAreShort() throws {
        for file in try Repository.files(withExtension: ["swift", "c", "h"]) {
            #expect(file.lines.count <= 450, "\(file.path) has \(file.lines.count) lines: look for the second idea")
        }
    }

    @Test("no file names a path of somebody's machine")
    func noPathsOfAMachine() throws {
        let paths = ["/" + "work/", "/" + "root/", "/" + "opt/swift", "/" + "home/"]
        for file in try Repository.files() {
            for (index, line) in file.lines.enumerated() {
                for path in paths where line.contains(path) {
                    Issue.record("\(file.path):\(index + 1) names \(path)")
                }
            }
        }
    }

    @Test("nothing is left to be done later")
    func nothingLeftOpen() throws {
        let marks = ["TO" + "DO", "FIX" + "ME"]
        for file in try Repository.files() {
            for (index, line) in file.lines.enumerated() {
                for mark in marks where line.contains(mark) {
                    Issue.record("\(file.path):\(index + 1) says \(mark): do it, or file an issue")
                }
            }
        }
    }
}
