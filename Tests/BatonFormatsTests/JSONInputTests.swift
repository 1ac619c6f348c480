import BatonCore
import BatonFormats
import Testing

@Suite("JSON that somebody sent")
struct JSONInputTests {
    @Test("it becomes a value with its keys in their order")
    func value() throws {
        let value = try JSONInput.read(#" {"b": [1, -2.5e1, true, null], "a": {"é\u0041\ud83d\ude00": "1"}} "#)
        #expect(
            value
                == .map([
                    .init(key: "b", value: .list([.number(1), .number(-25), .boolean(true), .null])),
                    .init(key: "a", value: .map([.init(key: "éA😀", value: .string("1"))])),
                ]))
        #expect(try JSONInput.read("\"true\"") == .string("true"))
    }

    @Test(
        "what is wrong is said with its place",
        arguments: [
            ("", 1, 1), ("{\"a\": 1,\n \"a\": 2}", 2, 2), ("[1,]", 1, 4), ("{\"a\" 1}", 1, 6), ("[1] x", 1, 5),
            (String(repeating: "[", count: 1_000_000), 1, 101), ("1e999", 1, 1), ("nul", 1, 1), ("01", 1, 1),
            ("\"\\ud800\"", 1, 2), ("'a'", 1, 1), ("[1 // two\n]", 1, 4),
        ])
    func problems(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: JSONInput.Problem.self) { try JSONInput.read(text) }
        #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
    }
}
